"""Reductions: sums, means, extremes and norms over axes; the batch may be one of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from pronghorn._core import config
from pronghorn._core.errors import GraphError, ParameterError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import input_expr, lift
from pronghorn.ir.scalar import rows as batch_rows
from pronghorn.ops._elementwise import (
    absolute,
    exp,
    log,
    maximum,
    minimum,
    multiply,
    negative,
    power,
    sqrt,
    square,
    subtract,
)
from pronghorn.ops._logic import not_equal
from pronghorn.ops._shapes import reshape, shape, squeeze
from pronghorn.ops._values import (
    as_array,
    as_numbers,
    axes_of,
    axis_of,
    known_array,
    numpy_axis,
    unwrap,
)

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "count_nonzero",
    "logsumexp",
    "max",
    "mean",
    "min",
    "moments",
    "norm",
    "normalize",
    "prod",
    "ptp",
    "size",
    "std",
    "sum",
    "var",
]

Axis: TypeAlias = int | Sequence[int] | None


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Σ x over the axes (all of them by default)."""
    x = unwrap(x)
    if isinstance(x, Node):
        return g.sum_axes(x, axes_of(axis, x.rank), keepdims)
    array = as_numbers(x)
    return np.sum(array, numpy_axis(axis), _total_dtype(array), keepdims=keepdims)


def _total_dtype(array: Any) -> Any:
    """That of a sum: whole numbers have at least 32 bits."""
    least = {"b": np.int32, "i": np.int32, "u": np.uint32}.get(array.dtype.kind)
    return array.dtype if least is None else np.result_type(array.dtype, least)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The arithmetic mean over the axes (all of them by default)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.mean(as_array(x), axis=numpy_axis(axis), keepdims=keepdims)
    axes = axes_of(axis, x.rank)
    count = _count(x, axes)
    total = g.sum_axes(x, axes, keepdims)
    if not total.has_batch or count.op != "const":
        return g.pointwise(Formula(1, (input_expr(0) / count,)), total)
    return total * (1.0 / count.value)


def size(x: Any) -> Any:
    """The number of elements; symbolic where it depends on the number of rows in the batch."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return int(np.size(x))
    count = _count(x, range(x.rank))
    return g.pointwise(Formula(0, (count,))) if x.has_batch else int(count.value)


def _count(x: Node, axes: Sequence[int]) -> Any:
    """How many elements lie along the axes."""
    lengths = [x.shape[i] for i in axes]
    fixed = lift(float(np.prod([n for n in lengths if n is not None], dtype=np.float64)))
    return fixed * batch_rows() if None in lengths else fixed


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean of (x - mean(x))² over the axes: the variance, not corrected for bias."""
    x = unwrap(x)
    x = x if isinstance(x, Node) else as_array(x)
    return mean(square(x - mean(x, axis, keepdims=True)), axis, keepdims)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The square root of the variance."""
    return sqrt(var(x, axis, keepdims))


def moments(x: Any, axes: Axis, keepdims: bool = False, synchronized: bool = False) -> Any:
    """(mean, variance) over the axes."""
    if synchronized:
        raise GraphError(
            compose("ops.moments", expected="synchronized=False", received="synchronized=True")
        )
    return mean(x, axes, keepdims), var(x, axes, keepdims)


def average(x: Any, axis: Axis = None, weights: Any = None) -> Any:
    """Σ w x / Σ w over the axes; without weights the mean. Vectors of weights go along ``axis``."""
    if weights is None:
        return mean(x, axis)
    x, w = unwrap(x), unwrap(weights)
    w = w if isinstance(w, Node) else as_array(w)
    rank = len(shape(x))
    if len(shape(w)) == 1 and rank > 1 and isinstance(axis, int):
        place = axis_of(axis, rank)
        w = reshape(w, [-1 if i == place else 1 for i in range(rank)])
    if len(shape(w)) != rank:
        raise GraphError(
            compose("ops.average", expected="weights of x's shape", received=f"{shape(w)}")
        )
    weighted = multiply(x, w)
    return sum(weighted, axis) / sum(multiply(w, not_equal(weighted, np.nan)), axis)


def max(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The largest element over the axes, or ``initial`` if that is larger.

    Equal ones share the gradient.
    """
    x = unwrap(x)
    if isinstance(x, Node):
        found: Any = g.max_axes(x, axes_of(axis, x.rank), keepdims)
        return found if initial is None else maximum(found, initial)
    return _extreme(np.max, x, axis, keepdims, initial)


def min(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest element over the axes, or ``initial`` if that is smaller.

    Equal ones share the gradient.
    """
    x = unwrap(x)
    if isinstance(x, Node):
        found = negative(max(negative(x), axis, keepdims))
        return found if initial is None else minimum(found, initial)
    return _extreme(np.min, x, axis, keepdims, initial)


def _extreme(find: Any, x: Any, axis: Axis, keepdims: bool, initial: Any) -> Any:
    least = {} if initial is None else {"initial": initial}
    return find(as_numbers(x), axis=numpy_axis(axis), keepdims=keepdims, **least)


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """max(x) - min(x) over the axes."""
    return subtract(max(x, axis, keepdims), min(x, axis, keepdims))


def prod(x: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """Π x over the axes (all of them by default)."""
    x = unwrap(x)
    if isinstance(x, Node):
        return g.prod_axes(x, axes_of(axis, x.rank), keepdims)
    array = as_numbers(x)
    return np.prod(array, numpy_axis(axis), dtype or _total_dtype(array), keepdims=keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """1 where no element along the axes is 0, else 0."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.all(as_numbers(x), axis=numpy_axis(axis), keepdims=keepdims)
    return min(not_equal(x, 0.0), axis, keepdims)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """1 where an element along the axes is not 0, else 0."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.any(as_numbers(x), axis=numpy_axis(axis), keepdims=keepdims)
    return max(not_equal(x, 0.0), axis, keepdims)


def count_nonzero(x: Any, axis: Axis = None) -> Any:
    """How many elements along the axes are not 0."""
    return sum(not_equal(x, 0.0), axis)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The position of the first largest element along the axis (None: among all elements)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.argmax(np.asarray(x), axis=axis, keepdims=keepdims).astype(np.int32)
    axes = axes_of(axis, x.rank)
    if x.has_batch and axes[0] == 0:
        found = g.batch_argmax(x, flat=axis is None)
    else:
        last = (*(a for a in range(x.rank) if a not in axes), *axes)
        turned = g.transpose(x, last)
        found = g.argmax(turned if axis is not None else g.reshape(x, (g.count_elements(x.shape),)))
    kept = tuple(1 if i in axes else s for i, s in enumerate(x.shape))
    return g.reshape(found, kept) if keepdims else found


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The position of the first smallest element along the axis (None: among all elements)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.argmin(np.asarray(x), axis=axis, keepdims=keepdims).astype(np.int32)
    return argmax(negative(x), axis, keepdims)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log Σ e^x over the axes, without overflow."""
    x = unwrap(x)
    x = x if isinstance(x, Node) else as_array(x)
    top = max(x, axis, keepdims=True)
    top = g.stop_gradient(top) if isinstance(top, Node) else np.asarray(top)
    total = log(sum(exp(x - top), axis, keepdims=True)) + top
    # An axis of length 1 goes by a sum: it is its only element.
    return total if keepdims else sum(total, axis)


def norm(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """The norm of vectors, (Σ |x|^p)^(1/p) along an axis, or of matrices, over two.

    ``ord`` of vectors: None or "euclidean" for p = 2, a number p, 0 (how many are not 0), or
    ±infinity for the largest and smallest |x|. Of matrices: None or "fro" for p = 2, ±1 and
    ±infinity for the extreme sum of |x| in a column and in a row, and, of arrays only, ±2 and "nuc"
    of their singular values. None over any axes is p = 2. Others raise ParameterError.
    """
    x = unwrap(x)
    x = x if isinstance(x, Node) else as_array(x)
    rank = len(shape(x))
    places = axes_of(axis, rank)
    if ord is None or (ord == "euclidean" and len(places) == 1):
        return sqrt(sum(square(x), axis, keepdims))
    if len(places) == 1 and isinstance(ord, int | float | np.number):
        return _vector_norm(x, float(ord), axis, keepdims)
    if len(places) == 2 and ord in ("fro", "euclidean"):
        return sqrt(sum(square(x), axis, keepdims))
    if len(places) == 2 and ord in ("nuc", 2, -2, 1, -1, math.inf, -math.inf):
        # In the order in which they are given: columns are the second axis.
        rows, columns = places if axis is None else (axis_of(a, rank) for a in axis)  # type: ignore[union-attr]
        return _matrix_norm(x, ord, (rows, columns), keepdims)
    raise ParameterError(
        compose(
            "ops.norm",
            expected="ord None, 'euclidean' or a number over one axis, or None, 'fro', 'nuc', "
            "1, -1, 2, -2, infinity or -infinity over two",
            received=f"ord={ord!r} over {len(places)} axes",
        )
    )


def _vector_norm(x: Any, p: float, axis: Axis, keepdims: bool) -> Any:
    if math.isinf(p):
        return (max if p > 0 else min)(absolute(x), axis, keepdims)
    if p == 0:
        return sum(multiply(not_equal(x, 0.0), 1.0), axis, keepdims)
    if p == 1:
        return sum(absolute(x), axis, keepdims)
    if p == 2:
        return sqrt(sum(square(x), axis, keepdims))
    return power(sum(power(absolute(x), p), axis, keepdims), 1.0 / p)


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    if ord in ("nuc", 2, -2):
        array = known_array(f"norm of ord {ord!r}", x, "singular values")
        return np.asarray(np.linalg.norm(array, ord, axes, keepdims))[()]
    added, compared = axes if abs(ord) == 1 else axes[::-1]
    totals = sum(absolute(x), added, keepdims=True)
    found = (max if ord > 0 else min)(totals, compared, keepdims=True)
    return found if keepdims else squeeze(found, axes)


def normalize(x: Any, axis: Axis = -1, order: Any = 2, epsilon: float | None = None) -> Any:
    """x / max(norm(x), epsilon) along the axis; epsilon is 1e-7 by default."""
    least = config.epsilon() if epsilon is None else epsilon
    x = unwrap(x)
    x = x if isinstance(x, Node) else as_array(x)
    if order == 2:
        # The bound stands under the root, so that the derivative at 0 is no 0 / 0.
        return x / sqrt(maximum(sum(square(x), axis, keepdims=True), least * least))
    return x / maximum(norm(x, order, axis, keepdims=True), least)


def amax(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The same as ``max``."""
    return max(x, axis, keepdims)


def amin(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The same as ``min``."""
    return min(x, axis, keepdims)
