"""Mean of absolute errors, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import mean_absolute_error
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "mean_absolute_error", "mae", "MAE")
class MeanAbsoluteError(MeanOfLoss):
    """Mean over rows of mean_j |t_j − p_j|: targets and predictions (n, m).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.metrics.MeanAbsoluteError.

    >>> MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]])  # (1 + 2) / 2
    1.5
    """

    fn = staticmethod(mean_absolute_error)

    def __init__(self, name: str = "mean_absolute_error", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
