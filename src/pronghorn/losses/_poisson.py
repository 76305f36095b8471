"""The deviance of counts."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def poisson_term(y_true: Any, y_pred: Any, *, eps: float) -> Any:
    """p − t log(p + eps), element by element."""
    return ops.subtract(y_pred, ops.multiply(y_true, ops.log(ops.add(y_pred, eps))))


def poisson(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j (p_j − t_j log(p_j + 1e-7)): counts and their predicted means (…, m) → (…).

    The negative log-likelihood of a Poisson variable less log t!, which does not depend on p.
    Predictions must be positive: use softplus or exponential in the last layer. Raises
    ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.poisson.

    >>> round(float(poisson([[1.0]], [[2.0]])[0]), 6)  # 2 − log 2
    1.306853
    """
    y_true, y_pred = repeat("poisson", y_true, y_pred)
    return ops.mean(poisson_term(y_true, y_pred, eps=epsilon()), axis=-1)


@register("loss", "poisson")
class Poisson(Loss):
    """loss = mean_j (p_j − t_j log(p_j + 1e-7)): targets and predictions (n, m) → (n,).

    Defaults: reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.losses.Poisson.

    >>> round(float(Poisson()([[1.0]], [[2.0]])), 6)  # 2 − log 2
    1.306853
    """

    fn = staticmethod(poisson)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "poisson",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The Poisson loss of each row."""
        return poisson(y_true, y_pred)
