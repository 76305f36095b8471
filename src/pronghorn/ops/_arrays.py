"""What only arrays have: orders, quantiles, searches, tables of constants.

The order of a symbolic value's elements changes from row to row, and the engines move elements to
places that are known beforehand. Such values are refused, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, ShapeError, compose
from pronghorn.ops._elementwise import add
from pronghorn.ops._logic import equal, greater, less, less_equal, where
from pronghorn.ops._reductions import sum
from pronghorn.ops._shapes import expand_dims, fixed_length, moveaxis, ndim, ravel
from pronghorn.ops._values import (
    as_array,
    as_numbers,
    axis_of,
    is_symbolic,
    known_array,
    numpy_axis,
    unwrap,
)

__all__ = [
    "argsort",
    "diag",
    "digitize",
    "logspace",
    "median",
    "meshgrid",
    "percentile",
    "quantile",
    "searchsorted",
    "sort",
    "take_along_axis",
    "top_k",
    "tri",
]

Axis = int | Sequence[int] | None


def sort(x: Any, axis: int = -1) -> Any:
    """The elements along an axis in ascending order."""
    return np.sort(known_array("sort", x), axis=axis)


def argsort(x: Any, axis: int = -1) -> Any:
    """The positions that would sort an axis, int32; equal elements keep their order."""
    return np.argsort(known_array("argsort", x), axis=axis, kind="stable").astype(np.int32)


def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """(values, positions) of the k largest elements of the last axis, the largest first.

    Of equal elements the first come first. Raises ParameterError unless 1 ≤ k ≤ the axis.
    """
    array = known_array("top_k", x)
    if array.ndim == 0 or not 1 <= k <= array.shape[-1]:
        raise ParameterError(
            compose(
                "ops.top_k",
                expected="k from 1 to the length of the last axis",
                received=f"k={k} and shape {array.shape}",
            )
        )
    # Sorted from behind, so that a stable order keeps equal elements as they come.
    backwards = np.argsort(array[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    found = array.shape[-1] - 1 - backwards[..., :k]
    return np.take_along_axis(array, found, axis=-1), found.astype(np.int32)


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """x at positions of its own along an axis, as ``argsort`` gives them.

    Of symbolic values: along an axis of the rows.
    """
    x, indices = unwrap(x), unwrap(indices)
    if not is_symbolic(x, indices):
        array, chosen = as_numbers(x), np.asarray(indices)
        chosen = chosen if chosen.dtype.kind in "iu" else chosen.astype(np.int64)
        return np.take_along_axis(array, chosen, axis=axis)
    if axis is None:
        return take_along_axis(ravel(x), ravel(indices), 0)
    place = axis_of(axis, ndim(x))
    length = fixed_length(x, place)
    rows, wanted = expand_dims(moveaxis(x, place, -1), -2), moveaxis(indices, place, -1)
    wanted = expand_dims(where(less(wanted, 0.0), add(wanted, float(length)), wanted), -1)
    # Chosen, not multiplied: what is not taken may be infinite.
    chosen = where(equal(wanted, np.arange(length, dtype=np.float32)), rows, 0.0)
    return moveaxis(sum(chosen, axis=-1), -1, place)


def median(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The middle element over the axes, or the mean of the two in the middle."""
    return _quantile("median", x, 0.5, axis, "linear", keepdims)


def quantile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The numbers below which shares q of the elements lie; ``method`` is NumPy's."""
    return _quantile("quantile", x, q, axis, method, keepdims)


def _quantile(what: str, x: Any, q: Any, axis: Axis, method: str, keepdims: bool) -> Any:
    array = as_array(known_array(what, x))
    found: Any = np.quantile(
        array,
        np.asarray(q, array.dtype),
        axis=numpy_axis(axis),
        method=method,  # type: ignore[call-overload]
        keepdims=keepdims,
    )
    return found


def percentile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """``quantile`` of q in hundredths."""
    return _quantile("percentile", x, np.asarray(q) / 100.0, axis, method, keepdims)


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where the values belong in a sorted vector, int32; before their equals, or behind them."""
    sequence, values = known_array("searchsorted", sorted_sequence), unwrap(values)
    if sequence.ndim != 1:
        raise ShapeError(
            compose(
                "ops.searchsorted", expected="a sorted vector", received=f"shape {sequence.shape}"
            )
        )
    is_behind = side == "right"
    if is_symbolic(values):
        values = expand_dims(values, -1)
        return sum((less_equal if is_behind else less)(sequence, values), axis=-1)
    found = np.searchsorted(sequence, as_numbers(values), "right" if is_behind else "left")
    return np.asarray(found, np.int32)


def digitize(x: Any, bins: Any) -> Any:
    """The number of the bin of each element, int32: how many bounds lie at or below it."""
    x, bounds = unwrap(x), known_array("digitize", bins)
    if is_symbolic(x):
        is_falling = len(bounds) > 1 and bounds[0] > bounds[-1]
        return sum((greater if is_falling else less_equal)(bounds, expand_dims(x, -1)), axis=-1)
    return np.asarray(np.digitize(as_numbers(x), bounds), np.int32)


def meshgrid(*x: Any, indexing: str = "xy") -> list[Any]:
    """One array for each vector, repeated along the axes of the others."""
    parts = [known_array("meshgrid", part) for part in x]
    return list(np.meshgrid(*parts, indexing="ij" if indexing == "ij" else "xy"))


def diag(x: Any, k: int = 0) -> Any:
    """The matrix with this diagonal, or the diagonal of this matrix."""
    return np.diag(known_array("diag", x), k)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """(N, M) with 1 on and below the diagonal ``k``, else 0."""
    return np.tri(N, M, k, dtype or np.float32)


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """``num`` numbers from base^start to base^stop whose logarithms are at equal distances."""
    return np.logspace(start, stop, num, endpoint, base, dtype or np.float32, axis)
