"""Steps of the size of recent steps, from gradients of the size of recent gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import check_epsilon
from pronghorn.optimizers._base import Optimizer


@register("optimizer", "adadelta")
class Adadelta(Optimizer):
    """a ← ρ a + (1 − ρ) g²; Δ = −g sqrt(b + ε) / sqrt(a + ε); b ← ρ b + (1 − ρ) Δ²; w ← w + lr Δ.

    Slots: "accumulated_grad" (a), "accumulated_delta_var" (b). Defaults: learning_rate 0.001 (1.0
    is the paper's), rho 0.95, epsilon 1e-7. Raises ParameterError for rho outside [0, 1]. Further
    arguments: see Optimizer.

    Source: keras.optimizers.Adadelta; Zeiler 2012 (arXiv:1212.5701).

    >>> adadelta = Adadelta(learning_rate=1.0, rho=0.75, epsilon=1.0)
    >>> slots = {"accumulated_grad": 0.0, "accumulated_delta_var": 0.0}
    >>> w, _ = adadelta.update(1.0, 2.0, slots, {"learning_rate": 1.0})
    >>> round(float(w), 6)  # 1 − 2 · 1 / sqrt(0.25 · 4 + 1)
    -0.414214
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
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
        self.rho = check("Adadelta", "rho", rho, Interval(0.0, 1.0))
        self.epsilon = check_epsilon("Adadelta", epsilon)
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
        """("accumulated_grad", "accumulated_delta_var")."""
        return ("accumulated_grad", "accumulated_delta_var")

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        rest = 1.0 - self.rho
        a = slots["accumulated_grad"] * self.rho + (g * g) * rest
        b = slots["accumulated_delta_var"]
        delta = g * ops.sqrt(b + self.epsilon) / ops.sqrt(a + self.epsilon)
        b = b * self.rho + (delta * delta) * rest
        new = {"accumulated_grad": a, "accumulated_delta_var": b}
        return w - delta * scalars["learning_rate"], new
