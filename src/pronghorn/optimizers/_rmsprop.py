"""Gradients divided by their recent size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Boolean, Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import check_epsilon
from pronghorn.optimizers._base import Optimizer


@register("optimizer", "rmsprop")
class RMSprop(Optimizer):
    """v ← ρ v + (1 − ρ) g²; w ← w − lr g / sqrt(v + ε).

    With ``centered`` the root is of v − a² + ε, where a ← ρ a + (1 − ρ) g; with momentum μ the
    step s is collected first: b ← μ b + s, w ← w − b. Slots: "velocity" (v), then "momentum" (b)
    and "average_gradient" (a) where used. Defaults: learning_rate 0.001, rho 0.9, momentum 0.0,
    epsilon 1e-7, centered False. Raises ParameterError for rho or momentum outside [0, 1].
    Further arguments: see Optimizer.

    Source: keras.optimizers.RMSprop (Keras 3: ε inside the root); Tieleman and Hinton 2012,
    lecture 6.5.

    >>> rms = RMSprop(learning_rate=0.1, epsilon=0.0)
    >>> w, slots = rms.update(1.0, 2.0, {"velocity": 0.0}, {"learning_rate": 0.1})
    >>> round(float(w), 6), round(float(slots["velocity"]), 6)  # 1 − 0.2 / sqrt(0.4)
    (0.683772, 0.4)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.rho = check("RMSprop", "rho", rho, Interval(0.0, 1.0))
        self.momentum = check("RMSprop", "momentum", momentum, Interval(0.0, 1.0))
        self.epsilon = check_epsilon("RMSprop", epsilon)
        self.centered = check("RMSprop", "centered", centered, Boolean())
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
        """("velocity",), then "momentum" and "average_gradient" where used."""
        momentum = ("momentum",) if self.momentum else ()
        return ("velocity", *momentum, *(("average_gradient",) if self.centered else ()))

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Each slot of all weights by itself."""
        return tuple((slot,) for slot in self.slots())

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        v = slots["velocity"] * self.rho + (g * g) * (1.0 - self.rho)
        new = {"velocity": v}
        spread = v
        if self.centered:
            a = slots["average_gradient"] * self.rho + g * (1.0 - self.rho)
            new["average_gradient"] = a
            spread = v - a * a
        step = (g * scalars["learning_rate"]) / ops.sqrt(spread + self.epsilon)
        if self.momentum:
            step = slots["momentum"] * self.momentum + step
            new["momentum"] = step
        return w - step, new
