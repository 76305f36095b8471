"""The rows of a fit: in scikit-learn's order, and sparse ones made dense batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.utils import PyDataset

__all__ = ["SparseBatches", "is_sparse"]

Order = Callable[[int], NDArray[np.int64]]


def is_sparse(x: Any) -> bool:
    """Whether x is a matrix or array of scipy.sparse."""
    return hasattr(x, "tocsr") and not isinstance(x, np.ndarray)


class SparseBatches(PyDataset):
    """Batches of a sparse matrix, each made dense when its turn comes.

    Args:
        inputs: Function from dense rows and their weights to the inputs of the model.
        x: Sparse (n, k).
        y: Targets (n, m).
        weights: (n,) or None.
        batch_size: Rows a batch; the last one has what remains.
        order: Function from n to the row numbers of the next epoch.
    """

    def __init__(
        self,
        inputs: Callable[[Any, Any], Any],
        x: Any,
        y: NDArray[Any],
        weights: NDArray[Any] | None,
        batch_size: int,
        order: Order,
    ) -> None:
        super().__init__()
        self._inputs, self._x, self._y, self._weights = inputs, x.tocsr(), y, weights
        self._batch_size, self._order = batch_size, order
        self._rows: NDArray[np.int64] = np.arange(0)

    def __len__(self) -> int:
        return -(-len(self._y) // self._batch_size)

    def on_epoch_begin(self) -> None:
        """Draw the order of the epoch."""
        self._rows = self._order(len(self._y))

    def __getitem__(self, index: int) -> Any:
        rows = self._rows[index * self._batch_size : (index + 1) * self._batch_size]
        x, y = self._x[rows].toarray(), self._y[rows]
        if self._weights is None:
            return self._inputs(x, None), y
        weights = self._weights[rows]
        return self._inputs(x, weights), y, weights
