"""Adam whose weights also decay."""

from __future__ import annotations

from typing import Any

from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._adam import Adam


@register("optimizer", "adamw")
class AdamW(Adam):
    """w ← w − lr d w, then Adam's step: the decay d is not part of the gradient.

    Every weight decays, biases too, but those of ``exclude_from_weight_decay``. Slots and the
    other arguments: see Adam. Defaults: learning_rate 0.001, weight_decay (d) 0.004, beta_1 0.9,
    beta_2 0.999, epsilon 1e-7, amsgrad False. Raises ParameterError for weight_decay None.

    Source: keras.optimizers.AdamW; Loshchilov and Hutter 2017 (arXiv:1711.05101).

    >>> adam = AdamW(learning_rate=0.5, weight_decay=0.5)
    >>> scalars = {"learning_rate": 0.5, "alpha": 0.5}
    >>> w, _ = adam.update(1.0, 0.0, {"momentum": 0.0, "velocity": 0.0}, scalars)
    >>> float(w)  # the gradient is 0: 1 − 0.5 · 0.5
    0.75
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
            check("AdamW", "weight_decay", weight_decay, Interval(low=0.0)),
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
