"""Normal values without tails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.initializers._base import RandomInitializer, Shape


@register("initializer", "truncated_normal")
class TruncatedNormal(RandomInitializer):
    """w ~ N(mean, stddev²), values further than 2 stddev from the mean drawn again.

    The result's own deviation is 0.8796 stddev. Defaults: mean 0.0, stddev 0.05, seed None.
    Raises ParameterError for a negative stddev.

    Source: keras.initializers.TruncatedNormal.

    >>> bool(np.abs(TruncatedNormal(seed=3)((1000,))).max() <= 0.1)
    True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean = check("TruncatedNormal", "mean", mean, Interval(closed="neither"))
        self.stddev = check("TruncatedNormal", "stddev", stddev, Interval(low=0.0, closed="left"))
        super().__init__(seed)

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """Draws from the truncated normal distribution."""
        return self.mean + self._fill_truncated_normal(shape, self.stddev)
