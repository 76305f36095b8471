"""Triangles, diagonals and traces of matrices, and the vector product."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core.errors import ShapeError, compose
from pronghorn.ir.graph import Node
from pronghorn.ops._elementwise import multiply, subtract
from pronghorn.ops._joining import stack, take
from pronghorn.ops._logic import where
from pronghorn.ops._reductions import sum
from pronghorn.ops._shapes import moveaxis, ndim, reshape, shape, unstack
from pronghorn.ops._values import as_numbers, axis_of, unwrap

__all__ = [
    "cross",
    "diagonal",
    "trace",
    "tril",
    "triu",
]


def tril(x: Any, k: int = 0) -> Any:
    """0 above the diagonal ``k`` of each matrix."""
    return _mask(x, np.tril, k)


def triu(x: Any, k: int = 0) -> Any:
    """0 below the diagonal ``k`` of each matrix."""
    return _mask(x, np.triu, k)


def _mask(x: Any, half: Any, k: int) -> Any:
    x = unwrap(x)
    if ndim(x) < 2:
        raise ShapeError(
            compose("ops.tril and ops.triu", expected="matrices", received=f"shape {shape(x)}")
        )
    if not isinstance(x, Node):
        return half(np.asarray(x), k)
    return where(half(np.ones([int(size or 1) for size in x.shape[-2:]], np.float32), k), x, 0.0)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of the matrices that two axes make, as the last axis."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.diagonal(as_numbers(x), offset, axis1, axis2)
    rank = x.rank
    first, second = axis_of(axis1, rank), axis_of(axis2, rank)
    matrices = moveaxis(moveaxis(x, first, -1), second - (second > first), -1)
    rows, columns = (int(size or 0) for size in matrices.shape[-2:])
    flat = reshape(matrices, (*matrices.shape[:-2], rows * columns))
    places = [i * columns + i + offset for i in range(rows) if 0 <= i + offset < columns]
    return take(flat, np.array(places, np.int64), axis=-1)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonal of the matrices that two axes make."""
    return sum(diagonal(x, offset, axis1, axis2), -1)


def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """The vector product of vectors of three numbers along an axis."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = unstack(x1, axis=axisa), unstack(x2, axis=axisb)
    if len(a) != 3 or len(b) != 3:
        raise ShapeError(
            compose(
                "ops.cross", expected="3 numbers along the axes", received=f"{len(a)}, {len(b)}"
            )
        )
    turns = [(1, 2), (2, 0), (0, 1)]
    parts = [subtract(multiply(a[i], b[j]), multiply(a[j], b[i])) for i, j in turns]
    return stack(parts, axisc)
