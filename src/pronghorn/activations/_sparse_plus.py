"""A softplus that is exactly 0 and exactly x away from 0."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "sparse_plus")
@ops.pointwise
def sparse_plus(x: Any) -> Any:
    """y = 0 for x <= −1, x for x >= 1, else (x + 1)² / 4, element by element.

    Source: keras.activations.sparse_plus; Martins and Astudillo 2016 (arXiv:1602.02068).

    >>> [sparse_plus(x).item() for x in (-2.0, 0.0, 2.0)]
    [0.0, 0.25, 2.0]
    """
    bend = ops.multiply(0.25, ops.square(ops.add(x, 1.0)))
    above = ops.where(ops.greater_equal(x, 1.0), x, bend)
    return ops.where(ops.less_equal(x, -1.0), 0.0, above)
