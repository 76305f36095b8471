"""A constant factor every so many steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.registry import register
from pronghorn.optimizers.schedules._base import StaircaseSchedule


@register("schedule")
class ExponentialDecay(StaircaseSchedule):
    """lr₀ · r^(step / d), with d = decay_steps and r = decay_rate.

    ``staircase`` takes the whole part of step / d. Default: staircase False. Raises
    ParameterError unless decay_steps > 0 and decay_rate ≥ 0.

    Source: keras.optimizers.schedules.ExponentialDecay.

    >>> schedule = ExponentialDecay(0.5, decay_steps=10, decay_rate=0.25)
    >>> schedule(0), schedule(5), schedule(10)
    (0.5, 0.25, 0.125)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "ExponentialDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The formula above."""
        return np.asarray(self.initial_learning_rate * self.decay_rate ** self.decays(steps))
