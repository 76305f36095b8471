"""The mean of several tensors."""

from __future__ import annotations

from functools import reduce
from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._merging._merge import ElementwiseMerge

__all__ = ["Average", "average"]


@register("layer", "Average")
class Average(ElementwiseMerge):
    """y = (x1 + x2 + … + xk) / k

    Tensors of one shape, or of shapes that repeat along axes of length 1.

    Errors: ShapeError for an empty list or shapes that do not fit.

    Source: keras.layers.Average.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    >>> layers.Average()([a, b]).tolist()
    [[2.0, 1.5]]
    """

    def merge(self, parts: list[Any]) -> Any:
        return ops.divide(reduce(ops.add, parts), len(parts))


def average(inputs: Any, **kwargs: Any) -> Any:
    """``Average(**kwargs)(inputs)``.

    Source: keras.layers.average.

    >>> from pronghorn import Input, layers
    >>> layers.average([Input((2,)), Input((2,))]).shape
    (None, 2)
    """
    return Average(**kwargs)(inputs)
