"""A sigmoid of three straight pieces."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "hard_sigmoid")
@ops.pointwise
def hard_sigmoid(x: Any) -> Any:
    """y = min(max(x / 6 + 1/2, 0), 1), element by element; at the corners the derivative is 0.

    Keras 2 had a slope of 0.2 here; this is Keras 3's.

    Source: keras.activations.hard_sigmoid.

    >>> hard_sigmoid(1.5).item()
    0.75
    """
    rising = ops.where(ops.greater_equal(x, 3.0), 1.0, ops.add(ops.divide(x, 6.0), 0.5))
    return ops.where(ops.less_equal(x, -3.0), 0.0, rising)
