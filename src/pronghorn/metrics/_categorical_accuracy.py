"""How often the largest prediction is the target's class."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core import config
from pronghorn._core.registry import register
from pronghorn.ir.graph import Node
from pronghorn.ir.labels import per_row
from pronghorn.losses._align import align
from pronghorn.metrics._mean_of_elements import MeanOfElements


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """[argmax_j t_j = argmax_j p_j]: one-hot targets and predictions (…, c) → (…).

    The first of equal maxima counts. Raises ShapeError where the shapes differ.

    Source: keras.metrics.categorical_accuracy.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = align("categorical_accuracy", y_true, y_pred)
    if isinstance(y_pred, Node):
        return per_row("dense_hit", y_pred, y_true)
    hits = np.argmax(y_true, axis=-1) == np.argmax(y_pred, axis=-1)
    return np.asarray(hits, config.floatx())


@register("metric", "categorical_accuracy")
class CategoricalAccuracy(MeanOfElements):
    """Mean over rows of [argmax_j t_j = argmax_j p_j]: targets (n, c), predictions (n, c).

    Probabilities and logits give the same. Raises ShapeError where the shapes differ.

    Source: keras.metrics.CategoricalAccuracy.

    >>> CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
    0.5
    """

    fn = staticmethod(categorical_accuracy)
    _direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """1 for each row that is right, else 0."""
        return categorical_accuracy(y_true, y_pred)
