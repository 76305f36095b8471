"""The rectified linear unit as a layer."""

from __future__ import annotations

from typing import Any

from pronghorn import activations
from pronghorn._core.params import Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["ReLU"]


@register("layer", "ReLU")
class ReLU(Layer):
    """y = max(x, 0), shape unchanged; the options bend it.

    Args:
        max_value: The upper bound, at least 0. Default None: none.
        negative_slope: The slope below ``threshold``, at least 0. Default 0.0.
        threshold: Where the line begins, at least 0. Default 0.0.
        name: see ``Layer``.

    Errors: ParameterError for negative numbers.

    Source: keras.layers.ReLU.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.ReLU(max_value=2.0)(np.array([[-1.0, 1.0, 3.0]])).tolist()
    [[0.0, 1.0, 2.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        non_negative = Interval(0.0)
        self.max_value = check("ReLU", "max_value", max_value, Optional(non_negative))
        self.negative_slope = check("ReLU", "negative_slope", negative_slope, non_negative)
        self.threshold = check("ReLU", "threshold", threshold, non_negative)

    def call(self, x: Any) -> Any:
        return activations.relu(
            x,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )
