"""The hinge of maximum-margin classifiers, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import hinge
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "hinge")
class Hinge(MeanOfLoss):
    """Mean over rows of mean_j max(1 − t_j p_j, 0): targets and predictions (n, m).

    Targets are −1 and 1; 0 and 1 are read as these.

    Source: keras.metrics.Hinge.

    >>> Hinge()([[-1.0, 1.0]], [[0.5, 0.5]])  # (1.5 + 0.5) / 2
    1.0
    """

    fn = staticmethod(hinge)

    def __init__(self, name: str = "hinge", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
