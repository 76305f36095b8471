"""The unit of the first perceptrons."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "binary_step")
@ops.pointwise
def binary_step(x: Any) -> Any:
    """y = 1 for x >= 0, else 0, element by element; its derivative is 0 everywhere.

    Layers before it learn nothing by gradients: it is for nets whose weights are set.

    Source: Rosenblatt 1958, "The perceptron".

    >>> [binary_step(x).item() for x in (-0.5, 0.0, 2.0)]
    [0.0, 1.0, 1.0]
    """
    return ops.cast(ops.greater_equal(x, 0.0), "float32")
