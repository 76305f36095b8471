"""A smooth relu."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "softplus")
def softplus(x: Any) -> Any:
    """y = log(1 + e^x), element by element, without overflow.

    Source: keras.activations.softplus; Glorot et al. 2011, "Deep sparse rectifier neural networks".

    >>> round(softplus(0.0).item(), 6)  # log 2
    0.693147
    """
    return ops.softplus(x)
