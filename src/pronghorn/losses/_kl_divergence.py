"""The Kullback-Leibler divergence."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def divergence_term(y_true: Any, y_pred: Any, *, eps: float) -> Any:
    """t log(t / p), both clipped to [eps, 1], element by element."""
    y_true, y_pred = ops.clip(y_true, eps, 1.0), ops.clip(y_pred, eps, 1.0)
    return ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred)))


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """loss = Σ_j t_j log(t_j / p_j): two distributions over c classes (…, c) → (…).

    Both are clipped to [1e-7, 1]. Raises ShapeError where the shapes differ by more than
    axes of 1.

    Source: keras.losses.kl_divergence; Kullback and Leibler 1951.

    >>> round(float(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]])[0]), 6)  # log(2 / sqrt 3)
    0.143841
    """
    y_true, y_pred = repeat("kl_divergence", y_true, y_pred)
    return ops.sum(divergence_term(y_true, y_pred, eps=epsilon()), axis=-1)


@register("loss", "kl_divergence", "kld", "KLD", "kullback_leibler_divergence")
class KLDivergence(Loss):
    """loss = Σ_j t_j log(t_j / p_j): targets and predictions (n, c) → (n,).

    Both are clipped to [1e-7, 1]. Defaults: reduction "sum_over_batch_size". Raises
    ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.KLDivergence; Kullback and Leibler 1951.

    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 6)  # log(2 / sqrt 3)
    0.143841
    """

    fn = staticmethod(kl_divergence)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kl_divergence",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The divergence of each row."""
        return kl_divergence(y_true, y_pred)
