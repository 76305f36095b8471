"""How often predictions equal targets."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import align, as_floats
from pronghorn.metrics._mean_of_elements import MeanOfElements


@register("metric", "accuracy")
class Accuracy(MeanOfElements):
    """Mean of [t_j = p_j] over the elements of each row, averaged over rows.

    Plain equality of numbers, for predictions that are classes already. In ``compile`` the
    string "accuracy" means the one of three other metrics that fits the shapes: see
    ``resolve_accuracy``.

    Source: keras.metrics.Accuracy.

    >>> Accuracy()([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    0.75
    """

    _direction = "up"

    def __init__(self, name: str = "accuracy", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The share of equal elements of each row."""
        return as_floats(ops.equal(*align("accuracy", y_true, y_pred)))
