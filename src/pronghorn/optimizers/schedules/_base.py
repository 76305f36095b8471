"""What every schedule is: a learning rate for each step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.configurable import Configurable
from pronghorn._core.params import Boolean, OfType, Optional, check
from pronghorn.optimizers._arguments import FINITE, NONNEGATIVE, POSITIVE, AsGiven
from pronghorn.optimizers._numbers import Reading

NAME = Optional(OfType(str))


class LearningRateSchedule(Configurable):
    """step → learning rate, for ``learning_rate`` of any optimizer; steps count from 0.

    A subclass defines ``__call__(step)``, in plain Python, NumPy or ``pronghorn.ops``; it is
    called once for each step, with a whole number.

    Source: keras.optimizers.schedules.LearningRateSchedule.

    >>> class Hyperbola(LearningRateSchedule):
    ...     def __init__(self, initial):
    ...         self.initial = initial
    ...     def __call__(self, step):
    ...         return self.initial / (1 + step)
    >>> Hyperbola(0.5).rates(np.arange(3)).round(4)
    array([0.5   , 0.25  , 0.1667])
    """

    def __call__(self, step: Any) -> Any:
        """The rate of one step."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(step)")

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The rates of many steps, in float64."""
        return np.array([float(self(int(step))) for step in steps], np.float64)


class ArraySchedule(LearningRateSchedule):
    """A schedule whose formula takes all steps at once: a subclass defines ``rates``."""

    def __call__(self, step: Any) -> Any:
        """The rate of one step, or an array of them for an array."""
        rates = self.rates(np.asarray(step, np.float64))
        return rates if rates.ndim else Reading(rates)


class StaircaseSchedule(ArraySchedule):
    """A schedule of step / decay_steps, or of its whole part with ``staircase``."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool,
        name: str | None,
    ) -> None:
        owner = type(self).__name__
        self.initial_learning_rate = check(
            owner, "initial_learning_rate", initial_learning_rate, AsGiven(FINITE)
        )
        self.decay_steps = check(owner, "decay_steps", decay_steps, AsGiven(POSITIVE))
        self.decay_rate = check(owner, "decay_rate", decay_rate, AsGiven(NONNEGATIVE))
        self.staircase = check(owner, "staircase", staircase, Boolean())
        self.name = check(owner, "name", name, NAME)

    def decays(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """How many times decay_steps went by."""
        decays = steps / self.decay_steps
        return np.floor(decays) if self.staircase else decays
