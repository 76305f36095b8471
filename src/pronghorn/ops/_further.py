"""Functions made of others: running sums, triangles, normalizations, replacements of NaN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from pronghorn._core import config
from pronghorn._core.errors import ParameterError, ShapeError, compose
from pronghorn.ir.graph import Node
from pronghorn.ops._elementwise import (
    absolute,
    add,
    arctan,
    divide,
    erf,
    logaddexp,
    maximum,
    minimum,
    multiply,
    power,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    subtract,
)
from pronghorn.ops._linear import matmul
from pronghorn.ops._logic import (
    equal,
    greater,
    greater_equal,
    isfinite,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_or,
    where,
)
from pronghorn.ops._reductions import all, mean, moments, sum
from pronghorn.ops._shapes import (
    concatenate,
    moveaxis,
    ndim,
    ravel,
    reshape,
    shape,
    split,
    stack,
    take,
    unstack,
)
from pronghorn.ops._values import as_array, axes_of, axis_of, pointwise, unwrap

__all__ = [
    "allclose",
    "arctan2",
    "batch_normalization",
    "cbrt",
    "cross",
    "cumprod",
    "cumsum",
    "deg2rad",
    "diagonal",
    "diff",
    "erfc",
    "fabs",
    "fmax",
    "fmin",
    "glu",
    "heaviside",
    "hypot",
    "isclose",
    "isneginf",
    "isposinf",
    "layer_normalization",
    "logaddexp2",
    "nan_to_num",
    "rad2deg",
    "rms_normalization",
    "select",
    "sinc",
    "trace",
    "trapezoid",
    "tril",
    "triu",
]

Axis: TypeAlias = int | Sequence[int] | None

# Element by element.


@pointwise
def arctan2(x1: Any, x2: Any) -> Any:
    """The angle in (-π, π] of the point (x2, x1); 0 for the origin."""
    steep = greater(absolute(x1), absolute(x2))
    below = where(steep, x1, x2)
    # Never divided by 0: the larger of the two is 0 at the origin alone.
    share = divide(where(steep, x2, x1), where(equal(below, 0.0), 1.0, below))
    angle = arctan(share)
    side = where(greater_equal(x1, 0.0), 1.0, -1.0)
    turned = add(angle, where(less(x2, 0.0), multiply(side, math.pi), 0.0))
    return where(steep, subtract(multiply(side, math.pi / 2), angle), turned)


def hypot(x1: Any, x2: Any) -> Any:
    """sqrt(x1² + x2²)."""
    return sqrt(add(square(x1), square(x2)))


def cbrt(x: Any) -> Any:
    """The cube root, of either sign."""
    return multiply(sign(x), power(absolute(x), 1.0 / 3.0))


def erfc(x: Any) -> Any:
    """1 - erf(x)."""
    return subtract(1.0, erf(x))


def sinc(x: Any) -> Any:
    """sin(π x) / (π x), and 1 at 0."""
    angle = multiply(where(equal(x, 0.0), 1.0, x), math.pi)
    return where(equal(x, 0.0), 1.0, divide(sin(angle), angle))


def heaviside(x1: Any, x2: Any) -> Any:
    """0 where x1 < 0, x2 where x1 = 0, 1 where x1 > 0."""
    return where(equal(x1, 0.0), x2, greater(x1, 0.0))


def logaddexp2(x1: Any, x2: Any) -> Any:
    """log2(2^x1 + 2^x2), without overflow."""
    ln2 = math.log(2.0)
    return divide(logaddexp(multiply(x1, ln2), multiply(x2, ln2)), ln2)


def fmax(x1: Any, x2: Any) -> Any:
    """The larger of the two; where one is NaN, the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2)))


def fmin(x1: Any, x2: Any) -> Any:
    """The smaller of the two; where one is NaN, the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2)))


def isposinf(x: Any) -> Any:
    """1 where x is +infinity, else 0."""
    return equal(x, math.inf)


def isneginf(x: Any) -> Any:
    """1 where x is -infinity, else 0."""
    return equal(x, -math.inf)


def deg2rad(x: Any) -> Any:
    """x π / 180."""
    return multiply(x, math.pi / 180.0)


def rad2deg(x: Any) -> Any:
    """x 180 / π."""
    return multiply(x, 180.0 / math.pi)


def isclose(
    x1: Any, x2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """1 where |x1 - x2| <= atol + rtol |x2|, or both are one infinity; else 0."""
    bound = add(multiply(absolute(x2), rtol), atol)
    near = less_equal(absolute(subtract(x1, x2)), bound)
    close = logical_or(logical_and(near, isfinite(x2)), equal(x1, x2))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


def allclose(
    x1: Any, x2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """1 where ``isclose`` holds for all elements, else 0."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """x with numbers in place of NaN and ±infinity; by default 0 and the largest of float32."""
    most = float(np.finfo(np.float32).max)
    high, low = most if posinf is None else posinf, -most if neginf is None else neginf
    infinite = where(greater(x, 0.0), high, low)
    return where(isnan(x), nan, where(isfinite(x), x, infinite))


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The choice of the first condition that holds, else the default."""
    if not condlist or len(condlist) != len(choicelist):
        raise ParameterError(
            compose(
                "ops.select",
                expected="one choice for each condition, at least one",
                received=f"{len(condlist)} conditions and {len(choicelist)} choices",
            )
        )
    found = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = where(condition, choice, found)
    return found


# Along an axis.


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """Σ (y_i + y_i+1) / 2 · (x_i+1 - x_i) along an axis; neighbours are ``dx`` apart without x."""
    axis = axis_of(axis, ndim(y))
    length = int(shape(y)[axis] or 0)
    means = multiply(add(split(y, [1], axis)[1], split(y, [length - 1], axis)[0]), 0.5)
    if x is not None and ndim(x) == 1:
        steps: Any = reshape(diff(x), [-1 if i == axis else 1 for i in range(ndim(y))])
    else:
        steps = dx if x is None else diff(x, axis=axis)
    return sum(multiply(means, steps), axis)


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


def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Position i becomes the sum of positions 0 … i (without an axis: of all elements)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.cumsum(as_array(x), axis=axis, dtype=dtype)
    if axis is None:
        x, axis = ravel(x), 0
    axis = axis_of(axis, x.rank)
    last = moveaxis(x, axis, -1)
    # Column j of the triangle has ones for the positions up to j.
    return moveaxis(matmul(last, np.triu(np.ones((last.shape[-1],) * 2, np.float32))), -1, axis)


def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    """Position i becomes the product of positions 0 … i (without an axis: of all elements)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.cumprod(as_array(x), axis=axis, dtype=dtype)
    if axis is None:
        x, axis = ravel(x), 0
    axis = axis_of(axis, x.rank)
    parts = split(x, int(shape(x)[axis] or 0), axis)
    for i in range(1, len(parts)):
        parts[i] = multiply(parts[i - 1], parts[i])
    return concatenate(parts, axis)


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Each element's distance to the next, ``n`` times over; the axis is shorter by ``n``."""
    axis = axis_of(axis, ndim(a))
    for _ in range(n):
        behind = split(a, [1], axis)[1]
        a = subtract(behind, split(a, [int(shape(a)[axis] or 0) - 1], axis)[0])
    return a


def glu(x: Any, axis: int = -1) -> Any:
    """a σ(b), a and b the halves of x along the axis."""
    a, b = split(x, 2, axis)
    return multiply(a, sigmoid(b))


# Matrices: the last two axes.


def tril(x: Any, k: int = 0) -> Any:
    """0 above the diagonal ``k`` of each matrix."""
    return _mask(x, np.tril, k)


def triu(x: Any, k: int = 0) -> Any:
    """0 below the diagonal ``k`` of each matrix."""
    return _mask(x, np.triu, k)


def _mask(x: Any, half: Any, k: int) -> Any:
    x = unwrap(x)
    if not isinstance(x, Node):
        return half(np.asarray(x), k)
    return where(half(np.ones([int(size or 1) for size in x.shape[-2:]], np.float32), k), x, 0.0)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of the matrices that two axes make, as the last axis."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.diagonal(as_array(x), offset, axis1, axis2)
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


# Normalization.


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: int | Sequence[int] = -1,
    epsilon: float | None = None,
) -> Any:
    """γ (x - mean) / sqrt(var + ε) + β over the axes; ε is 1e-7 by default."""
    average, variance = moments(x, axis, keepdims=True)
    centred = multiply(subtract(x, average), rsqrt(add(variance, _epsilon(epsilon))))
    scaled = centred if gamma is None else multiply(centred, _along(x, gamma, axis))
    return scaled if beta is None else add(scaled, _along(x, beta, axis))


def rms_normalization(
    x: Any, scale: Any = None, axis: int | Sequence[int] = -1, epsilon: float | None = None
) -> Any:
    """scale · x / sqrt(mean(x²) + ε) over the axes; ε is 1e-7 by default."""
    found = multiply(x, rsqrt(add(mean(square(x), axis, keepdims=True), _epsilon(epsilon))))
    return found if scale is None else multiply(found, _along(x, scale, axis))


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """scale (x - mean) / sqrt(variance + ε) + offset; the vectors go along the axis."""
    centred = subtract(x, _along(x, mean, axis))
    found = multiply(centred, rsqrt(add(_along(x, variance, axis), epsilon)))
    scaled = found if scale is None else multiply(found, _along(x, scale, axis))
    return scaled if offset is None else add(scaled, _along(x, offset, axis))


def _epsilon(given: float | None) -> float:
    return config.epsilon() if given is None else given


def _along(x: Any, vector: Any, axis: int | Sequence[int]) -> Any:
    """A vector in the shape in which it repeats beside x, along its axes."""
    lengths = shape(x)
    axes = axes_of(axis, len(lengths))
    return reshape(vector, [size if i in axes else 1 for i, size in enumerate(lengths)])


fabs = absolute
