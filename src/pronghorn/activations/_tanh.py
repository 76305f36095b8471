"""The hyperbolic tangent."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "tanh")
def tanh(x: Any) -> Any:
    """y = (e^x − e^−x) / (e^x + e^−x), element by element.

    Source: keras.activations.tanh.

    >>> tanh(0.0).item()
    0.0
    """
    return ops.tanh(x)
