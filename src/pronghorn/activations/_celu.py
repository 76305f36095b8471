"""The continuously differentiable exponential linear unit."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "celu")
@ops.pointwise
def celu(x: Any, alpha: float = 1.0) -> Any:
    """y = x for x > 0, else alpha (e^(x / alpha) − 1), element by element.

    Its derivative is continuous for every alpha > 0. Default: alpha 1.0.

    Source: keras.activations.celu; Barron 2017 (arXiv:1704.07483).

    >>> [round(celu(x, alpha=2.0).item(), 6) for x in (2.0, -2.0)]
    [2.0, -1.264241]
    """
    positive = ops.greater(x, 0.0)
    # The branch not taken must stay finite too, or its zero derivative becomes 0 · inf.
    below = ops.where(positive, 0.0, ops.divide(x, alpha))
    return ops.where(positive, x, ops.multiply(alpha, ops.expm1(below)))
