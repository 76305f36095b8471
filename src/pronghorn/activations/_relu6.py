"""A rectified linear unit with a ceiling."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "relu6")
@ops.pointwise
def relu6(x: Any) -> Any:
    """y = min(max(x, 0), 6), element by element; at the corners the derivative is 0.

    Source: keras.activations.relu6; Krizhevsky 2010.

    >>> [relu6(x).item() for x in (-1.0, 3.0, 8.0)]
    [0.0, 3.0, 6.0]
    """
    below_six = ops.where(ops.greater_equal(x, 6.0), 6.0, x)
    return ops.where(ops.less_equal(x, 0.0), 0.0, below_six)
