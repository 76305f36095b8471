"""Rules for arguments that several optimizers or schedules have."""

from __future__ import annotations

from typing import Any

from pronghorn._core import config
from pronghorn._core.params import Interval, check

__all__ = ["BETA", "FINITE", "NONNEGATIVE", "POSITIVE", "check_epsilon"]

BETA = Interval(0.0, 1.0, "left")
FINITE = Interval(closed="neither")
POSITIVE = Interval(low=0.0, closed="neither")
NONNEGATIVE = Interval(low=0.0, closed="left")


def check_epsilon(owner: str, value: Any) -> float:
    """A number of at least 0; None, the default of Keras 2, is ``config.epsilon()``.

    >>> check_epsilon("Adam", None)
    1e-07
    """
    return check(owner, "epsilon", config.epsilon() if value is None else value, NONNEGATIVE)
