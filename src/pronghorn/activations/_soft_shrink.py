"""A unit that draws everything towards 0."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "soft_shrink")
@ops.pointwise
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """y = x − t for x > t, x + t for x < −t, else 0, with t the threshold, element by element.

    Default: threshold 0.5.

    Source: keras.activations.soft_shrink; Donoho 1995.

    >>> [soft_shrink(x).item() for x in (-2.0, 0.25, 2.0)]
    [-1.5, 0.0, 1.5]
    """
    below = ops.where(ops.greater_equal(x, -threshold), 0.0, ops.add(x, threshold))
    return ops.where(ops.greater(x, threshold), ops.subtract(x, threshold), below)
