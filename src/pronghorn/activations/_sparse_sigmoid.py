"""A sigmoid that is exactly 0 and exactly 1 away from 0."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "sparse_sigmoid")
@ops.pointwise
def sparse_sigmoid(x: Any) -> Any:
    """y = min(max((x + 1) / 2, 0), 1), element by element: the derivative of sparse_plus.

    Source: keras.activations.sparse_sigmoid; Martins and Astudillo 2016 (arXiv:1602.02068).

    >>> [sparse_sigmoid(x).item() for x in (-2.0, 0.0, 2.0)]
    [0.0, 0.5, 1.0]
    """
    return ops.multiply(0.5, ops.clip(ops.add(x, 1.0), 0.0, 2.0))
