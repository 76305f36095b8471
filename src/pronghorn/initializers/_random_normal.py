"""Normal values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.initializers._base import RandomInitializer, Shape


@register("initializer", "random_normal", "normal")
class RandomNormal(RandomInitializer):
    """w ~ N(mean, stddev²).

    Defaults: mean 0.0, stddev 0.05, seed None (drawn when the object is made). Raises
    ParameterError for a negative stddev.

    Source: keras.initializers.RandomNormal.

    >>> RandomNormal(stddev=0.01, seed=1)((784, 10)).shape
    (784, 10)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean = check("RandomNormal", "mean", mean, Interval(closed="neither"))
        self.stddev = check("RandomNormal", "stddev", stddev, Interval(low=0.0, closed="left"))
        super().__init__(seed)

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """Draws from the normal distribution."""
        return self.mean + self.stddev * self._generator().standard_normal(shape)
