"""A rectifier from a square root."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "squareplus")
@ops.pointwise
def squareplus(x: Any, b: float = 4) -> Any:
    """y = (x + sqrt(x² + b)) / 2, element by element.

    b sets how wide the bend at 0 is; b = 0 is relu. Default: b 4.

    Source: keras.activations.squareplus; Barron 2021 (arXiv:2112.11687).

    >>> [round(squareplus(x).item(), 6) for x in (0.0, 3.0)]
    [1.0, 3.302776]
    """
    positive = ops.greater_equal(x, 0.0)
    size = ops.where(positive, x, ops.negative(x))
    total = ops.add(ops.sqrt(ops.add(ops.square(x), b)), size)
    # For x < 0 the sum would cancel: (x + r)(r − x) = b gives the quotient.
    return ops.where(positive, ops.multiply(0.5, total), ops.divide(0.5 * b, total))
