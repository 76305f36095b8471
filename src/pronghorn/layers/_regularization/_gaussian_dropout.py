"""Multiplicative noise with the variance that dropout has."""

from __future__ import annotations

import math
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.draws import random_normal
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer
from pronghorn.layers._regularization._noise import noise_source

__all__ = ["GaussianDropout"]


@register("layer", "GaussianDropout")
class GaussianDropout(Layer):
    """y = x · (1 + sqrt(rate / (1 − rate)) · e) in training, y = x otherwise; e standard normal.

    Args:
        rate: In [0, 1); the noise has the mean and the variance of ``Dropout(rate)``. Older
            spelling: ``p``.
        seed: see ``Dropout``.
        name: see ``Layer``.

    Errors: ParameterError for a rate outside [0, 1).

    Source: keras.layers.GaussianDropout; Srivastava et al., JMLR 15, 2014, section 10.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.GaussianDropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    @renamed(p="rate")
    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = check("GaussianDropout", "rate", rate, Interval(0.0, 1.0, closed="left"))
        self.seed = check("GaussianDropout", "seed", seed, Optional(Integer(low=0)))

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or self.rate == 0.0:
            return x
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        noise = random_normal(x.shape, *noise_source(self, self.seed))
        return ops.multiply(x, ops.add(ops.multiply(noise, stddev), 1.0))
