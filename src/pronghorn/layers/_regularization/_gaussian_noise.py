"""Additive noise."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.draws import random_normal
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer
from pronghorn.layers._regularization._noise import noise_source

__all__ = ["GaussianNoise"]


@register("layer", "GaussianNoise")
class GaussianNoise(Layer):
    """y = x + stddev · e in training, y = x otherwise; e is standard normal, one for each value.

    Args:
        stddev: At least 0. Older spelling: ``sigma``.
        seed: see ``Dropout``.
        name: see ``Layer``.

    Errors: ParameterError for a negative stddev.

    Source: keras.layers.GaussianNoise, which allows no stddev above 1.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.GaussianNoise(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    @renamed(sigma="stddev")
    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        non_negative = Interval(0.0, closed="left")
        self.stddev = check("GaussianNoise", "stddev", stddev, non_negative)
        self.seed = check("GaussianNoise", "seed", seed, Optional(Integer(low=0)))

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or self.stddev == 0.0:
            return x
        noise = random_normal(x.shape, *noise_source(self, self.seed))
        return ops.add(x, ops.multiply(noise, self.stddev))
