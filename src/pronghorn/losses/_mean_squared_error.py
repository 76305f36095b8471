"""Mean of squares."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def squared_difference(y_true: Any, y_pred: Any) -> Any:
    """(t − p)², element by element."""
    return ops.square(ops.subtract(y_true, y_pred))


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j (t_j − p_j)²: targets and predictions (…, m) → (…).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.mean_squared_error.

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()  # (1 + 4) / 2
    [2.5]
    """
    y_true, y_pred = repeat("mean_squared_error", y_true, y_pred)
    return ops.mean(squared_difference(y_true, y_pred), axis=-1)


@register("loss", "mean_squared_error", "mse", "MSE")
class MeanSquaredError(Loss):
    """loss = mean_j (t_j − p_j)²: targets and predictions (n, m) → (n,).

    Defaults: reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by more
    than axes of 1.

    Source: keras.losses.MeanSquaredError.

    >>> float(MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]]))
    2.5
    """

    fn = staticmethod(mean_squared_error)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean squared error of each row."""
        return mean_squared_error(y_true, y_pred)
