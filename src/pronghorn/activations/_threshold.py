"""A unit with a jump."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "threshold")
@ops.pointwise
def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """y = x for x > threshold, else default_value, element by element.

    It has no defaults: use ``lambda x: threshold(x, 0.5, 0.0)`` or a function of your own as the
    activation of a layer.

    Source: keras.activations.threshold.

    >>> [threshold(x, 1.0, 0.0).item() for x in (0.5, 2.0)]
    [0.0, 2.0]
    """
    return ops.where(ops.less_equal(x, threshold), default_value, x)
