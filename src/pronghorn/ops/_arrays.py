"""What only arrays have: orders, quantiles, searches, tables of constants.

The order of a symbolic value's elements changes from row to row, and the engines move elements to
places that are known beforehand. Such values are refused, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import GraphError, ParameterError, compose, describe
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import Expr
from pronghorn.ops._values import as_array, numpy_axis, unwrap

__all__ = [
    "argsort",
    "diag",
    "digitize",
    "logspace",
    "median",
    "meshgrid",
    "nonzero",
    "percentile",
    "quantile",
    "searchsorted",
    "sort",
    "take_along_axis",
    "top_k",
    "tri",
]

Axis = int | Sequence[int] | None


def _numbers(what: str, x: Any) -> NDArray[Any]:
    """The value as an array of its own dtype; GraphError for symbolic values."""
    x = unwrap(x)
    if isinstance(x, Node | Expr):
        raise GraphError(
            compose(
                f"ops.{what}",
                expected="an array, since positions that depend on values are known to no graph",
                received=describe(x),
                remedy="Compute it with NumPy before fit or after predict",
            )
        )
    return np.asarray(x)


def sort(x: Any, axis: int = -1) -> Any:
    """The elements along an axis in ascending order."""
    return np.sort(_numbers("sort", x), axis=axis)


def argsort(x: Any, axis: int = -1) -> Any:
    """The positions that would sort an axis, int32; equal elements keep their order."""
    return np.argsort(_numbers("argsort", x), axis=axis, kind="stable").astype(np.int32)


def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """(values, positions) of the k largest elements of the last axis, the largest first.

    Of equal elements the first come first. Raises ParameterError unless 1 ≤ k ≤ the axis.
    """
    array = _numbers("top_k", x)
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
    """x at positions of its own along an axis, as ``argsort`` gives them."""
    chosen = _numbers("take_along_axis", indices)
    return np.take_along_axis(_numbers("take_along_axis", x), chosen, axis=axis)


def median(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The middle element over the axes, or the mean of the two in the middle."""
    return _quantile("median", x, 0.5, axis, "linear", keepdims)


def quantile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The numbers below which shares q of the elements lie; ``method`` is NumPy's."""
    return _quantile("quantile", x, q, axis, method, keepdims)


def _quantile(what: str, x: Any, q: Any, axis: Axis, method: str, keepdims: bool) -> Any:
    array = as_array(_numbers(what, x))
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
    """Where the values belong in a sorted vector, int32."""
    sequence, wanted = _numbers("searchsorted", sorted_sequence), _numbers("searchsorted", values)
    found = np.searchsorted(sequence, wanted, "right" if side == "right" else "left")
    return np.asarray(found, np.int32)


def digitize(x: Any, bins: Any) -> Any:
    """The number of the bin of each element, int32: how many bounds lie at or below it."""
    return np.digitize(_numbers("digitize", x), np.asarray(bins)).astype(np.int32)


def nonzero(x: Any) -> Any:
    """The positions of the elements that are not 0, one int32 array an axis."""
    return tuple(np.asarray(part, np.int32) for part in np.nonzero(_numbers("nonzero", x)))


def meshgrid(*x: Any, indexing: str = "xy") -> list[Any]:
    """One array for each vector, repeated along the axes of the others."""
    parts = [_numbers("meshgrid", part) for part in x]
    return list(np.meshgrid(*parts, indexing="ij" if indexing == "ij" else "xy"))


def diag(x: Any, k: int = 0) -> Any:
    """The matrix with this diagonal, or the diagonal of this matrix."""
    return np.diag(_numbers("diag", x), k)


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
