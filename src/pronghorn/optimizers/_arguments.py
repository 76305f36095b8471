"""Rules for arguments that several optimizers or schedules have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pronghorn._core import config
from pronghorn._core.params import Interval, Rule, check

__all__ = ["BETA", "FINITE", "NONNEGATIVE", "POSITIVE", "AsGiven", "check_epsilon"]

BETA = Interval(0.0, 1.0, "left")
FINITE = Interval(closed="neither")
POSITIVE = Interval(low=0.0, closed="neither")
NONNEGATIVE = Interval(low=0.0, closed="left")


@dataclass(frozen=True)
class AsGiven:
    """A number that a rule accepts, kept as it is written: configs of schedules say 3 for 3.

    >>> check("ExponentialDecay", "decay_steps", 3, AsGiven(POSITIVE))
    3
    """

    rule: Rule[float]

    def phrase(self) -> str:
        return self.rule.phrase()

    def convert(self, value: object) -> float:
        number = self.rule.convert(value)
        return value if type(value) is int else number


def check_epsilon(owner: str, value: Any) -> float:
    """A number of at least 0; None, the default of Keras 2, is ``config.epsilon()``.

    >>> check_epsilon("Adam", None)
    1e-07
    """
    return check(owner, "epsilon", config.epsilon() if value is None else value, NONNEGATIVE)
