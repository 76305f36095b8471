"""The learning rate over one plus time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.registry import register
from pronghorn.optimizers.schedules._base import StaircaseSchedule


@register("schedule")
class InverseTimeDecay(StaircaseSchedule):
    """lr₀ / (1 + r · step / d), with d = decay_steps and r = decay_rate.

    ``staircase`` takes the whole part of step / d. Default: staircase False. Raises
    ParameterError unless decay_steps > 0 and decay_rate ≥ 0.

    Source: keras.optimizers.schedules.InverseTimeDecay.

    >>> schedule = InverseTimeDecay(0.5, decay_steps=10, decay_rate=1.0)
    >>> schedule(0), schedule(10), schedule(30)
    (0.5, 0.25, 0.125)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = "InverseTimeDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The formula above."""
        return np.asarray(self.initial_learning_rate / (1.0 + self.decay_rate * self.decays(steps)))
