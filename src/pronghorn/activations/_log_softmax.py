"""Logarithms of class probabilities."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "log_softmax")
def log_softmax(x: Any, axis: int = -1) -> Any:
    """y_j = x_j − log Σ_i e^x_i along the axis: (…, c) → (…, c), logarithms of a softmax.

    Default: the last axis.

    Source: keras.activations.log_softmax.

    >>> [round(float(y), 6) for y in log_softmax([0.0, 0.0])]  # −log 2
    [-0.693147, -0.693147]
    """
    return ops.log_softmax(x, axis=axis)
