"""A silu of straight and parabolic pieces."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.activations._hard_sigmoid import hard_sigmoid


@register("activation", "hard_silu", "hard_swish")
@ops.pointwise
def hard_silu(x: Any) -> Any:
    """y = x min(max(x / 6 + 1/2, 0), 1), element by element.

    Source: keras.activations.hard_silu; Howard et al. 2019 (arXiv:1905.02244).

    >>> [hard_silu(x).item() for x in (-4.0, 3.0)]
    [-0.0, 3.0]
    """
    return ops.multiply(x, hard_sigmoid(x))
