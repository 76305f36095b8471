"""The Gaussian error linear unit."""

from __future__ import annotations

import math
from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "gelu")
@ops.pointwise
def gelu(x: Any, approximate: bool = False) -> Any:
    """y = x Φ(x), Φ the standard normal distribution function, element by element.

    With ``approximate``: y = x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))). Default: exact.

    Source: keras.activations.gelu; Hendrycks and Gimpel 2016 (arXiv:1606.08415).

    >>> round(gelu(1.0).item(), 6), round(gelu(1.0, approximate=True).item(), 6)
    (0.841345, 0.841192)
    """
    half = ops.multiply(0.5, x)
    if approximate:
        cubed = ops.multiply(ops.multiply(x, x), x)
        inner = ops.multiply(math.sqrt(2.0 / math.pi), ops.add(x, ops.multiply(0.044715, cubed)))
        return ops.multiply(half, ops.add(1.0, ops.tanh(inner)))
    return ops.multiply(half, ops.add(1.0, ops.erf(ops.multiply(math.sqrt(0.5), x))))
