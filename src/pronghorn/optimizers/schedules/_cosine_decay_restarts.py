"""Half waves down, one after another, each longer than the last."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import FINITE, NONNEGATIVE, POSITIVE, AsGiven
from pronghorn.optimizers.schedules._base import NAME, ArraySchedule

# A restart due at a whole number of periods must not be missed by a rounding of its logarithm.
_SLACK = 1e-9


@register("schedule")
class CosineDecayRestarts(ArraySchedule):
    """lr₀ ((1 − α) mⁱ (1 + cos(π f)) / 2 + α) in period i = 0, 1, …, with f its part gone by.

    Period i lasts first_decay_steps · tⁱ. Defaults: t_mul (t) 2.0, m_mul (m) 1.0, alpha (α) 0.0.
    Raises ParameterError unless first_decay_steps > 0 and t_mul ≥ 1.

    Source: keras.optimizers.schedules.CosineDecayRestarts; Loshchilov and Hutter 2016
    (arXiv:1608.03983).

    >>> schedule = CosineDecayRestarts(0.5, first_decay_steps=10)
    >>> schedule(5), schedule(10), schedule(20), schedule(30)
    (0.25, 0.5, 0.25, 0.5)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str | None = "SGDRDecay",
    ) -> None:
        owner = "CosineDecayRestarts"
        self.initial_learning_rate = check(
            owner, "initial_learning_rate", initial_learning_rate, AsGiven(FINITE)
        )
        self.first_decay_steps = check(
            owner, "first_decay_steps", first_decay_steps, AsGiven(POSITIVE)
        )
        self.t_mul = check(owner, "t_mul", t_mul, AsGiven(Interval(low=1.0, closed="left")))
        self.m_mul = check(owner, "m_mul", m_mul, AsGiven(NONNEGATIVE))
        self.alpha = check(owner, "alpha", alpha, AsGiven(FINITE))
        self.name = check(owner, "name", name, NAME)

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The formula above."""
        gone, t = steps / self.first_decay_steps, self.t_mul
        if t == 1.0:
            period = np.floor(gone)
            part = gone - period
        else:
            # Periods 0 … i − 1 last (tⁱ − 1) / (t − 1) times the first.
            period = np.floor(np.log(1.0 + gone * (t - 1.0)) / np.log(t) + _SLACK)
            part = (gone - (t**period - 1.0) / (t - 1.0)) / t**period
        wave = 0.5 * self.m_mul**period * (1.0 + np.cos(np.pi * part))
        return np.asarray(self.initial_learning_rate * ((1.0 - self.alpha) * wave + self.alpha))
