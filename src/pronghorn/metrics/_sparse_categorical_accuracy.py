"""How often the largest prediction is the labelled class."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core import config
from pronghorn._core.registry import register
from pronghorn.ir.graph import Node
from pronghorn.ir.labels import per_row
from pronghorn.losses._align import align_labels
from pronghorn.metrics._mean_of_elements import MeanOfElements


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """[t = argmax_j p_j]: labels (…) or (…, 1), predictions (…, c) → (…).

    The first of equal maxima counts. Raises ShapeError for one-hot targets.

    Source: keras.metrics.sparse_categorical_accuracy.

    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = align_labels("sparse_categorical_accuracy", y_true, y_pred)
    if isinstance(y_pred, Node):
        return per_row("sparse_hit", y_pred, y_true)
    return np.asarray(np.equal(y_true, np.argmax(y_pred, axis=-1)), config.floatx())


@register("metric", "sparse_categorical_accuracy")
class SparseCategoricalAccuracy(MeanOfElements):
    """Mean over rows of [t = argmax_j p_j]: labels (n,) or (n, 1), predictions (n, c).

    Probabilities and logits give the same. Raises ShapeError for one-hot targets.

    Source: keras.metrics.SparseCategoricalAccuracy.

    >>> SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    0.5
    """

    fn = staticmethod(sparse_categorical_accuracy)
    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """1 for each row that is right, else 0."""
        return sparse_categorical_accuracy(y_true, y_pred)
