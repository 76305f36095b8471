"""A unit that drops what is small."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "hard_shrink")
@ops.pointwise
def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """y = x for |x| > threshold, else 0, element by element.

    Default: threshold 0.5.

    Source: keras.activations.hard_shrink.

    >>> [hard_shrink(x).item() for x in (-2.0, 0.25, 2.0)]
    [-2.0, 0.0, 2.0]
    """
    return ops.where(ops.less_equal(ops.absolute(x), threshold), 0.0, x)
