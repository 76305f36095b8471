"""Uniform values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.initializers._base import RandomInitializer, Shape


@register("initializer", "random_uniform", "uniform")
class RandomUniform(RandomInitializer):
    """w ~ U[minval, maxval).

    Defaults: minval −0.05, maxval 0.05, seed None. Raises ParameterError where minval > maxval.

    Source: keras.initializers.RandomUniform.

    >>> bool(np.abs(RandomUniform(-1, 1, seed=3)((1000,))).max() <= 1.0)
    True
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        self.minval = check("RandomUniform", "minval", minval, Interval(closed="neither"))
        self.maxval = check("RandomUniform", "maxval", maxval, Interval(closed="neither"))
        if self.minval > self.maxval:
            raise ParameterError(
                compose(
                    "RandomUniform",
                    expected="minval <= maxval",
                    received=f"minval {self.minval:g} and maxval {self.maxval:g}",
                )
            )
        super().__init__(seed)

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """Draws from the uniform distribution."""
        return self._generator().uniform(self.minval, self.maxval, shape)
