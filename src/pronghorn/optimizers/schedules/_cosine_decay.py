"""Half a wave down, after a straight line up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Optional, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import FINITE, NONNEGATIVE, POSITIVE, AsGiven
from pronghorn.optimizers.schedules._base import NAME, ArraySchedule


@register("schedule")
class CosineDecay(ArraySchedule):
    """lr₀ ((1 − α) (1 + cos(π t / d)) / 2 + α), with t = min(step, d), d = decay_steps.

    With ``warmup_target`` the rate first goes from lr₀ to the target in a straight line of
    ``warmup_steps``, and then down from the target. Defaults: alpha (α) 0.0, no warm-up. Raises
    ParameterError unless decay_steps > 0 and warmup_steps ≥ 0.

    Source: keras.optimizers.schedules.CosineDecay; Loshchilov and Hutter 2016
    (arXiv:1608.03983); Goyal et al. 2017 (arXiv:1706.02677) for the warm-up.

    >>> schedule = CosineDecay(0.0, decay_steps=10, warmup_target=0.5, warmup_steps=4)
    >>> schedule(2), schedule(4), schedule(9), schedule(14)
    (0.25, 0.5, 0.25, 0.0)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str | None = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        owner = "CosineDecay"
        self.initial_learning_rate = check(
            owner, "initial_learning_rate", initial_learning_rate, AsGiven(FINITE)
        )
        self.decay_steps = check(owner, "decay_steps", decay_steps, AsGiven(POSITIVE))
        self.alpha = check(owner, "alpha", alpha, AsGiven(FINITE))
        self.name = check(owner, "name", name, NAME)
        self.warmup_target = check(owner, "warmup_target", warmup_target, Optional(AsGiven(FINITE)))
        self.warmup_steps = check(owner, "warmup_steps", warmup_steps, AsGiven(NONNEGATIVE))

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The formula above."""
        start, top, before = self.initial_learning_rate, self.warmup_target, self.warmup_steps
        if top is None:
            return self._decay(start, steps)
        line = start + (top - start) * steps / max(before, 1.0)
        return np.where(steps < before, line, self._decay(top, steps - before))

    def _decay(self, top: float, steps: NDArray[Any]) -> NDArray[np.float64]:
        wave = 0.5 * (1.0 + np.cos(np.pi * np.minimum(steps, self.decay_steps) / self.decay_steps))
        return np.asarray(top * ((1.0 - self.alpha) * wave + self.alpha))
