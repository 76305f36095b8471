"""What has no kernel of its own: any axis, any broadcasting, any product.

Chosen shape: a value without batch axis that is not laid out like a weight becomes a *fixed*
buffer, one row of all its elements in row-major order, and whatever moves elements about is one
step, ``index_copy``, with a table of positions. The table is what the operation does to the
numbers 0, 1, 2, …, so transposing, slicing, padding, joining and repeating are one line each and
no kernel knows of axes. Sums and maxima over inner axes are ``index_reduce`` over such a table.
Everything that nets spend their time on (products with weights, formulas of rows and of weights,
sums over the batch) never comes here: ``_emitters.py`` asks first whether its kernels fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pronghorn.engines._views import (
    Value,
    View,
    is_flat,
    matrix_view,
    refuse,
    width,
)
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node, Shape
from pronghorn.ir.ops import TENSOR_OPS
from pronghorn.ir.scalar import const

if TYPE_CHECKING:
    from pronghorn.engines._lowering import Lowering

__all__ = [
    "column_operand",
    "copy_by_index",
    "each_row",
    "emit_row_kernel",
    "map_values",
    "multiply",
    "new_value",
    "reduce_inner",
    "reshaped",
    "row_operand",
    "spread",
]

Positions: TypeAlias = NDArray[np.int64]

_ONE = Formula(0, (const(1.0),))


def reshaped(low: Lowering, value: int, view: View, wanted: View) -> int:
    """A batch value as a matrix of other rows and columns."""
    if view == wanted:
        return value
    out = low.plan.buffer(wanted[1], wanted[0])
    low.plan.reshape(value, out)
    return out


def new_value(low: Lowering, shape: Shape) -> int:
    """A buffer for one value: rows of the batch, or one fixed row."""
    if None in shape:
        rows, cols = matrix_view(shape)
        return low.plan.buffer(cols, rows)
    return low.plan.buffer(width(shape), fixed=True)


# Moving elements.


def _places(x: Node, first: int = 0) -> Positions:
    """The positions of one sample's elements, in the shape of the value."""
    shape = [s for s in x.shape if s is not None]
    # The batch axis stays as one of length 1, so that axes keep their numbers.
    lead = [1] if x.has_batch else []
    return (first + np.arange(width(x.shape), dtype=np.int64)).reshape([*lead, *shape])


def copy_by_index(low: Lowering, node: Node) -> None:
    """transpose, slice, pad, concatenate and reshape, of any axes."""
    tables: list[Positions] = []
    first = 0
    for x in node.inputs:
        tables.append(_places(x, first))
        first += width(x.shape)
    # Counted from 1, what a pad adds is 0; position -1 then says that nothing is copied.
    meaning = TENSOR_OPS[node.op].meaning
    moved = meaning(node, [table + 1 for table in tables], _OneSample()) - 1
    out = new_value(low, node.shape)
    low.plan.index_copy([low.elements(x) for x in node.inputs], _table(moved), out)
    low.set(node, out)


class _OneSample:
    """The context in which an operation moves the positions of a single sample."""

    rows, seed, step = 1, 0, 0

    def __init__(self) -> None:
        self.scalars: dict[str, float] = {}

    def read(self, kind: str, name: str) -> Any:
        raise NotImplementedError(kind)


def _table(moved: Any) -> Positions:
    return np.ascontiguousarray(moved, dtype=np.int64).reshape(-1)


def spread(low: Lowering, x: Node, shape: Shape) -> int:
    """A value repeated along its axes of length 1, and in front of them."""
    whole = [1 if s is None else s for s in shape]
    table = np.broadcast_to(_places(x), whole)
    out = new_value(low, shape)
    low.plan.index_copy([low.elements(x)], _table(table), out)
    return out


# Formulas.


def row_operand(low: Lowering, x: Node, shape: Shape) -> Value:
    """An operand of a formula over the rows of a batch value."""
    rows, cols = matrix_view(shape)
    if x.has_batch:
        own_rows, own_cols = matrix_view(x.shape)
        if own_rows == rows and own_cols in (1, cols):
            return low.value(x)
    elif width(x.shape) in (1, int(x.shape[-1] or 0) if x.shape else 1):
        return low.value(x)
    return spread(low, x, shape)


def column_operand(low: Lowering, x: Node, shape: Shape) -> Value:
    """An operand of a formula over one row without batch."""
    elements = width(x.shape)
    if elements != 1 and elements != width(shape):
        return spread(low, x, shape)
    value = low.value(x)
    is_row = isinstance(value, int) or elements == 1 or is_flat(value.shape)
    return value if is_row else low.elements(x)


def map_values(low: Lowering, node: Node, formula: Formula, operands: Sequence[Node]) -> None:
    """A formula, with operands repeated as needed; the result is in buffers."""
    make = row_operand if node.has_batch else column_operand
    values = [make(low, x, node.shape) for x in operands]
    outs = [new_value(low, node.shape) for _ in formula.outputs]
    low.plan.map_rows(low.map(formula), values, outs)
    low.set_results(node, list(outs))


# Sums and maxima.


def reduce_inner(low: Lowering, kind: str, x: Node, axes: tuple[int, ...], shape: Shape) -> int:
    """Over axes of fixed length; the elements that stay keep their order, as a value of ``shape``.

    Neighbours in a row have a kernel of their own. A sum of whole rows is a product with ones,
    which reads them one after the other.
    """
    table = np.moveaxis(_places(x), axes, range(-len(axes), 0))
    table = table.reshape(width(shape), -1)
    if x.has_batch and (axes == (x.rank - 1,) or len(table) == 1):
        rows, cols = table.shape
        value = reshaped(low, low.buffer(x), matrix_view(x.shape), (rows, cols))
        out = low.plan.buffer(1, rows)
        low.plan.reduce_rows(kind, value, out)
        return reshaped(low, out, (rows, 1), matrix_view(shape))
    out = new_value(low, shape)
    after = x.shape[axes[-1] + 1 :]
    is_of_rows = axes == tuple(range(axes[0], axes[0] + len(axes))) and len(after) == 1
    if kind == "sum" and is_of_rows and shape[-1:] == after:
        k, p = table.shape[1], width(after)
        count = len(table) // p
        ones = low.plan.buffer(count * k, fixed=True)
        low.plan.map_rows(low.map(_ONE), [], [ones])
        low.plan.sample_matmul(ones, low.elements(x), out, count, 1, k, p)
        return out
    low.plan.index_reduce(kind, low.elements(x), np.ascontiguousarray(table), out)
    return out


# Products.


def multiply(low: Lowering, node: Node) -> int:
    """A product of two values that are both not weights, one for each sample and matrix."""
    a, b = node.inputs[:2]
    shape = node.shape
    if node.op == "matmul_each":
        count = width(shape[:-2])
        left, right = low.elements(a), low.elements(b)
        m, k, p = (int(s or 0) for s in (a.shape[-2], a.shape[-1], b.shape[-1]))
    else:
        if a.has_batch or b.has_batch:
            raise refuse(node, "both operands without batch axis, or the left one with it")
        count = 1
        left = _turned(low, a) if node.attrs["transpose_a"] else low.elements(a)
        right = _turned(low, b) if node.attrs["transpose_b"] else low.elements(b)
        p = int(shape[-1] or 0)
        m = width(shape) // p
        k = width(a.shape) // m
    out = new_value(low, shape)
    low.plan.sample_matmul(left, right, out, count, m, k, p)
    return out


def _turned(low: Lowering, x: Node) -> int:
    table = _places(x).reshape(-1, int(x.shape[-1] or 0)).T
    out = new_value(low, x.shape)
    low.plan.index_copy([low.elements(x)], _table(table), out)
    return out


# Kernels of rows.


def emit_row_kernel(low: Lowering, node: Node, values: list[int], out: int) -> None:
    """The kernel that bears the operation's name, on matrices of the plan."""
    if node.op == "top_k_mask":
        low.plan.top_k_mask(values[0], node.attrs["k"], out)
    else:
        getattr(low.plan, node.op)(*values, out)


def each_row(low: Lowering, node: Node) -> int:
    """A row-wise operation on a value without batch axis: one row after the other."""
    c = int(node.inputs[0].shape[-1] or 0)
    rows = width(node.inputs[0].shape) // c
    elements = [low.elements(x) for x in node.inputs]
    sizes = [width(x.shape) // rows for x in node.inputs]
    size = width(node.shape) // rows
    parts: list[int] = []
    for row in range(rows):
        ins: list[int] = []
        for value, cols in zip(elements, sizes, strict=True):
            part = low.plan.buffer(cols, fixed=True)
            low.plan.index_copy([value], row * cols + np.arange(cols), part)
            ins.append(part)
        parts.append(low.plan.buffer(size, fixed=True))
        emit_row_kernel(low, node, ins, parts[-1])
    out = new_value(low, node.shape)
    low.plan.index_copy(parts, np.arange(rows * size), out)
    return out
