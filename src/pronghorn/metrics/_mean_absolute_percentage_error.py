"""Errors in percent of the targets, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import mean_absolute_percentage_error
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "mean_absolute_percentage_error", "mape", "MAPE")
class MeanAbsolutePercentageError(MeanOfLoss):
    """Mean over rows of 100 · mean_j |t_j − p_j| / max(|t_j|, 1e-7): (n, m) each.

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.metrics.MeanAbsolutePercentageError.

    >>> MeanAbsolutePercentageError()([[1.0, 2.0]], [[1.5, 2.0]])  # 100 (0.5 + 0) / 2
    25.0
    """

    fn = staticmethod(mean_absolute_percentage_error)

    def __init__(
        self, name: str = "mean_absolute_percentage_error", dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
