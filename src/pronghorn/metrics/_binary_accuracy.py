"""How often a probability lies on the right side of a threshold."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import as_floats, repeat
from pronghorn.metrics._mean_of_elements import MeanOfElements


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """[t_j = [p_j > threshold]], element by element: targets 0 or 1, any shape.

    Source: keras.metrics.binary_accuracy.

    >>> binary_accuracy([[1.0, 0.0]], [[0.5, 0.5]]).tolist()
    [[0.0, 1.0]]
    """
    y_true, y_pred = repeat("binary_accuracy", y_true, y_pred)
    return as_floats(_match(y_true, y_pred, threshold=float(threshold)))


@ops.pointwise
def _match(y_true: Any, y_pred: Any, *, threshold: float) -> Any:
    return ops.equal(y_true, ops.greater(y_pred, threshold))


@register("metric", "binary_accuracy")
class BinaryAccuracy(MeanOfElements):
    """Mean of [t_j = [p_j > threshold]] over each row, averaged over rows.

    Targets 0 or 1 of the predictions' shape (n, m). Default: threshold 0.5; of logits it is 0.
    Raises ParameterError unless the threshold is a finite number.

    Source: keras.metrics.BinaryAccuracy.

    >>> BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]])
    0.75
    """

    fn = staticmethod(binary_accuracy)
    _direction = "up"

    def __init__(
        self, name: str = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        self.threshold = check("BinaryAccuracy", "threshold", threshold, Interval(closed="neither"))
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The share of right elements of each row."""
        return binary_accuracy(y_true, y_pred, self.threshold)
