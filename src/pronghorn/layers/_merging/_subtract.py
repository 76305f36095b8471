"""The difference of two tensors."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._merging._merge import ElementwiseMerge

__all__ = ["Subtract", "subtract"]


@register("layer", "Subtract")
class Subtract(ElementwiseMerge):
    """y = x1 − x2

    Tensors of one shape, or of shapes that repeat along axes of length 1.

    Errors: ShapeError for anything but two tensors or shapes that do not fit.

    Source: keras.layers.Subtract.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    >>> layers.Subtract()([a, b]).tolist()
    [[-2.0, 1.0]]
    """

    count = 2

    def merge(self, parts: list[Any]) -> Any:
        return ops.subtract(*parts)


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """``Subtract(**kwargs)(inputs)``.

    Source: keras.layers.subtract.

    >>> from pronghorn import Input, layers
    >>> layers.subtract([Input((2,)), Input((2,))]).shape
    (None, 2)
    """
    return Subtract(**kwargs)(inputs)
