"""Means of values that a row may have several of, each with a weight of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn.ir.graph import Node
from pronghorn.layers._emission import current
from pronghorn.losses._align import as_tensor, squeeze_last
from pronghorn.metrics._base import Metric, mean_rows


class MeanOfElements(Metric):
    """Σ w · v / Σ w over the values v = ``elements(y_true, y_pred)``, (n, …): the base of such.

    ``sample_weight`` (n,) weighs rows, of which each counts with its mean; weights (n, t) weigh
    the values (n, t, …) of a row one by one. Raises ShapeError for weights of other shapes.
    """

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The values; defined by each metric."""
        raise NotImplementedError(f"{type(self).__name__} must define elements(y_true, y_pred)")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean of the values of each row."""
        return mean_rows(self.elements(y_true, y_pred))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each or each of their values with its weight (1 by default)."""
        weights = None if sample_weight is None else as_tensor(sample_weight)
        if weights is None or len(weights.shape) < 2:
            super().update_state(y_true, y_pred, weights)
            return
        values = self.elements(y_true, y_pred)
        if weights.shape[-1] == 1 and len(weights.shape) == len(values.shape) + 1:
            weights = squeeze_last(weights)
        shape, wanted = tuple(weights.shape), tuple(values.shape[: len(weights.shape)])
        if len(shape) > len(values.shape) or any(
            m not in (1, n) for m, n in zip(shape, wanted, strict=True)
        ):
            raise ShapeError(
                compose(
                    f"{self.name} sample_weight",
                    expected=f"weights of shape {wanted[:1]}, or {wanted} as the values",
                    received=f"weights of shape {shape}",
                )
            )
        inner = tuple(range(len(shape), len(values.shape)))
        values = ops.mean(values, axis=inner) if inner else values
        total, count = mean_rows(values * weights), mean_rows(weights * ops.ones_like(values))
        if isinstance(total, Node):
            current().add_up(self, total, None, count)
        else:
            self.add(np.sum(total, axis=0), float(np.sum(count)), len(total))
