"""Averages of gradients divided by their recent size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn._core.params import Boolean, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import BETA, check_epsilon
from pronghorn.optimizers._base import Optimizer
from pronghorn.optimizers._corrections import gathered


@register("optimizer", "adam")
class Adam(Optimizer):
    """m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); w ← w − α m / (sqrt(v) + ε).

    α = lr sqrt(1 − β₂^t) / (1 − β₁^t) in step t = 1, 2, … With ``amsgrad`` the root is of the
    largest v so far. Slots: "momentum" (m), "velocity" (v), and "velocity_hat" with amsgrad.
    Defaults: learning_rate 0.001, beta_1 0.9, beta_2 0.999, epsilon 1e-7 (the "epsilon hat" of
    the paper), amsgrad False. Raises ParameterError for betas outside [0, 1). Further
    arguments: see Optimizer.

    Source: keras.optimizers.Adam; Kingma and Ba 2014 (arXiv:1412.6980); Reddi et al. 2018 for
    amsgrad.

    >>> adam = Adam(learning_rate=0.1)
    >>> scalars = {name: v[0] for name, v in adam.step_scalars(np.array([0])).items()}
    >>> w, _ = adam.update(1.0, 2.0, {"momentum": 0.0, "velocity": 0.0}, scalars)
    >>> round(float(w), 6)  # the first step has the size of the learning rate
    0.9
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.beta_1 = check("Adam", "beta_1", beta_1, BETA)
        self.beta_2 = check("Adam", "beta_2", beta_2, BETA)
        self.epsilon = check_epsilon("Adam", epsilon)
        self.amsgrad = check("Adam", "amsgrad", amsgrad, Boolean())
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
        """("momentum", "velocity"), and "velocity_hat" with amsgrad."""
        return ("momentum", "velocity", *(("velocity_hat",) if self.amsgrad else ()))

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """m and v together, weight by weight; then the largest v of all weights."""
        return (self.slots()[:2], self.slots()[2:])

    def corrections(
        self, rates: NDArray[np.float64], t: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        """ "alpha", the learning rate with both bias corrections."""
        return {"alpha": rates * np.sqrt(gathered(self.beta_2, t)) / gathered(self.beta_1, t)}

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        m = slots["momentum"] + (g - slots["momentum"]) * (1.0 - self.beta_1)
        v = slots["velocity"] + (g * g - slots["velocity"]) * (1.0 - self.beta_2)
        new = {"momentum": m, "velocity": v}
        if self.amsgrad:
            v = ops.maximum(slots["velocity_hat"], v)
            new["velocity_hat"] = v
        return w - (m * scalars["alpha"]) / (ops.sqrt(v) + self.epsilon), new
