"""Along an axis, each element with those before it: running sums, differences, an integral."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn.ir.graph import Node
from pronghorn.ops._elementwise import add, multiply, subtract
from pronghorn.ops._joining import concatenate
from pronghorn.ops._linear import matmul
from pronghorn.ops._reductions import sum
from pronghorn.ops._shapes import moveaxis, ndim, ravel, reshape, shape, split
from pronghorn.ops._values import as_fractions, as_numbers, axis_of, unwrap

__all__ = [
    "cumprod",
    "cumsum",
    "diff",
    "trapezoid",
]


def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Position i becomes the sum of positions 0 … i (without an axis: of all elements)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        array = as_numbers(x)
        return np.cumsum(array, axis, dtype or _running_dtype(array))
    x, axis = _line_up(x, axis)
    last = moveaxis(x, axis, -1)
    # Column j of the triangle has ones for the positions up to j.
    return moveaxis(matmul(last, np.triu(np.ones((last.shape[-1],) * 2, np.float32))), -1, axis)


def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Position i becomes the product of positions 0 … i (without an axis: of all elements)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        array = as_numbers(x)
        return np.cumprod(array, axis, dtype or _running_dtype(array))
    x, axis = _line_up(x, axis)
    parts = split(x, int(shape(x)[axis] or 0), axis)
    for i in range(1, len(parts)):
        parts[i] = multiply(parts[i - 1], parts[i])
    return concatenate(parts, axis)


def _running_dtype(array: Any) -> Any:
    return np.int32 if array.dtype.kind == "b" else array.dtype


def _line_up(x: Node, axis: int | None) -> tuple[Node, int]:
    """A value and the position of its axis; without one all its elements in a row."""
    if axis is None:
        x, axis = ravel(x), 0
    return x, axis_of(axis, x.rank)


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Each element's distance to the next, ``n`` times over; the axis is shorter by ``n``."""
    axis = axis_of(axis, ndim(a))
    for _ in range(n):
        behind = split(a, [1], axis)[1]
        a = subtract(behind, split(a, [int(shape(a)[axis] or 0) - 1], axis)[0])
    return a


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """Σ (y_i + y_i+1) / 2 · (x_i+1 - x_i) along an axis; neighbours are ``dx`` apart without x."""
    y = as_fractions(y)
    axis = axis_of(axis, ndim(y))
    length = int(shape(y)[axis] or 0)
    means = multiply(add(split(y, [1], axis)[1], split(y, [length - 1], axis)[0]), 0.5)
    if x is not None and ndim(x) == 1:
        steps: Any = reshape(diff(x), [-1 if i == axis else 1 for i in range(ndim(y))])
    else:
        steps = dx if x is None else diff(x, axis=axis)
    return sum(multiply(means, steps), axis)
