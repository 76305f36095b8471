"""Adam with a look ahead along its own average."""

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
from pronghorn.optimizers._numbers import Rate

# Π (1 − 0.96^i / 2) over i = 1 … t for t = 0, 1, …; 0.96^1000 < 2^-53: the rest are factors of 1.
_FACTORS = np.cumprod(1.0 - 0.5 * 0.96 ** np.arange(1001.0) * (np.arange(1001) > 0))


@register("optimizer", "nadam")
class Nadam(Optimizer):
    """m ← m + (1 − β₁)(g − m); v ← v + (1 − β₂)(g² − v); w ← w − lr m̂ / (sqrt(v̂) + ε).

    m̂ = u_{t+1} m / (1 − p_{t+1}) + (1 − u_t) g / (1 − p_t) and v̂ = v / (1 − β₂^t), with
    u_t = β₁ (1 − 0.96^t / 2) and p_t = u_1 · … · u_t in step t = 1, 2, … Slots: "momentum" (m),
    "velocity" (v). Defaults: learning_rate 0.001, beta_1 0.9, beta_2 0.999, epsilon 1e-7. Raises
    ParameterError for betas outside [0, 1). Further arguments: see Optimizer.

    Source: keras.optimizers.Nadam (0.96^t where the paper has 0.96^(t/250)); Dozat 2016,
    "Incorporating Nesterov momentum into Adam".

    >>> nadam = Nadam(learning_rate=0.1, beta_1=0.0)
    >>> scalars = {name: v[0] for name, v in nadam.step_scalars(np.array([0])).items()}
    >>> w, _ = nadam.update(1.0, 2.0, {"momentum": 0.0, "velocity": 0.0}, scalars)
    >>> round(float(w), 6)  # without momentum the first step has the size of the learning rate
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
        self.beta_1 = check("Nadam", "beta_1", beta_1, BETA)
        self.beta_2 = check("Nadam", "beta_2", beta_2, BETA)
        self.epsilon = check_epsilon("Nadam", epsilon)
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
        """("momentum", "velocity")."""
        return ("momentum", "velocity")

    def derived(self) -> list[Rate]:
        """ "u_product", p_t after the steps so far: a function of their number."""
        t = np.array(float(self.iterations))
        return [Rate(float(self._products(t)), f"{self.name}/u_product", lambda value: None)]

    def corrections(
        self, rates: NDArray[np.float64], t: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        """The factors of m and g in lr m̂, and 1 / (1 − β₂^t)."""
        product, now, then = self._products(t), self._shares(t), self._shares(t + 1.0)
        return {
            "momentum_share": rates * then / (1.0 - product * then),
            "gradient_share": rates * (1.0 - now) / (1.0 - product),
            "velocity_scale": 1.0 / gathered(self.beta_2, t),
        }

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        """The formula above."""
        m = slots["momentum"] + (g - slots["momentum"]) * (1.0 - self.beta_1)
        v = slots["velocity"] + (g * g - slots["velocity"]) * (1.0 - self.beta_2)
        ahead = m * scalars["momentum_share"] + g * scalars["gradient_share"]
        size = ops.sqrt(v * scalars["velocity_scale"]) + self.epsilon
        return w - ahead / size, {"momentum": m, "velocity": v}

    def _shares(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """u_t."""
        return np.asarray(self.beta_1 * (1.0 - 0.5 * 0.96**t))

    def _products(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """p_t = β₁^t Π (1 − 0.96^i / 2) over i = 1 … t."""
        last = np.minimum(t, len(_FACTORS) - 1).astype(np.int64)
        return np.asarray(self.beta_1**t * _FACTORS[last])
