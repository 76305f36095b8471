"""Mean of squares of differences of logarithms."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def squared_logarithmic_difference(y_true: Any, y_pred: Any, *, eps: float) -> Any:
    """(log(1 + max(p, eps)) − log(1 + max(t, eps)))², element by element."""
    log_pred = ops.log1p(ops.maximum(y_pred, eps))
    return ops.square(ops.subtract(log_pred, ops.log1p(ops.maximum(y_true, eps))))


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j (log(1 + p_j) − log(1 + t_j))²: targets and predictions (…, m) → (…).

    For targets >= 0 of several orders of magnitude. Values below 1e-7 count as 1e-7, so the
    derivative there is 0. Raises ShapeError where the shapes differ by more than
    axes of 1.

    Source: keras.losses.mean_squared_logarithmic_error.

    >>> round(float(mean_squared_logarithmic_error([[0.0]], [[1.0]])[0]), 6)  # (log 2)²
    0.480453
    """
    y_true, y_pred = repeat("mean_squared_logarithmic_error", y_true, y_pred)
    return ops.mean(squared_logarithmic_difference(y_true, y_pred, eps=epsilon()), axis=-1)


@register("loss", "mean_squared_logarithmic_error", "msle", "MSLE")
class MeanSquaredLogarithmicError(Loss):
    """loss = mean_j (log(1 + p_j) − log(1 + t_j))²: targets and predictions (n, m) → (n,).

    Values below 1e-7 count as 1e-7. Defaults: reduction "sum_over_batch_size". Raises
    ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.MeanSquaredLogarithmicError.

    >>> loss = MeanSquaredLogarithmicError()
    >>> round(float(loss([[0.0]], [[1.0]])), 6)  # (log 2)²
    0.480453
    """

    fn = staticmethod(mean_squared_logarithmic_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean squared logarithmic error of each row."""
        return mean_squared_logarithmic_error(y_true, y_pred)
