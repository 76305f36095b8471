"""Steps of one size, in the direction of an average."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._base import Optimizer


@register("optimizer", "lion")
class Lion(Optimizer):
    """w ← w − lr sign(β₁ m + (1 − β₁) g); m ← β₂ m + (1 − β₂) g.

    Slot: "momentum" (m). Defaults: learning_rate 0.001, beta_1 0.9, beta_2 0.99. Raises
    ParameterError for beta_1 outside (0, 1] or beta_2 outside [0, 1]. Further arguments: see
    Optimizer.

    Source: keras.optimizers.Lion; Chen et al. 2023 (arXiv:2302.06675).

    >>> lion = Lion(learning_rate=0.1, beta_2=0.75)
    >>> w, slots = lion.update(1.0, 2.0, {"momentum": 0.0}, {"learning_rate": 0.1})
    >>> float(w), slots
    (0.9, {'momentum': 0.5})
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        self.beta_1 = check("Lion", "beta_1", beta_1, Interval(0.0, 1.0, "right"))
        self.beta_2 = check("Lion", "beta_2", beta_2, Interval(0.0, 1.0))
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
        """("momentum",)."""
        return ("momentum",)

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        m = slots["momentum"]
        direction = ops.sign(m * self.beta_1 + g * (1.0 - self.beta_1))
        new = {"momentum": m * self.beta_2 + g * (1.0 - self.beta_2)}
        return w - direction * scalars["learning_rate"], new
