"""The sum of several tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import GraphError
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape, broadcast
from pronghorn.layers._merge import Merge

__all__ = ["Add", "add"]


@register("layer", "Add")
class Add(Merge):
    """y = x1 + x2 + …, the shapes equal or broadcast along axes of length 1.

    Errors: ShapeError for fewer than two tensors or shapes that do not fit.

    Source: keras.layers.Add.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Add()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    def call(self, x: Any) -> Any:
        return reduce(ops.add, x)

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        try:
            broadcast(shapes, "Add")
        except GraphError:
            raise self.refuse("tensors of one shape", shapes) from None


def add(inputs: Any, **kwargs: Any) -> Any:
    """``Add(**kwargs)(inputs)``.

    Source: keras.layers.add.

    >>> from pronghorn import Input, layers
    >>> layers.add([Input((2,)), Input((2,))]).shape
    (None, 2)
    """
    return Add(**kwargs)(inputs)
