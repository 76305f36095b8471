"""The deviance of positive amounts."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.registry import register
from pronghorn.losses._align import align
from pronghorn.losses._base import Loss


@ops.pointwise
def gamma_term(y_true: Any, y_pred: Any, *, eps: float) -> Any:
    """log(p + eps) + t / (p + eps), element by element."""
    mean = ops.add(y_pred, eps)
    return ops.add(ops.log(mean), ops.divide(y_true, mean))


def gamma(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j (log p_j + t_j / p_j): amounts and their predicted means (…, m) → (…).

    Half the deviance of a Gamma variable, less −1 − log t, which does not depend on p; p counts
    with 1e-7 more. It minds relative errors: c · t and c · p lose what t and p do, plus log c.
    Targets and predictions must be positive: use softplus or exponential in the last layer.
    Raises ShapeError where the shapes differ by more than a last axis of 1.

    Source: McCullagh and Nelder 1989, "Generalized Linear Models"; sklearn's mean_gamma_deviance.

    >>> round(float(gamma([[1.0]], [[2.0]])[0]), 6)  # log 2 + 1 / 2
    1.193147
    """
    y_true, y_pred = align("gamma", y_true, y_pred)
    return ops.mean(gamma_term(y_true, y_pred, eps=epsilon()), axis=-1)


@register("loss", "gamma")
class Gamma(Loss):
    """loss = mean_j (log p_j + t_j / p_j): targets and predictions (n, m) → (n,).

    Half the deviance of a Gamma variable, up to what does not depend on p. Targets and
    predictions must be positive. Defaults: reduction "sum_over_batch_size". Raises ShapeError
    where the shapes differ by more than a last axis of 1.

    Source: McCullagh and Nelder 1989, "Generalized Linear Models".

    >>> round(float(Gamma()([[1.0]], [[2.0]])), 6)  # log 2 + 1 / 2
    1.193147
    """

    fn = staticmethod(gamma)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "gamma",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Half the Gamma deviance of each row."""
        return gamma(y_true, y_pred)
