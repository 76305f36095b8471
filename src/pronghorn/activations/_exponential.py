"""The exponential function."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "exponential")
def exponential(x: Any) -> Any:
    """y = e^x, element by element: for outputs that are positive rates.

    Source: keras.activations.exponential.

    >>> exponential(0.0).item()
    1.0
    """
    return ops.exp(x)
