"""The loss of counts, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import poisson
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "poisson")
class Poisson(MeanOfLoss):
    """Mean over rows of mean_j p_j − t_j log(p_j + 1e-7): targets and predictions (n, m).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.metrics.Poisson.

    >>> round(Poisson()([[1.0]], [[2.0]]), 6)  # 2 − log 2
    1.306853
    """

    fn = staticmethod(poisson)

    def __init__(self, name: str = "poisson", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
