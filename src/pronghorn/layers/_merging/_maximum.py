"""The largest of several tensors."""

from __future__ import annotations

from functools import reduce
from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._merging._merge import ElementwiseMerge

__all__ = ["Maximum", "maximum"]


@register("layer", "Maximum")
class Maximum(ElementwiseMerge):
    """y = max(x1, x2, …), element by element; a tie shares its gradient equally.

    Tensors of one shape, or of shapes that repeat along axes of length 1.

    Errors: ShapeError for an empty list or shapes that do not fit.

    Source: keras.layers.Maximum.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    >>> layers.Maximum()([a, b]).tolist()
    [[3.0, 2.0]]
    """

    def merge(self, parts: list[Any]) -> Any:
        return reduce(ops.maximum, parts)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """``Maximum(**kwargs)(inputs)``.

    Source: keras.layers.maximum.

    >>> from pronghorn import Input, layers
    >>> layers.maximum([Input((2,)), Input((2,))]).shape
    (None, 2)
    """
    return Maximum(**kwargs)(inputs)
