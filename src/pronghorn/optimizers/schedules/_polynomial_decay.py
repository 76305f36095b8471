"""Down to an end rate along a power of time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Boolean, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import FINITE, POSITIVE, AsGiven
from pronghorn.optimizers.schedules._base import NAME, ArraySchedule


@register("schedule")
class PolynomialDecay(ArraySchedule):
    """(lr₀ − lr₁) (1 − t / d)^p + lr₁, with t = min(step, d), d = decay_steps.

    lr₁ is end_learning_rate, p is power. With ``cycle``, t = step and d is the first multiple of
    decay_steps that is not below it. Defaults: end_learning_rate 0.0001, power 1.0, cycle False.
    Raises ParameterError unless decay_steps > 0.

    Source: keras.optimizers.schedules.PolynomialDecay.

    >>> schedule = PolynomialDecay(0.5, decay_steps=10, end_learning_rate=0.0)
    >>> schedule(0), schedule(5), schedule(20)
    (0.5, 0.25, 0.0)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str | None = "PolynomialDecay",
    ) -> None:
        owner = "PolynomialDecay"
        self.initial_learning_rate = check(
            owner, "initial_learning_rate", initial_learning_rate, AsGiven(FINITE)
        )
        self.decay_steps = check(owner, "decay_steps", decay_steps, AsGiven(POSITIVE))
        self.end_learning_rate = check(
            owner, "end_learning_rate", end_learning_rate, AsGiven(FINITE)
        )
        self.power = check(owner, "power", power, AsGiven(FINITE))
        self.cycle = check(owner, "cycle", cycle, Boolean())
        self.name = check(owner, "name", name, NAME)

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The formula above."""
        length: Any = self.decay_steps
        if self.cycle:
            length = length * np.maximum(np.ceil(steps / length), 1.0)
        rest = 1.0 - np.minimum(steps, length) / length
        span = self.initial_learning_rate - self.end_learning_rate
        return np.asarray(span * rest**self.power + self.end_learning_rate)
