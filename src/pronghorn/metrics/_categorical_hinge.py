"""The hinge between classes, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import categorical_hinge
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "categorical_hinge")
class CategoricalHinge(MeanOfLoss):
    """Mean over rows of max(max_j (1 − t_j) p_j − Σ_j t_j p_j + 1, 0): (n, c) each.

    Targets are one-hot rows. Raises ShapeError where the shapes differ.

    Source: keras.metrics.CategoricalHinge.

    >>> CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.25]])  # 0.5 − 0.25 + 1
    1.25
    """

    fn = staticmethod(categorical_hinge)

    def __init__(self, name: str = "categorical_hinge", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
