"""The logistic function."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "sigmoid")
def sigmoid(x: Any) -> Any:
    """y = 1 / (1 + e^−x), element by element, without overflow for either sign.

    Source: keras.activations.sigmoid.

    >>> sigmoid(0.0).item()
    0.5
    """
    return ops.sigmoid(x)
