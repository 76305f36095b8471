"""A sigmoid with slow tails."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "softsign")
@ops.pointwise
def softsign(x: Any) -> Any:
    """y = x / (1 + |x|), element by element.

    Source: keras.activations.softsign.

    >>> softsign(-3.0).item()
    -0.75
    """
    return ops.divide(x, ops.add(1.0, ops.absolute(x)))
