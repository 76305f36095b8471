"""The rectified linear unit."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "relu")
def relu(
    x: Any,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Any:
    """y = max(x, 0), element by element.

    In full: y = max_value for x >= max_value, x for threshold < x < max_value, and
    negative_slope · (x − threshold) below. Defaults: negative_slope 0.0, max_value None (no
    upper bound), threshold 0.0. The derivative of the plain form at 0 is 0.

    Source: keras.activations.relu; Nair and Hinton 2010.

    >>> [relu(x).item() for x in (-2.0, 3.0)]
    [0.0, 3.0]
    >>> [relu(x, negative_slope=0.5, max_value=4.0).item() for x in (-2.0, 3.0, 9.0)]
    [-1.0, 3.0, 4.0]
    """
    if negative_slope == 0.0 and max_value is None and threshold == 0.0:
        return ops.relu(x)
    return _bent_relu(x, negative_slope=negative_slope, max_value=max_value, threshold=threshold)


@ops.pointwise
def _bent_relu(x: Any, negative_slope: float, max_value: float | None, threshold: float) -> Any:
    below = ops.multiply(negative_slope, ops.subtract(x, threshold))
    if max_value is None and threshold == 0.0:
        # At 0 the derivative is 1 here, as in leaky_relu (and in Keras).
        return ops.where(ops.greater_equal(x, 0.0), x, below)
    kept = ops.where(ops.greater(x, threshold), x, 0.0)
    if max_value is not None:
        kept = ops.clip(kept, 0.0, max_value)
    if negative_slope == 0.0:
        return kept
    return ops.add(kept, ops.minimum(below, 0.0))
