"""Averages of gradients divided by their largest recent size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn._core.params import check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import BETA, check_epsilon
from pronghorn.optimizers._base import Optimizer
from pronghorn.optimizers._corrections import gathered


@register("optimizer", "adamax")
class Adamax(Optimizer):
    """m ← m + (1 − β₁)(g − m); u ← max(β₂ u, |g|); w ← w − α m / (u + ε).

    α = lr / (1 − β₁^t) in step t = 1, 2, … Slots: "momentum" (m), "norm" (u). Defaults:
    learning_rate 0.001, beta_1 0.9, beta_2 0.999, epsilon 1e-7. Raises ParameterError for betas
    outside [0, 1). Further arguments: see Optimizer.

    Source: keras.optimizers.Adamax; Kingma and Ba 2014 (arXiv:1412.6980), section 7.

    >>> adamax = Adamax(learning_rate=0.1)
    >>> scalars = {name: v[0] for name, v in adamax.step_scalars(np.array([0])).items()}
    >>> w, _ = adamax.update(1.0, 2.0, {"momentum": 0.0, "norm": 0.0}, scalars)
    >>> round(float(w), 6)  # the first step has the size of the learning rate
    0.9
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = check("Adamax", "beta_1", beta_1, BETA)
        self.beta_2 = check("Adamax", "beta_2", beta_2, BETA)
        self.epsilon = check_epsilon("Adamax", epsilon)
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
        """("momentum", "norm")."""
        return ("momentum", "norm")

    def corrections(
        self, rates: NDArray[np.float64], t: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        """ "alpha", the learning rate with the bias correction."""
        return {"alpha": rates / gathered(self.beta_1, t)}

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        m = slots["momentum"] + (g - slots["momentum"]) * (1.0 - self.beta_1)
        u = ops.maximum(slots["norm"] * self.beta_2, ops.absolute(g))
        return w - (m * scalars["alpha"]) / (u + self.epsilon), {"momentum": m, "norm": u}
