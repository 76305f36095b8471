"""Mean of squares, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import mean_squared_error
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "mean_squared_error", "mse", "MSE")
class MeanSquaredError(MeanOfLoss):
    """Mean over rows of mean_j (t_j − p_j)²: targets and predictions (n, m).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.metrics.MeanSquaredError.

    >>> MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]])  # (1 + 4) / 2
    2.5
    """

    fn = staticmethod(mean_squared_error)

    def __init__(self, name: str = "mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
