"""Operation → steps of the plan: one function an operation.

Each takes the kernel made for its case where the operands fit, else the general one of
``_general.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pronghorn import _native
from pronghorn.engines._general import (
    column_operand,
    copy_by_index,
    each_row,
    emit_row_kernel,
    map_values,
    multiply,
    new_value,
    reduce_inner,
    reshaped,
    row_operand,
    spread,
)
from pronghorn.engines._linear import affine
from pronghorn.engines._views import IDENTITY, Value, is_flat, matrix_view, width
from pronghorn.ir.draws import RANDOM_OPS
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node, Shape
from pronghorn.ir.labels import LABEL_OPS
from pronghorn.ir.scalar import const

if TYPE_CHECKING:
    from pronghorn.engines._lowering import Lowering

__all__ = ["EMITTERS"]


def _emit_parameter(low: Lowering, node: Node) -> None:
    low.set(node, low.stores[node.attrs["name"]])


def _emit_constant(low: Lowering, node: Node) -> None:
    value = np.asarray(node.attrs["value"], np.float32)
    value = value if value.ndim else value.reshape(1)
    store = _native.Store(value.shape)
    store.write(np.ascontiguousarray(value))
    low.set(node, store)


def _emit_input(low: Lowering, node: Node) -> None:
    low.set(node, low.gather(node, matrix_view(node.shape)))


def _emit_item(low: Lowering, node: Node) -> None:
    low.value(node.inputs[0])


# Formulas.


def _emit_pointwise(low: Lowering, node: Node) -> None:
    formula: Formula = node.attrs["formula"]
    if node.has_batch:
        source = node.inputs[0] if len(node.inputs) == 1 else None
        rooted = source.inputs[0] if source is not None and source.op == "reshape" else source
        rescaling = affine(formula)
        if rescaling is not None and rooted is not None and rooted.op == "input":
            low.set(node, low.gather(rooted, matrix_view(node.shape), *rescaling))
            return
    elif _is_of_stores(low, node):
        operands = [low.store(x) for x in node.inputs]
        outs = low.result_stores(node, len(formula.outputs))
        low.plan.map_store(low.map(formula), operands, outs)
        return
    map_values(low, node, formula, node.inputs)


def _is_of_stores(low: Lowering, node: Node) -> bool:
    """Whether the operands lie like weights of the result's shape, or are numbers."""
    if not all(_fits(x, node.shape) for x in node.inputs):
        return False
    values = [low.value(x) for x in node.inputs if width(x.shape) > 1]
    return not values or any(isinstance(value, _native.Store) for value in values)


def _fits(x: Node, shape: Shape) -> bool:
    return x.shape == shape or width(x.shape) == 1


def _emit_broadcast(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    if not node.has_batch:
        if _fits(x, node.shape):
            store = _native.Store(tuple(int(s or 0) for s in node.shape))
            low.plan.map_store(low.map(IDENTITY), [low.store(x)], [store])
            low.set(node, store)
        else:
            low.set(node, spread(low, x, node.shape))
        return
    out = low.new_buffer(node)
    if x.op == "pointwise" and not x.inputs:
        low.plan.map_rows(low.map(x.attrs["formula"]), [], [out])
    else:
        low.plan.map_rows(low.map(IDENTITY), [row_operand(low, x, node.shape)], [out])
    low.set(node, out)


# Products.


def _emit_product(low: Lowering, node: Node) -> None:
    """matmul and matmul_map: forward, input gradient or weight gradient, with an epilogue."""
    a, b, *others = node.inputs
    formula: Formula = node.attrs.get("formula", IDENTITY)
    count = len(formula.outputs)
    is_dense = a.has_batch and b.has_batch == node.attrs["transpose_a"]
    if not is_dense or (not node.has_batch and not all(_fits(x, node.shape) for x in others)):
        _emit_in_two(low, node, others, formula)
        return
    precision = low.precision(node)
    if node.attrs["transpose_a"]:
        x = low.factor(a, precision, across=True)
        dz = low.factor(b, precision, across=True, side="right")
        operands = [low.store(i) for i in others]
        outs = low.result_stores(node, count)
        low.plan.dense_weight_gradient(x, dz, low.map(formula), operands, outs)
        return
    x = low.factor(a, precision)
    w = low.store(b)
    values = [row_operand(low, i, node.shape) for i in others]
    emit: Callable[..., None] = low.plan.dense_forward
    if node.attrs["transpose_b"]:
        emit = low.plan.dense_input_gradient
    emit(x, w, low.map(formula), values, low.result_buffers(node, count))


def _emit_in_two(low: Lowering, node: Node, others: list[Node], formula: Formula) -> None:
    """The product, then the formula on it."""
    if node.op == "matmul":
        low.set(node, multiply(low, node))
        return
    flags = {key: value for key, value in node.attrs.items() if key != "formula"}
    product = Node("matmul", node.inputs[:2], node.shape, flags)
    _emit_product(low, product)
    map_values(low, node, formula, (product, *others))


def _emit_product_each(low: Lowering, node: Node) -> None:
    low.set(node, multiply(low, node))


# Sums, maxima and products of elements.


def _emit_sum(low: Lowering, node: Node) -> None:
    """sum and sum_map."""
    x, *others = node.inputs
    axes = node.attrs["axes"]
    if axes[0] == 0 and x.has_batch:
        _emit_batch_sum(low, node, others)
    elif x.has_batch or len(axes) < x.rank:
        low.set(node, reduce_inner(low, "sum", x, axes, node.shape))
    else:
        summand, operands = low.summand(node)
        out = _native.Store((1,))
        low.plan.sum_value(low.weight_terms.sum_of(summand, operands), out)
        low.set(node, out)


def _emit_batch_sum(low: Lowering, node: Node, others: list[Node]) -> None:
    """A sum over the batch, and over other axes with it; then its formula."""
    formula: Formula = node.attrs.get("formula", IDENTITY)
    value = _columns_to_reduce(low, node, "sum")
    operands = [column_operand(low, i, node.shape) for i in others]
    outs: list[Value] = []
    if is_flat(node.shape):
        outs += low.result_stores(node, len(formula.outputs))
    else:
        outs += [new_value(low, node.shape) for _ in formula.outputs]
        low.set_results(node, outs)
    low.plan.column_sum(value, low.map(formula), operands, outs)


def _columns_to_reduce(low: Lowering, node: Node, kind: str) -> int:
    """The operand of a reduction over the batch as a matrix of which only rows are left to reduce.

    Each sample's own axes first, unless the rows of a sample are rows like any others.
    """
    (x, *_), inner = node.inputs, node.attrs["axes"][1:]
    cols = width(node.shape)
    if inner and inner != tuple(range(1, x.rank - 1)):
        return reduce_inner(low, kind, x, inner, (None, cols))
    rows = matrix_view(x.shape)[0] if inner else 1
    return reshaped(low, low.buffer(x), matrix_view(x.shape), (rows, cols))


def _emit_extreme(low: Lowering, node: Node, kind: str) -> None:
    (x,) = node.inputs
    axes = node.attrs["axes"]
    if x.has_batch and axes[0] == 0:
        _emit_columns(low, node, kind, _columns_to_reduce(low, node, kind))
    else:
        low.set(node, reduce_inner(low, kind, x, axes, node.shape))


def _emit_columns(low: Lowering, node: Node, kind: str, value: int) -> None:
    out = new_value(low, node.shape)
    low.plan.reduce_columns(kind, value, out)
    low.set(node, out)


def _emit_batch_argmax(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    elements = width(x.shape)
    # Every element is a row where its position among all of them is asked for.
    view = (elements, 1) if node.attrs["flat"] else (1, elements)
    _emit_columns(low, node, "argmax", reshaped(low, low.buffer(x), matrix_view(x.shape), view))


# Shapes.


def _emit_reshape(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    wanted = matrix_view(node.shape)
    if not node.has_batch:
        # A row of its own even where x is a parameter, which may be overwritten before it is read.
        low.set(node, low.elements(x))
    elif x.op == "input":
        low.set(node, low.gather(x, wanted))
    else:
        low.set(node, reshaped(low, low.buffer(x), matrix_view(x.shape), wanted))


def _is_of_columns(node: Node) -> bool:
    return node.has_batch and bool(node.attrs["axis"] == node.rank - 1)


def _emit_concatenate(low: Lowering, node: Node) -> None:
    if not _is_of_columns(node):
        copy_by_index(low, node)
        return
    out, start = low.new_buffer(node), 0
    for x in node.inputs:
        cols = matrix_view(x.shape)[1]
        low.plan.copy_columns(low.buffer(x), 0, out, start, cols)
        start += cols
    low.set(node, out)


def _emit_slice(low: Lowering, node: Node) -> None:
    if not _is_of_columns(node):
        copy_by_index(low, node)
        return
    out = low.new_buffer(node)
    start, stop = node.attrs["start"], node.attrs["stop"]
    low.plan.copy_columns(low.buffer(node.inputs[0]), start, out, 0, stop - start)
    low.set(node, out)


def _emit_pad(low: Lowering, node: Node) -> None:
    if not _is_of_columns(node):
        copy_by_index(low, node)
        return
    # The zeros are written by a formula without operands, then the columns over them.
    out = low.new_buffer(node)
    low.plan.map_rows(low.map(Formula(0, (const(0.0),))), [], [out])
    cols = matrix_view(node.inputs[0].shape)[1]
    low.plan.copy_columns(low.buffer(node.inputs[0]), 0, out, node.attrs["before"], cols)
    low.set(node, out)


# Rows.


def _emit_random(low: Lowering, node: Node) -> None:
    out = new_value(low, node.shape)
    given = [node.attrs[name] for name in RANDOM_OPS[node.op]]
    getattr(low.plan, node.op)(out, *given, node.attrs["stream"], node.attrs.get("seed"))
    low.set(node, out)


def _emit_row_kernel(low: Lowering, node: Node) -> None:
    """Kernels that bear the operation's name, on each row of the first operand."""
    if not node.has_batch:
        low.set(node, each_row(low, node))
        return
    labels = LABEL_OPS.get(node.op)
    shape = node.shape if labels == 0 else node.inputs[0].shape
    rows, cols = matrix_view(shape)
    values: list[int] = []
    for i, x in enumerate(node.inputs):
        if i == labels:
            values.append(low.labels(x))
        else:
            # One number a row, such as a cotangent of a loss, is a column.
            view = matrix_view(x.shape)
            wanted = (rows, 1) if x.rank < len(shape) else view
            values.append(reshaped(low, low.buffer(x), view, wanted))
    is_column = node.rank < len(shape)
    out = low.plan.buffer(1 if is_column else cols, rows)
    emit_row_kernel(low, node, values, out)
    view = (rows, 1) if is_column else (rows, cols)
    low.set(node, reshaped(low, out, view, matrix_view(node.shape)))


# Tables.


def _emit_take(low: Lowering, node: Node) -> None:
    table, labels = node.inputs
    out = low.new_buffer(node)
    low.plan.take_rows(low.store(table), low.labels(labels), out)
    low.set(node, out)


def _emit_take_gradient(low: Lowering, node: Node) -> None:
    labels, grad = node.inputs
    value, of = low.buffer(grad), low.labels(labels)
    (out,) = low.result_stores(node, 1)
    low.plan.take_rows_gradient(of, value, out)


EMITTERS: dict[str, Callable[[Lowering, Node], None]] = {
    "parameter": _emit_parameter,
    "constant": _emit_constant,
    "input": _emit_input,
    "item": _emit_item,
    "pointwise": _emit_pointwise,
    "broadcast": _emit_broadcast,
    "matmul": _emit_product,
    "matmul_map": _emit_product,
    "matmul_each": _emit_product_each,
    "sum": _emit_sum,
    "sum_map": _emit_sum,
    "max": partial(_emit_extreme, kind="max"),
    "prod": partial(_emit_extreme, kind="product"),
    "batch_argmax": _emit_batch_argmax,
    "reshape": _emit_reshape,
    "transpose": copy_by_index,
    "concatenate": _emit_concatenate,
    "slice": _emit_slice,
    "pad": _emit_pad,
    **dict.fromkeys(RANDOM_OPS, _emit_random),
    "take": _emit_take,
    "take_gradient": _emit_take_gradient,
    **dict.fromkeys(
        (
            "softmax",
            "softmax_gradient",
            "log_softmax",
            "log_softmax_gradient",
            "sparse_xent",
            "sparse_xent_gradient",
            "dense_xent",
            "dense_xent_gradient",
            "sparse_hit",
            "dense_hit",
            "one_hot",
            "argmax",
            "top_k_mask",
        ),
        _emit_row_kernel,
    ),
}
