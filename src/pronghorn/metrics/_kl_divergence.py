"""The divergence of Kullback and Leibler, as a metric."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.losses import kl_divergence
from pronghorn.metrics._mean_of_loss import MeanOfLoss


@register("metric", "kl_divergence", "kullback_leibler_divergence", "kld", "KLD")
class KLDivergence(MeanOfLoss):
    """Mean over rows of Σ_j t_j log(t_j / p_j): targets and predictions (n, m).

    Both are clipped to [1e-7, 1]. Raises ShapeError where the shapes differ by more than
    axes of 1.

    Source: keras.metrics.KLDivergence.

    >>> round(KLDivergence()([[1.0, 0.0]], [[0.5, 0.5]]), 5)  # log 2
    0.69315
    """

    fn = staticmethod(kl_divergence)

    def __init__(self, name: str = "kl_divergence", dtype: str | None = None) -> None:
        super().__init__(dtype, name)
