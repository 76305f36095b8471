"""The identity."""

from __future__ import annotations

from typing import Any

from pronghorn._core.registry import register


@register("activation", "linear")
def linear(x: Any) -> Any:
    """y = x, element by element. It is also what ``activation=None`` means.

    Source: keras.activations.linear.

    >>> linear(3.5)
    3.5
    """
    return x
