"""Arrays made of nothing but a shape, and conversions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn._core.errors import GraphError, compose, describe
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import Expr
from pronghorn.ir.scalar import rows as batch_rows
from pronghorn.ops._elementwise import trunc
from pronghorn.ops._logic import not_equal
from pronghorn.ops._values import as_node, as_numbers, is_place, unwrap

__all__ = [
    "arange",
    "array",
    "cast",
    "convert_to_numpy",
    "convert_to_tensor",
    "copy",
    "dtype",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "identity",
    "is_tensor",
    "linspace",
    "ones",
    "ones_like",
    "stop_gradient",
    "zeros",
    "zeros_like",
]


def full(shape: int | Sequence[int | None], fill_value: Any, dtype: Any = None) -> Any:
    """One number everywhere; a shape that begins with None is that of a batch."""
    lengths = (shape,) if isinstance(shape, int) else tuple(shape)
    if None in lengths:
        return g.broadcast_to(as_node(fill_value), lengths)
    return np.full([int(s) for s in lengths if s is not None], fill_value, dtype or np.float32)


def zeros(shape: int | Sequence[int | None], dtype: Any = None) -> Any:
    """0 everywhere."""
    return full(shape, 0.0, dtype)


def ones(shape: int | Sequence[int | None], dtype: Any = None) -> Any:
    """1 everywhere."""
    return full(shape, 1.0, dtype)


def empty(shape: int | Sequence[int | None], dtype: Any = None) -> Any:
    """Room for numbers, which are 0 until they are known."""
    return zeros(shape, dtype)


def empty_like(x: Any, dtype: Any = None) -> Any:
    """``empty`` in the shape of x."""
    return zeros_like(x, dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One number everywhere, in the shape of x, and in its dtype unless one is given."""
    x = unwrap(x)
    if isinstance(x, Node):
        return full(x.shape, fill_value, dtype)
    array = np.asarray(x)
    return np.full(array.shape, fill_value, dtype or array.dtype)


def zeros_like(x: Any, dtype: Any = None) -> Any:
    """0 everywhere, in the shape of x."""
    return full_like(x, 0.0, dtype)


def ones_like(x: Any, dtype: Any = None) -> Any:
    """1 everywhere, in the shape of x."""
    return full_like(x, 1.0, dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """1 on the diagonal ``k`` of an (N, M) matrix, else 0."""
    return np.eye(N, M, k, dtype or np.float32)


def identity(n: int, dtype: Any = None) -> Any:
    """The identity matrix (n, n)."""
    return eye(n, dtype=dtype)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """start, start + step, …, below stop; whole numbers from whole numbers."""
    return np.arange(start, stop, 1 if step is None else step, dtype=dtype)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """``num`` numbers at equal distances from start to stop."""
    kind = np.dtype(dtype or np.float32)
    made: Any = np.linspace(start, stop, num, endpoint, retstep, kind, axis)  # type: ignore[call-overload]
    return made


# Conversions.


def cast(x: Any, dtype: Any) -> Any:
    """``x`` as ``dtype``. Symbolic values are floats throughout: as "bool" they become 0 or 1, as
    an integer type they lose their fraction (and have no derivative). None, which ``shape`` gives
    for the batch axis of a symbolic value, becomes the number of rows."""
    x = unwrap(x)
    if x is None:
        return g.pointwise(Formula(0, (batch_rows(),)))
    if not isinstance(x, Node | Expr):
        return np.asarray(x).astype(dtype)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return not_equal(x, 0.0)
    return trunc(x) if kind in "iu" else x


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """``x`` as something to compute with: symbolic values as they are, all else as an array.

    The numbers are copied. float64 becomes float32 unless a ``dtype`` is given.
    """
    if sparse or ragged:
        raise GraphError(
            compose("ops.convert_to_tensor", expected="dense rows", received="sparse or ragged")
        )
    x = unwrap(x)
    if x is None or isinstance(x, Node | Expr):
        return cast(x, "float32" if dtype is None else dtype)
    # A copy: what is written to the array later does not change the tensor.
    made = np.array(x, dtype=dtype)
    return made.astype(np.float32) if dtype is None and made.dtype == np.float64 else made


def array(x: Any, dtype: Any = None) -> Any:
    """The same as ``convert_to_tensor``."""
    return convert_to_tensor(x, dtype)


def convert_to_numpy(x: Any) -> Any:
    """``x`` as a NumPy array; a symbolic value has no numbers yet and raises GraphError."""
    x = unwrap(x)
    if isinstance(x, Node | Expr):
        raise GraphError(
            compose(
                "ops.convert_to_numpy",
                expected="an array or a weight",
                received=describe(x),
                remedy="Compute with pronghorn.ops; the numbers come when the model runs",
            )
        )
    return np.asarray(x)


def copy(x: Any) -> Any:
    """The same numbers in an array of their own."""
    x = unwrap(x)
    return x if isinstance(x, Node | Expr) else np.array(x)


def dtype(x: Any) -> str:
    """The name of the dtype: "float32" for every symbolic value."""
    x = unwrap(x)
    if is_place(x):
        return str(x.dtype)
    return "float32" if isinstance(x, Node | Expr) else np.asarray(x).dtype.name


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is an array or a symbolic value."""
    return is_place(x) or isinstance(unwrap(x), Node | np.ndarray)


def stop_gradient(variable: Any) -> Any:
    """The value itself, taken as a constant by derivatives."""
    x = unwrap(variable)
    return g.stop_gradient(x) if isinstance(x, Node) else as_numbers(x)
