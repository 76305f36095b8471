"""The logarithm of a sigmoid."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "log_sigmoid")
@ops.pointwise
def log_sigmoid(x: Any) -> Any:
    """y = log(1 / (1 + e^−x)) = −softplus(−x), element by element, without overflow.

    Source: keras.activations.log_sigmoid.

    >>> round(log_sigmoid(0.0).item(), 6)  # −log 2
    -0.693147
    """
    return ops.negative(ops.softplus(ops.negative(x)))
