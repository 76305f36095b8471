"""One rate for each interval of steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Several, check
from pronghorn._core.registry import register
from pronghorn.optimizers._arguments import FINITE, AsGiven
from pronghorn.optimizers.schedules._base import NAME, ArraySchedule


@register("schedule")
class PiecewiseConstantDecay(ArraySchedule):
    """values[i], where i boundaries lie below the step.

    values[0] up to and including step boundaries[0], then values[1], and so on. Raises
    ParameterError unless the boundaries increase and there is one more value than boundaries.

    Source: keras.optimizers.schedules.PiecewiseConstantDecay.

    >>> schedule = PiecewiseConstantDecay([10, 20], [0.5, 0.25, 0.125])
    >>> schedule(10), schedule(11), schedule(21)
    (0.5, 0.25, 0.125)
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str | None = "PiecewiseConstant",
    ) -> None:
        owner = "PiecewiseConstantDecay"
        bounds = check(owner, "boundaries", boundaries, Several(AsGiven(FINITE)))
        rates = check(owner, "values", values, Several(AsGiven(FINITE)))
        if len(rates) != len(bounds) + 1:
            raise ParameterError(
                compose(
                    owner,
                    expected=f"{len(bounds) + 1} values for {len(bounds)} boundaries",
                    received=f"{len(rates)}",
                )
            )
        if any(low >= high for low, high in pairwise(bounds)):
            raise ParameterError(
                compose(
                    f"{owner} boundaries",
                    expected="numbers that increase",
                    received=describe(boundaries),
                )
            )
        self.boundaries, self.values = list(boundaries), rates
        self.name = check(owner, "name", name, NAME)

    def rates(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """The formula above."""
        return np.asarray(np.array(self.values)[np.searchsorted(self.boundaries, steps)])
