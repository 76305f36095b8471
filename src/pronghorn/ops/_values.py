"""What every operation does with its operands: arrays, symbolic values, traced scalars, weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, TypeVar

import numpy as np

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, trace
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import SCALAR_OPS, Expr, apply, input_expr

__all__ = [
    "as_array",
    "as_node",
    "axes_of",
    "axis_of",
    "is_symbolic",
    "named_op",
    "numpy_axis",
    "pointwise",
    "refuse_truth",
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


def is_symbolic(*values: Any) -> bool:
    """Whether one of the (unwrapped) operands is a symbolic value."""
    return any(isinstance(value, Node) for value in values)


def as_array(value: Any) -> Any:
    """Arrays as they are when floating; integers, truth values and lists as float32."""
    refuse_truth(value)
    array = np.asarray(value)
    return array if array.dtype.kind == "f" else array.astype(np.float32)


def refuse_truth(value: Any) -> None:
    """Raise GraphError for True and False of Python: what ``==`` of two symbolic values gives."""
    if isinstance(value, bool):
        raise GraphError(
            compose(
                "pronghorn.ops",
                expected="arrays, numbers or symbolic values",
                received=repr(value),
                remedy="Compare two symbolic values with pronghorn.ops.equal, not with ==",
            )
        )


def as_node(value: Any) -> Node:
    """A symbolic value as it is; numbers and arrays as constants of the graph."""
    return value if isinstance(value, Node) else g.constant(as_array(value))


def scalar_op(op: str, *operands: Any) -> Any:
    """One row of the scalar table, on whatever kind of operands."""
    operands = tuple(unwrap(x) for x in operands)
    if is_symbolic(*operands):
        return g.combine(op, *operands)
    if any(isinstance(x, Expr) for x in operands):
        return apply(op, *operands)
    if op == "select" and isinstance(operands[0], bool):
        # A choice by a number of Python, such as the step of a schedule, not by elements.
        operands = (float(operands[0]), *operands[1:])
    arrays = [as_array(x) for x in operands]
    kind = np.result_type(*([a for a in arrays if a.ndim] or arrays))
    with np.errstate(all="ignore"):
        return np.asarray(SCALAR_OPS[op].meaning(*arrays)).astype(kind, copy=False)[()]


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
        if is_symbolic(*tensors) or any(hasattr(x, "__pronghorn_connect__") for x in tensors):
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
