"""A relu with a slope below zero, as a layer."""

from __future__ import annotations

from typing import Any

from pronghorn import activations
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer

__all__ = ["LeakyReLU"]


@register("layer", "LeakyReLU")
class LeakyReLU(Layer):
    """y = x for x >= 0, else negative_slope · x, shape unchanged.

    Args:
        negative_slope: At least 0. Default 0.3 (the activation function has 0.2). Older spelling:
            ``alpha``.
        name: see ``Layer``.

    Errors: ParameterError for a negative slope.

    Source: keras.layers.LeakyReLU; Maas et al. 2013.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.LeakyReLU(0.5)(np.array([[-1.0, 2.0]])).tolist()
    [[-0.5, 2.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    @renamed(alpha="negative_slope")
    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        non_negative = Interval(0.0, closed="left")
        self.negative_slope = check("LeakyReLU", "negative_slope", negative_slope, non_negative)

    def call(self, x: Any) -> Any:
        return activations.leaky_relu(x, negative_slope=self.negative_slope)
