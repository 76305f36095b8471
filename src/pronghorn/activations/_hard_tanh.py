"""A tanh of three straight pieces."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "hard_tanh")
@ops.pointwise
def hard_tanh(x: Any) -> Any:
    """y = min(max(x, −1), 1), element by element; at the corners the derivative is 1.

    Source: keras.activations.hard_tanh; Collobert 2004.

    >>> [hard_tanh(x).item() for x in (-2.0, 0.5, 2.0)]
    [-1.0, 0.5, 1.0]
    """
    return ops.where(ops.greater(x, 1.0), 1.0, ops.where(ops.less(x, -1.0), -1.0, x))
