"""Mean of magnitudes."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def absolute_difference(y_true: Any, y_pred: Any) -> Any:
    """|t − p|, element by element."""
    return ops.absolute(ops.subtract(y_true, y_pred))


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j |t_j − p_j|: targets and predictions (…, m) → (…).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.mean_absolute_error.

    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()  # (1 + 2) / 2
    [1.5]
    """
    y_true, y_pred = repeat("mean_absolute_error", y_true, y_pred)
    return ops.mean(absolute_difference(y_true, y_pred), axis=-1)


@register("loss", "mean_absolute_error", "mae", "MAE")
class MeanAbsoluteError(Loss):
    """loss = mean_j |t_j − p_j|: targets and predictions (n, m) → (n,).

    Defaults: reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by more
    than axes of 1.

    Source: keras.losses.MeanAbsoluteError.

    >>> float(MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]]))
    1.5
    """

    fn = staticmethod(mean_absolute_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean absolute error of each row."""
        return mean_absolute_error(y_true, y_pred)
