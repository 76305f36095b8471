"""Squares of logarithmic errors, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import mean_squared_logarithmic_error
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "mean_squared_logarithmic_error", "msle", "MSLE")
class MeanSquaredLogarithmicError(MeanOfLoss):
    """Mean over rows of mean_j (log(1 + t_j) − log(1 + p_j))²: targets and predictions (n, m).

    Targets and predictions below 1e-7 count as 1e-7. Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.metrics.MeanSquaredLogarithmicError.

    >>> round(MeanSquaredLogarithmicError()([[0.0]], [[1.0]]), 5)  # log(2)²
    0.48045
    """

    fn = staticmethod(mean_squared_logarithmic_error)

    def __init__(
        self, name: str = "mean_squared_logarithmic_error", dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
