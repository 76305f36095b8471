"""Dropout for nets of selu units."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.draws import random_uniform
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer
from pronghorn.layers._regularization._noise import noise_source, read_noise_shape, shape_of_noise

__all__ = ["AlphaDropout"]

# What selu tends to for large negative input: −alpha · scale of that activation.
_SATURATION = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946


@register("layer", "AlphaDropout")
class AlphaDropout(Layer):
    """y = a · (x where kept, else s) + b in training, y = x otherwise.

    s = −1.7581 is where selu saturates; a = 1 / sqrt((1 − rate)(1 + rate s²)) and
    b = −a rate s keep the mean 0 and the variance 1 that selu units have.

    Args:
        rate: The share of values replaced, in [0, 1). Older spelling: ``p``.
        noise_shape, seed: see ``Dropout``.
        name: see ``Layer``.

    Errors: ParameterError for a rate outside [0, 1); ShapeError for input that the noise_shape
    does not fit.

    Source: keras.layers.AlphaDropout; Klambauer et al. 2017 (arXiv:1706.02515).

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.AlphaDropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    @renamed(p="rate")
    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = check("AlphaDropout", "rate", rate, Interval(0.0, 1.0, closed="left"))
        self.noise_shape = read_noise_shape("AlphaDropout", noise_shape)
        self.seed = check("AlphaDropout", "seed", seed, Optional(Integer(low=0)))

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or self.rate == 0.0:
            return x
        shape = shape_of_noise(f"AlphaDropout {self.name!r}", self.noise_shape, x.shape)
        drawn = random_uniform(shape, *noise_source(self, self.seed))
        slope = ((1.0 - self.rate) * (1.0 + self.rate * _SATURATION**2)) ** -0.5
        offset = -slope * _SATURATION * self.rate
        kept = ops.greater_equal(drawn, self.rate)
        return ops.add(ops.multiply(ops.where(kept, x, _SATURATION), slope), offset)
