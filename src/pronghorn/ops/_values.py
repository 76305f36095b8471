"""What every operation does with its operands: arrays, symbolic values, traced scalars, weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import GraphError, compose, describe
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, trace
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import SCALAR_OPS, Expr, apply, input_expr
from pronghorn.ir.scalar import rows as batch_rows

__all__ = [
    "are_whole",
    "as_array",
    "as_fractions",
    "as_node",
    "as_numbers",
    "axes_of",
    "axis_of",
    "common_dtype",
    "is_place",
    "is_symbolic",
    "known_array",
    "named_op",
    "numpy_axis",
    "pointwise",
    "scalar_op",
    "unwrap",
]

F = TypeVar("F", bound=Callable[..., Any])


def unwrap(value: Any) -> Any:
    """A weight inside a layer's ``call`` as its symbolic value; all else as it is."""
    node = getattr(value, "__pronghorn_node__", None)
    if node is None:
        return value
    found = node()
    return np.asarray(value) if found is None else found


def is_place(value: Any) -> bool:
    """Whether it is a symbolic tensor between layers, which makes layers of operations."""
    return hasattr(value, "__pronghorn_connect__")


def is_symbolic(*values: Any) -> bool:
    """Whether one of the (unwrapped) operands is a symbolic value."""
    return any(isinstance(value, Node) for value in values)


def as_array(value: Any) -> Any:
    """Arrays as they are when floating; integers, truth values and lists as float32."""
    array = np.asarray(value)
    return array if array.dtype.kind == "f" else array.astype(np.float32)


def as_numbers(value: Any) -> Any:
    """Arrays and numbers in their own dtype, integers and truth values among them."""
    array = value if type(value) is np.ndarray else np.asarray(value)
    return array if array.dtype.kind in "biuf" else as_array(array)


def are_whole(*values: Any) -> bool:
    """Whether all are arrays or numbers without fractions: integers and truth values."""
    values = tuple(unwrap(x) for x in values)
    return not any(isinstance(x, Node | Expr) or np.asarray(x).dtype.kind == "f" for x in values)


def known_array(
    what: str, x: Any, unknown: str = "positions that depend on values"
) -> NDArray[Any]:
    """The value as an array of its own dtype; GraphError for symbolic values.

    ``unknown``: what it would take that no graph has.
    """
    x = unwrap(x)
    if isinstance(x, Node | Expr):
        raise GraphError(
            compose(
                f"ops.{what}",
                expected=f"an array, since {unknown} are known to no graph",
                received=describe(x),
                remedy="Compute it with NumPy before fit or after predict",
            )
        )
    return np.asarray(x)


def as_node(value: Any) -> Node:
    """A symbolic value as it is; numbers and arrays as constants of the graph."""
    return value if isinstance(value, Node) else g.constant(as_array(value))


def scalar_op(op: str, *operands: Any) -> Any:
    """One row of the scalar table, on whatever kind of operands."""
    operands = tuple(unwrap(x) for x in operands)
    if is_symbolic(*operands):
        return g.combine(op, *map(_as_operand, operands))
    if any(isinstance(x, Expr) for x in operands):
        return apply(op, *operands)
    return _compute(op, operands)


def _as_operand(value: Any) -> Any:
    """A truth value as the number that it is, None, a length of ``shape``, as that of the batch."""
    if value is None:
        return g.pointwise(Formula(0, (batch_rows(),)))
    return float(value) if isinstance(value, bool | np.bool_) else value


# Rows of the scalar table that make truth values, and those that keep whole numbers whole.
_TRUTHS = frozenset({"gt", "ge", "lt", "le", "eq", "ne"})
_WHOLE = frozenset({"abs", "add", "maximum", "minimum", "mul", "pow", "round", "select", "square"})
_SIGNED = frozenset({"neg", "relu", "sign", "sub"})


def _compute(op: str, given: Sequence[Any]) -> Any:
    """A row of the scalar table on arrays, in the dtype that Keras gives the result."""
    conditions, operands = (given[:1], given[1:]) if op == "select" else ((), given)
    arrays = [as_numbers(x) for x in operands]
    kind = common_dtype(operands)
    if kind.kind == "f" and op not in _TRUTHS:
        if conditions and np.ndim(conditions[0]) and not any(x.ndim for x in arrays):
            # Numbers at places of an array.
            kind = np.dtype(np.float32) if kind == np.float64 else kind
    else:
        arrays, kind = _agree(op, arrays, kind)
    with np.errstate(all="ignore"):
        found = SCALAR_OPS[op].meaning(*map(as_numbers, conditions), *arrays)
        return np.asarray(found).astype(kind, copy=False)[()]


def _agree(op: str, arrays: list[Any], kind: np.dtype[Any]) -> tuple[list[Any], np.dtype[Any]]:
    """Operands of comparisons and of whole numbers as the row takes them; the result's dtype."""
    if op in _TRUTHS:
        return [x.astype(kind, copy=False) for x in arrays], np.dtype(bool)
    stays = op in _WHOLE or (op in _SIGNED and kind.kind != "b")
    if op == "pow":
        # Of whole numbers only those are whole that have no 1 / x in them.
        stays = bool(np.all(arrays[1] >= 0))
        kind = np.dtype(np.int32) if kind.kind == "b" else kind
    if stays:
        return [x.astype(kind, copy=False) for x in arrays], kind
    return [as_array(x) for x in arrays], np.dtype(np.float32)


def as_fractions(value: Any) -> Any:
    """Whole numbers of arrays as float32; symbolic values and fractions as they are."""
    value = unwrap(value)
    return as_array(value) if are_whole(value) else value


def common_dtype(values: Sequence[Any]) -> np.dtype[Any]:
    """The dtype in which arrays meet: the widest float, else float32 beside a fraction.

    Numbers adapt to arrays, those of Python also to NumPy's; integers never widen floats.
    """
    arrays = [as_numbers(x) for x in values]
    deciding = {a.dtype for a in arrays if a.ndim}
    if not deciding:
        typed = {a.dtype for x, a in zip(values, arrays, strict=True) if not _is_plain(x)}
        deciding = typed or {a.dtype for a in arrays}
    floats = [dtype for dtype in deciding if dtype.kind == "f"]
    if floats:
        return floats[0] if len(floats) == 1 else np.result_type(*floats)
    kinds = {a.dtype.kind for a in arrays}
    if "f" in kinds:
        return np.dtype(np.float32)
    common = np.result_type(*deciding)
    return np.dtype(np.int32) if common.kind == "b" and kinds != {"b"} else common


def _is_plain(value: Any) -> bool:
    return type(value) in (bool, int, float)


def named_op(op: str, x: Any) -> Any:
    """A row of the scalar table as a formula that the passes know by its name."""
    x = unwrap(x)
    if isinstance(x, Node):
        return g.pointwise(Formula(1, (apply(op, input_expr(0)),), name=op), x)
    return scalar_op(op, x)


def pointwise(function: F) -> F:
    """Make a function of scalars one formula: a single node of the graph, one loop in C++.

    Positional arguments are tensors; keyword arguments are constants of the formula. The
    function's name names the formula.
    """

    @lru_cache(maxsize=256)
    def traced(count: int, constants: tuple[tuple[str, Any], ...]) -> Formula:
        return trace(lambda *x: function(*x, **dict(constants)), count, name=function.__name__)

    @wraps(function)
    def call(*tensors: Any, **constants: Any) -> Any:
        tensors = tuple(unwrap(x) for x in tensors)
        if tensors and all(isinstance(x, Node) for x in tensors):
            return g.pointwise(traced(len(tensors), tuple(sorted(constants.items()))), *tensors)
        if is_symbolic(*tensors) or any(map(is_place, tensors)):
            return function(*tensors, **constants)
        return function(*(_as_scalar(x) for x in tensors), **constants)

    return call  # type: ignore[return-value]


def _as_scalar(x: Any) -> Any:
    # Operators on lists and on integer arrays do not mean what the formula means.
    return x if isinstance(x, Expr | float) else as_array(x)


def axes_of(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """The axes of a reduction as positions from the front; None means all."""
    if axis is None:
        return tuple(range(rank))
    chosen = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    return tuple(sorted({axis_of(a, rank) for a in chosen}))


def axis_of(axis: int, rank: int) -> int:
    """An axis as its position from the front.

    Raises NumPy's AxisError for one that is not there; ``_connect.py`` turns it into a ShapeError
    that names the function.
    """
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(axis, rank)
    return int(axis) % rank


def numpy_axis(axis: int | Sequence[int] | None) -> int | tuple[int, ...] | None:
    """The axis argument in the form that NumPy takes."""
    return axis if axis is None or isinstance(axis, int) else tuple(axis)
