"""The deviance of amounts that are often zero: between Poisson's and Gamma's."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import align
from pronghorn.losses._base import Loss

_BETWEEN = Interval(1.0, 2.0, closed="neither")


@ops.pointwise
def tweedie_term(y_true: Any, y_pred: Any, *, power: float, eps: float) -> Any:
    """p^(2 − ρ) / (2 − ρ) + t p^(1 − ρ) / (ρ − 1) at p + eps, ρ the power, element by element."""
    log_mean = ops.log(ops.add(y_pred, eps))
    grown = ops.divide(ops.exp(ops.multiply(2.0 - power, log_mean)), 2.0 - power)
    shrunk = ops.divide(ops.exp(ops.multiply(1.0 - power, log_mean)), power - 1.0)
    return ops.add(grown, ops.multiply(y_true, shrunk))


def tweedie(y_true: Any, y_pred: Any, power: float = 1.5) -> Any:
    """loss = mean_j (p_j^(2 − ρ) / (2 − ρ) + t_j p_j^(1 − ρ) / (ρ − 1)): (…, m) → (…).

    Half the deviance of a Tweedie variable of power ρ, less t^(2 − ρ) / ((1 − ρ)(2 − ρ)), which
    does not depend on p; p counts with 1e-7 more. Such a variable is a sum of a Poisson number of
    Gamma amounts: rain of a day, claims of a year, often 0. Its variance grows with p^ρ. Targets
    are at least 0 and predictions positive: use softplus or exponential in the last layer.
    Default: power 1.5. Raises ShapeError where the shapes differ by more than a last axis of 1.

    Source: Jørgensen 1987, "Exponential Dispersion Models"; sklearn's mean_tweedie_deviance.

    >>> round(float(tweedie([[1.0]], [[4.0]])[0]), 4)  # 4^0.5 / 0.5 + 4^-0.5 / 0.5
    5.0
    """
    y_true, y_pred = align("tweedie", y_true, y_pred)
    return ops.mean(tweedie_term(y_true, y_pred, power=float(power), eps=epsilon()), axis=-1)


@register("loss", "tweedie")
class Tweedie(Loss):
    """loss = mean_j (p_j^(2 − ρ) / (2 − ρ) + t_j p_j^(1 − ρ) / (ρ − 1)): (n, m) → (n,).

    Half the deviance of a Tweedie variable of power ρ, up to what does not depend on p: a sum of
    a Poisson number of Gamma amounts. Targets are at least 0, predictions positive. Near ρ = 1 use
    Poisson, near 2 Gamma. Defaults: power 1.5. Raises ParameterError for a power outside (1, 2),
    ShapeError where the shapes differ by more than a last axis of 1.

    Source: Jørgensen 1987, "Exponential Dispersion Models".

    >>> round(float(Tweedie()([[1.0]], [[4.0]])), 4)  # 4^0.5 / 0.5 + 4^-0.5 / 0.5
    5.0
    """

    fn = staticmethod(tweedie)

    def __init__(
        self,
        power: float = 1.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tweedie",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.power = check("Tweedie", "power", power, _BETWEEN)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Half the Tweedie deviance of each row."""
        return tweedie(y_true, y_pred, self.power)
