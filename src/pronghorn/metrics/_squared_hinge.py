"""The square of the hinge, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import squared_hinge
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "squared_hinge")
class SquaredHinge(MeanOfLoss):
    """Mean over rows of mean_j max(1 − t_j p_j, 0)²: targets and predictions (n, m).

    Targets are −1 and 1; 0 and 1 are read as these.

    Source: keras.metrics.SquaredHinge.

    >>> SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]])  # (2.25 + 0.25) / 2
    1.25
    """

    fn = staticmethod(squared_hinge)

    def __init__(self, name: str = "squared_hinge", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
