"""The smallest of several tensors."""

from __future__ import annotations

from functools import reduce
from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._merging._merge import ElementwiseMerge

__all__ = ["Minimum", "minimum"]


@register("layer", "Minimum")
class Minimum(ElementwiseMerge):
    """y = min(x1, x2, …), element by element; a tie shares its gradient equally.

    Tensors of one shape, or of shapes that repeat along axes of length 1.

    Errors: ShapeError for an empty list or shapes that do not fit.

    Source: keras.layers.Minimum.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    >>> layers.Minimum()([a, b]).tolist()
    [[1.0, 1.0]]
    """

    def merge(self, parts: list[Any]) -> Any:
        return reduce(ops.minimum, parts)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """``Minimum(**kwargs)(inputs)``.

    Source: keras.layers.minimum.

    >>> from pronghorn import Input, layers
    >>> layers.minimum([Input((2,)), Input((2,))]).shape
    (None, 2)
    """
    return Minimum(**kwargs)(inputs)
