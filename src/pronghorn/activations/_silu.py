"""The sigmoid-weighted linear unit."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "silu", "swish")
@ops.pointwise
def silu(x: Any) -> Any:
    """y = x · sigmoid(x), element by element; also called swish.

    Source: keras.activations.silu; Ramachandran et al. 2017 (arXiv:1710.05941).

    >>> silu(0.0).item()
    0.0
    """
    return ops.multiply(x, ops.sigmoid(x))
