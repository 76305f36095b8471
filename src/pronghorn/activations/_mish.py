"""A smooth, non-monotonic unit."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "mish")
@ops.pointwise
def mish(x: Any) -> Any:
    """y = x tanh(log(1 + e^x)), element by element.

    Source: keras.activations.mish; Misra 2019 (arXiv:1908.08681).

    >>> round(mish(1.0).item(), 6)
    0.865098
    """
    return ops.multiply(x, ops.tanh(ops.softplus(x)))
