"""Follow the leader of all gradients so far, regularized."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import NONNEGATIVE
from pronghorn.optimizers._base import Optimizer


@register("optimizer", "ftrl")
class Ftrl(Optimizer):
    """z ← z + g + 2 s w − (b^p − a^p) w / lr; w ← (clip(z, ±l₁) − z) / (b^p / lr + c); a ← b.

    b = a + g², p = −learning_rate_power, s = l2_shrinkage_regularization_strength,
    c = 2 l₂ + beta / lr, and l₁, l₂ are the other regularization strengths. Slots: "accumulator"
    (a), which starts at initial_accumulator_value, and "linear" (z). Defaults: learning_rate
    0.001, learning_rate_power −0.5, initial_accumulator_value 0.1, the rest 0.0. Raises
    ParameterError for a positive power and for negative ones of the rest. Further arguments: see
    Optimizer.

    Source: keras.optimizers.Ftrl; McMahan et al. 2013, "Ad click prediction: a view from the
    trenches".

    >>> ftrl = Ftrl(learning_rate=0.5, initial_accumulator_value=0.0)
    >>> slots = {"accumulator": 0.0, "linear": 0.0}
    >>> w, slots = ftrl.update(0.0, 2.0, slots, {"learning_rate": 0.5})
    >>> float(w), float(slots["linear"])  # −2 / (sqrt(4) / 0.5)
    (-0.5, 2.0)
    """

    initial_accumulator_value: float
    l1_regularization_strength: float
    l2_regularization_strength: float
    l2_shrinkage_regularization_strength: float
    beta: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.learning_rate_power = check(
            "Ftrl", "learning_rate_power", learning_rate_power, Interval(high=0.0, closed="right")
        )
        given = {
            "initial_accumulator_value": initial_accumulator_value,
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
            "beta": beta,
        }
        for argument, value in given.items():
            setattr(self, argument, check("Ftrl", argument, value, NONNEGATIVE))
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **kwargs,
        )

    def slots(self) -> tuple[str, ...]:
        """("accumulator", "linear")."""
        return ("accumulator", "linear")

    def initial_slot(self, name: str) -> float:
        """initial_accumulator_value, and 0 for "linear"."""
        return self.initial_accumulator_value if name == "accumulator" else 0.0

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        rate, l1 = scalars["learning_rate"], self.l1_regularization_strength
        before = slots["accumulator"]
        a = before + g * g
        root, root_before = self._power(a), self._power(before)
        pull = g + w * (2.0 * self.l2_shrinkage_regularization_strength)
        z = slots["linear"] + pull - w * ((root - root_before) / rate)
        curvature = (root + self.beta) / rate + 2.0 * self.l2_regularization_strength
        return (ops.clip(z, -l1, l1) - z) / curvature, {"accumulator": a, "linear": z}

    def _power(self, a: Any) -> Any:
        """a^p."""
        if self.learning_rate_power == -0.5:
            return ops.sqrt(a)
        return ops.power(a, -self.learning_rate_power)
