"""A relu that lets a little through below zero."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "leaky_relu")
@ops.pointwise
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """y = x for x >= 0, else negative_slope · x, element by element.

    Default: negative_slope 0.2, that of the Keras function (the LeakyReLU layer has 0.3).

    Source: keras.activations.leaky_relu.

    >>> [round(leaky_relu(x).item(), 6) for x in (3.0, -3.0)]
    [3.0, -0.6]
    """
    return ops.where(ops.greater_equal(x, 0.0), x, ops.multiply(negative_slope, x))
