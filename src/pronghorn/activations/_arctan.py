"""The arc tangent."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "arctan")
@ops.pointwise
def arctan(x: Any) -> Any:
    """y = arctan(x), element by element, between −π/2 and π/2.

    Source: numpy.arctan.

    >>> round(arctan(1.0).item(), 6)  # π / 4
    0.785398
    """
    return ops.arctan(x)
