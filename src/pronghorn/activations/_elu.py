"""The exponential linear unit."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "elu")
@ops.pointwise
def elu(x: Any, alpha: float = 1.0) -> Any:
    """y = x for x > 0, else alpha (e^x − 1), element by element.

    Default: alpha 1.0.

    Source: keras.activations.elu; Clevert et al. 2015 (arXiv:1511.07289).

    >>> [round(elu(x).item(), 6) for x in (2.0, -1.0)]
    [2.0, -0.632121]
    """
    positive = ops.greater(x, 0.0)
    # The branch not taken must stay finite too, or its zero derivative becomes 0 · inf.
    below = ops.where(positive, 0.0, x)
    return ops.where(positive, x, ops.multiply(alpha, ops.expm1(below)))
