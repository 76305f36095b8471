"""What tanh leaves over."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "tanh_shrink")
@ops.pointwise
def tanh_shrink(x: Any) -> Any:
    """y = x − tanh(x), element by element.

    Source: keras.activations.tanh_shrink.

    >>> round(tanh_shrink(1.0).item(), 6)
    0.238406
    """
    return ops.subtract(x, ops.tanh(x))
