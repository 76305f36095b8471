"""Several tensors side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._merge import Merge

__all__ = ["Concatenate", "concatenate"]


@register("layer", "Concatenate")
class Concatenate(Merge):
    """(n, k1) and (n, k2) … → (n, k1 + k2 + …): joined along the last axis.

    Args:
        axis: −1 (default), or the number of the last axis.
        name: see ``Layer``.

    Errors: ShapeError for fewer than two tensors, other axes, or shapes that differ elsewhere.

    Source: keras.layers.Concatenate.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Concatenate()([np.ones((1, 2)), np.zeros((1, 1))]).tolist()
    [[1.0, 1.0, 0.0]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = check("Concatenate", "axis", axis, Integer())

    def call(self, x: Any) -> Any:
        return ops.concatenate(list(x), axis=-1)

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        rank = len(shapes[0])
        if self.axis not in (-1, rank - 1) or rank < 2:
            raise self.refuse(f"axis=-1, received axis={self.axis}, for tensors (n, …, k)", shapes)
        if len({shape[:-1] for shape in shapes}) != 1:
            raise self.refuse("shapes that differ in the last axis only", shapes)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """``Concatenate(axis, **kwargs)(inputs)``.

    Source: keras.layers.concatenate.

    >>> from pronghorn import Input, layers
    >>> layers.concatenate([Input((2,)), Input((3,))]).shape
    (None, 5)
    """
    return Concatenate(axis, **kwargs)(inputs)
