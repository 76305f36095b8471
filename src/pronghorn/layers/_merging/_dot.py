"""Products of two tensors, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Boolean, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._merging._merge import Merge

__all__ = ["Dot", "dot"]


@register("layer", "Dot")
class Dot(Merge):
    """y = Σ_i a_i b_i over one axis of each: (n, …, k) and (n, k, …) → (n, …, …) for every row.

    Two tensors (n, k) give (n, 1).

    Args:
        axes: The axis of both, or a pair of axes; the batch is none of them.
        normalize: Divide both by their Euclidean norm along it first: the cosine. Default False.
        name: see ``Layer``.

    Errors: ParameterError for axes that are not whole numbers; ShapeError for anything but two
    tensors, and for axes that there are not or that differ in length.

    Source: keras.layers.Dot.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    """

    count = 2

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        given = [axes, axes] if isinstance(axes, int) else axes
        is_pair = isinstance(given, list | tuple) and len(given) == 2
        if not is_pair or any(isinstance(a, bool) or not isinstance(a, int) for a in given):
            raise ParameterError(
                compose("Dot axes", expected="an axis or a pair of axes", received=describe(axes))
            )
        self.axes = axes if isinstance(axes, int) else tuple(axes)
        self.normalize = check("Dot", "normalize", normalize, Boolean())

    def _axes(self, shapes: Sequence[Shape]) -> list[int]:
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        return [a + len(s) if a < 0 else a for a, s in zip(pair, shapes, strict=True)]

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        axes = self._axes(shapes)
        if any(not 0 < a < len(s) for a, s in zip(axes, shapes, strict=True)):
            raise self.refuse("axes behind the batch", shapes, f"axes={self.axes}")
        if shapes[0][axes[0]] != shapes[1][axes[1]]:
            raise self.refuse(f"equal lengths along axes={self.axes}", shapes)

    def merge(self, parts: list[Any]) -> Any:
        axes = self._axes([part.shape for part in parts])
        if self.normalize:
            parts = [ops.normalize(p, a) for p, a in zip(parts, axes, strict=True)]
        rows, columns = (
            [s for i, s in enumerate(p.shape) if i not in (0, a)]
            for p, a in zip(parts, axes, strict=True)
        )
        length = parts[0].shape[axes[0]]
        left = ops.reshape(ops.moveaxis(parts[0], axes[0], -1), (None, prod(rows), length))
        right = ops.reshape(ops.moveaxis(parts[1], axes[1], 1), (None, length, prod(columns)))
        if not rows and not columns:
            return ops.sum(parts[0] * parts[1], -1, keepdims=True)
        return ops.reshape(ops.matmul(left, right), (None, *rows, *columns))


def dot(inputs: Any, axes: Any = -1, **kwargs: Any) -> Any:
    """``Dot(axes, **kwargs)(inputs)``.

    Source: keras.layers.dot.

    >>> from pronghorn import Input, layers
    >>> layers.dot([Input((3,)), Input((3,))]).shape
    (None, 1)
    """
    return Dot(axes=axes, **kwargs)(inputs)
