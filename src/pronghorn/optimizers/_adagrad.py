"""Gradients divided by the size of all before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn import ops
from pronghorn._core.params import check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import NONNEGATIVE, check_epsilon
from pronghorn.optimizers._base import Optimizer


@register("optimizer", "adagrad")
class Adagrad(Optimizer):
    """a ← a + g²; w ← w − lr g / sqrt(a + ε).

    Slot: "accumulator" (a), which starts at initial_accumulator_value. Defaults: learning_rate
    0.001, initial_accumulator_value 0.1, epsilon 1e-7. Raises ParameterError for negative ones of
    the last two. Further arguments: see Optimizer.

    Source: keras.optimizers.Adagrad (Keras 3: ε inside the root); Duchi et al. 2011 (JMLR 12).

    >>> adagrad = Adagrad(learning_rate=0.1, epsilon=0.0)
    >>> w, slots = adagrad.update(1.0, 2.0, {"accumulator": 0.0}, {"learning_rate": 0.1})
    >>> float(w), float(slots["accumulator"])
    (0.9, 4.0)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
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
        self.initial_accumulator_value = check(
            "Adagrad", "initial_accumulator_value", initial_accumulator_value, NONNEGATIVE
        )
        self.epsilon = check_epsilon("Adagrad", epsilon)
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
        """("accumulator",)."""
        return ("accumulator",)

    def initial_slot(self, name: str) -> float:
        """initial_accumulator_value."""
        return self.initial_accumulator_value

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        a = slots["accumulator"] + g * g
        return w - (g * scalars["learning_rate"]) / ops.sqrt(a + self.epsilon), {"accumulator": a}
