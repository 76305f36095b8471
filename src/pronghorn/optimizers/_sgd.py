"""Gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn._core.params import Boolean, Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._base import Optimizer


@register("optimizer", "sgd")
class SGD(Optimizer):
    """w ← w − lr g; with momentum μ: v ← μ v − lr g, w ← w + v.

    With ``nesterov``: w ← w + μ v − lr g, v being the new one. Slots: "momentum" (v), only for
    μ ≠ 0. Defaults: learning_rate 0.01, momentum 0.0, nesterov False. Raises ParameterError for
    momentum outside [0, 1]. Further arguments: see Optimizer.

    Source: keras.optimizers.SGD; Sutskever et al. 2013, "On the importance of initialization and
    momentum in deep learning".

    >>> sgd = SGD(learning_rate=0.1, momentum=0.9)
    >>> w, slots = sgd.update(1.0, 2.0, {"momentum": 0.0}, {"learning_rate": 0.1})
    >>> float(w), slots
    (0.8, {'momentum': -0.2})
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = check("SGD", "momentum", momentum, Interval(0.0, 1.0))
        self.nesterov = check("SGD", "nesterov", nesterov, Boolean())
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
        """("momentum",), or nothing without momentum."""
        return ("momentum",) if self.momentum else ()

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        descent = g * scalars["learning_rate"]
        if not self.momentum:
            return w - descent, {}
        v = slots["momentum"] * self.momentum - descent
        return w + (v * self.momentum - descent if self.nesterov else v), {"momentum": v}
