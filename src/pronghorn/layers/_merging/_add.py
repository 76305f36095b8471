"""The sum of several tensors."""

from __future__ import annotations

from functools import reduce
from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._merging._merge import ElementwiseMerge

__all__ = ["Add", "add"]


@register("layer", "Add")
class Add(ElementwiseMerge):
    """y = x1 + x2 + …

    Tensors of one shape, or of shapes that repeat along axes of length 1.

    Errors: ShapeError for an empty list or shapes that do not fit.

    Source: keras.layers.Add.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    >>> layers.Add()([a, b]).tolist()
    [[4.0, 3.0]]
    """

    def merge(self, parts: list[Any]) -> Any:
        return reduce(ops.add, parts)


def add(inputs: Any, **kwargs: Any) -> Any:
    """``Add(**kwargs)(inputs)``.

    Source: keras.layers.add.

    >>> from pronghorn import Input, layers
    >>> layers.add([Input((2,)), Input((2,))]).shape
    (None, 2)
    """
    return Add(**kwargs)(inputs)
