"""Mean of magnitudes, relative to the targets."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def percentage_error(y_true: Any, y_pred: Any, *, eps: float) -> Any:
    """100 |t − p| / max(|t|, eps), element by element."""
    size = ops.maximum(ops.absolute(y_true), eps)
    return ops.multiply(100.0, ops.absolute(ops.divide(ops.subtract(y_true, y_pred), size)))


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """loss = 100 mean_j |t_j − p_j| / max(|t_j|, 1e-7): targets and predictions (…, m) → (…).

    Targets of 0 make it huge: shift them, or use mean_absolute_error. Raises ShapeError where
    the shapes differ by more than axes of 1.

    Source: keras.losses.mean_absolute_percentage_error.

    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 5.0]]).tolist()  # (50 + 25) / 2
    [37.5]
    """
    y_true, y_pred = repeat("mean_absolute_percentage_error", y_true, y_pred)
    return ops.mean(percentage_error(y_true, y_pred, eps=epsilon()), axis=-1)


@register("loss", "mean_absolute_percentage_error", "mape", "MAPE")
class MeanAbsolutePercentageError(Loss):
    """loss = 100 mean_j |t_j − p_j| / max(|t_j|, 1e-7): targets and predictions (n, m) → (n,).

    Defaults: reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.losses.MeanAbsolutePercentageError.

    >>> float(MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 5.0]]))  # (50 + 25) / 2
    37.5
    """

    fn = staticmethod(mean_absolute_percentage_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean absolute percentage error of each row."""
        return mean_absolute_percentage_error(y_true, y_pred)
