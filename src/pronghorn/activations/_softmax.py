"""Class probabilities."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "softmax")
def softmax(x: Any, axis: int = -1) -> Any:
    """y_j = e^x_j / Σ_i e^x_i along the axis: (…, c) → (…, c), rows that sum to 1.

    Default: the last axis.

    Source: keras.activations.softmax.

    >>> softmax([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    return ops.softmax(x, axis=axis)
