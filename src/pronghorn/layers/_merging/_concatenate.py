"""Several tensors side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._merging._merge import Merge

__all__ = ["Concatenate", "concatenate"]


@register("layer", "Concatenate")
class Concatenate(Merge):
    """(n, k1) and (n, k2) … → (n, k1 + k2 + …): joined along an axis.

    Args:
        axis: Any but the batch. Default −1.
        name: see ``Layer``.

    Errors: ShapeError for an empty list, the batch axis, or shapes that differ elsewhere.

    Source: keras.layers.Concatenate.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Concatenate()([np.ones((1, 2)), np.zeros((1, 1))]).tolist()
    [[1.0, 1.0, 0.0]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = check("Concatenate", "axis", axis, Integer())

    def merge(self, parts: list[Any]) -> Any:
        return ops.concatenate(parts, axis=self.axis)

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        rank = len(shapes[0])
        axis = self.axis + rank if self.axis < 0 else self.axis
        if not 0 < axis < rank:
            raise self.refuse("an axis behind the batch", shapes, f"axis={self.axis}")
        if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) != 1:
            raise self.refuse(f"shapes that differ in axis {self.axis} only", shapes)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """``Concatenate(axis, **kwargs)(inputs)``.

    Source: keras.layers.concatenate.

    >>> from pronghorn import Input, layers
    >>> layers.concatenate([Input((2,)), Input((3,))]).shape
    (None, 5)
    """
    return Concatenate(axis, **kwargs)(inputs)
