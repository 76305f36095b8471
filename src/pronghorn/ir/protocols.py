"""What Python and NumPy may do to a node besides operators: subscripts, ufuncs, functions."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

import numpy as np

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import SCALAR_OPS

__all__ = ["apply_ufunc", "refuse_function", "subscript"]


def subscript(x: Node, key: Any) -> Node:
    """x[key] for whole numbers, slices, ``...`` and None; the batch axis only as ``:``."""
    keys = list(key) if isinstance(key, tuple) else [key]
    taken = sum(k is not None and k is not Ellipsis for k in keys)
    # By identity: a symbolic key has an equality of its own.
    if not any(k is Ellipsis for k in keys):
        keys.append(Ellipsis)
    place = next(i for i, k in enumerate(keys) if k is Ellipsis)
    keys[place : place + 1] = [slice(None)] * (x.rank - taken)
    shape: list[int | None] = []
    axis = 0
    for k in keys:
        if k is None:
            shape.append(1)
            continue
        if axis >= x.rank:
            _refuse_key(x, key, f"at most {x.rank} axes")
        if isinstance(k, slice) and k == slice(None):
            shape.append(x.shape[axis])
        elif isinstance(k, slice):
            x = _cut(x, axis, k, key)
            shape.append(x.shape[axis])
        elif isinstance(k, int | np.integer) and not isinstance(k, bool):
            length = x.shape[axis]
            if length is None:
                _refuse_key(x, key, "the whole batch, `x[:, …]`")
            if not -length <= k < length:
                _refuse_key(x, key, f"positions below {length} on axis {axis}")
            x = g.slice_axis(x, axis, int(k) % length, int(k) % length + 1)
        else:
            _refuse_key(x, key, "whole numbers, slices, `...` and None")
        axis += 1
    return g.reshape(x, tuple(shape))


def _cut(x: Node, axis: int, piece: slice, key: Any) -> Node:
    length = x.shape[axis]
    if length is None:
        _refuse_key(x, key, "the whole batch, `x[:, …]`")
    chosen = range(*piece.indices(length))
    if len(chosen) == 0:
        _refuse_key(x, key, "at least one position")
    if chosen.step == 1:
        return g.slice_axis(x, axis, chosen.start, chosen.stop)
    return g.concatenate(tuple(g.slice_axis(x, axis, i, i + 1) for i in chosen), axis)


def _refuse_key(x: Node, key: Any, expected: str) -> NoReturn:
    raise GraphError(
        compose(f"subscript of a symbolic value {x.shape}", expected=expected, received=repr(key))
    )


@cache
def _operations() -> dict[Any, str]:
    """NumPy's functions that are the meaning of a row of the scalar table."""
    meanings = {
        getattr(row.meaning, "__wrapped__", row.meaning): op for op, row in SCALAR_OPS.items()
    }
    return {function: op for function, op in meanings.items() if isinstance(function, np.ufunc)}


def apply_ufunc(ufunc: np.ufunc, method: str, *operands: Any, **kwargs: Any) -> Node:
    """np.exp(x), array * x, … as operations of the graph; others are refused by name."""
    if method == "__call__" and not kwargs:
        if ufunc in _operations():
            return g.combine(_operations()[ufunc], *operands)
        if ufunc is np.matmul:
            a, b = (x if isinstance(x, Node) else g.constant(x) for x in operands)
            return g.matmul(a, b)
    reduction = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
    name = ufunc.__name__ if method == "__call__" else reduction.get(ufunc.__name__, ufunc.__name__)
    return refuse_function(name)


def refuse_function(name: str) -> NoReturn:
    """Say that NumPy has no numbers to work on yet."""
    raise GraphError(
        compose(
            f"numpy.{name}",
            expected="arrays",
            received="a symbolic value, which has no numbers yet",
            remedy=f"Use pronghorn.ops.{name}, or what pronghorn.ops has in its place",
        )
    )
