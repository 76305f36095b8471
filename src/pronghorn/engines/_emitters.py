"""Operation → steps of the plan: one function an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from pronghorn import _native
from pronghorn.engines._linear import affine
from pronghorn.engines._views import IDENTITY, View, matrix_view, refuse, width
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node
from pronghorn.ir.ops import LABEL_OPS
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


def _emit_pointwise(low: Lowering, node: Node) -> None:
    formula: Formula = node.attrs["formula"]
    count = len(formula.outputs)
    if not node.has_batch:
        operands = [low.store(x) for x in node.inputs]
        low.plan.map_store(low.map(formula), operands, low.result_stores(node, count))
        return
    source = node.inputs[0] if len(node.inputs) == 1 else None
    rooted = source.inputs[0] if source is not None and source.op == "reshape" else source
    rescaling = affine(formula)
    if rescaling is not None and rooted is not None and rooted.op == "input":
        low.set(node, low.gather(rooted, matrix_view(node.shape), *rescaling))
        return
    values = [low.value(x) for x in node.inputs]
    _check_views(node, node.inputs)
    low.plan.map_rows(low.map(formula), values, low.result_buffers(node, count))


def _check_views(node: Node, operands: tuple[Node, ...]) -> None:
    """Operands with a batch axis must have the result's rows; broadcasting is over columns."""
    per_sample, cols = matrix_view(node.shape)
    for x in operands:
        if x.has_batch:
            rows, width = matrix_view(x.shape)
            if rows != per_sample or width not in (1, cols):
                raise refuse(node, "operands that differ in their last axis only")
        elif int(np.prod([int(s or 0) for s in x.shape[:-1]], dtype=np.int64)) > 1:
            raise refuse(node, "vectors beside values with a batch axis")


def _emit_broadcast(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    if not node.has_batch:
        store = _native.Store(tuple(int(s or 0) for s in node.shape))
        low.plan.map_store(low.map(IDENTITY), [low.store(x)], [store])
        low.set(node, store)
        return
    out = low.new_buffer(node)
    if x.op == "pointwise" and not x.inputs:
        low.plan.map_rows(low.map(x.attrs["formula"]), [], [out])
    else:
        _check_views(node, (x,))
        low.plan.map_rows(low.map(IDENTITY), [low.value(x)], [out])
    low.set(node, out)


def _emit_product(low: Lowering, node: Node) -> None:
    """matmul and matmul_map: forward, input gradient or weight gradient, with an epilogue."""
    a, b, *others = node.inputs
    formula: Formula = node.attrs.get("formula", IDENTITY)
    count = len(formula.outputs)
    map_ = low.map(formula)
    if node.attrs["transpose_a"]:
        x, dz = low.buffer(a), low.buffer(b)
        operands = [low.store(i) for i in others]
        low.plan.dense_weight_gradient(x, dz, map_, operands, low.result_stores(node, count))
        return
    if b.has_batch or not a.has_batch:
        raise refuse(node, "a product of batch values with a parameter")
    x, w = low.buffer(a), low.store(b)
    values = [low.value(i) for i in others]
    _check_views(node, tuple(others))
    emit: Callable[..., None] = low.plan.dense_forward
    if node.attrs["transpose_b"]:
        emit = low.plan.dense_input_gradient
    emit(x, w, map_, values, low.result_buffers(node, count))


def _emit_sum(low: Lowering, node: Node) -> None:
    """sum and sum_map."""
    x, *others = node.inputs
    formula: Formula = node.attrs.get("formula", IDENTITY)
    axes = node.attrs["axes"]
    if not x.has_batch:
        summand, operands = low.summand(node)
        out = _native.Store((1,))
        low.plan.store_sum(low.map(summand), [low.store(i) for i in operands], out)
        low.set(node, out)
        return
    value = low.buffer(x)
    if axes == (x.rank - 1,) and x.rank > 1:
        per_sample, _ = matrix_view(x.shape)
        sums = low.plan.buffer(1, per_sample)
        low.plan.reduce_rows("sum", value, sums)
        low.set(node, _reshaped(low, sums, (per_sample, 1), matrix_view(node.shape)))
        return
    if axes == tuple(range(x.rank)) and x.rank > 1:
        sums = low.plan.buffer(1, matrix_view(x.shape)[0])
        low.plan.reduce_rows("sum", value, sums)
        value = sums
    elif axes != tuple(range(x.rank - 1)) and axes != (0,):
        raise refuse(node, "a sum over the last axis, over all others, or over all")
    elif axes == (0,) and x.rank > 2:
        value = _reshaped(low, value, matrix_view(x.shape), (1, width(x.shape)))
    outs = low.result_stores(node, len(formula.outputs))
    low.plan.column_sum(value, low.map(formula), [low.store(i) for i in others], outs)


def _reshaped(low: Lowering, value: int, view: View, wanted: View) -> int:
    if view == wanted:
        return value
    out = low.plan.buffer(wanted[1], wanted[0])
    low.plan.reshape(value, out)
    return out


def _emit_max(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    if not x.has_batch or node.attrs["axes"] != (x.rank - 1,):
        raise refuse(node, "the last axis of a value with a batch axis")
    per_sample, _ = matrix_view(x.shape)
    out = low.plan.buffer(1, per_sample)
    low.plan.reduce_rows("max", low.buffer(x), out)
    low.set(node, _reshaped(low, out, (per_sample, 1), matrix_view(node.shape)))


def _emit_reshape(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    if not node.has_batch:
        raise refuse(node, "a value with a batch axis")
    wanted = matrix_view(node.shape)
    if x.op == "input":
        low.set(node, low.gather(x, wanted))
    else:
        low.set(node, _reshaped(low, low.buffer(x), matrix_view(x.shape), wanted))


def _require_last(node: Node) -> None:
    if not node.has_batch or node.attrs["axis"] != node.rank - 1:
        raise refuse(node, "the last axis of values with a batch axis")


def _emit_concatenate(low: Lowering, node: Node) -> None:
    _require_last(node)
    out, start = low.new_buffer(node), 0
    for x in node.inputs:
        cols = matrix_view(x.shape)[1]
        low.plan.copy_columns(low.buffer(x), 0, out, start, cols)
        start += cols
    low.set(node, out)


def _emit_slice(low: Lowering, node: Node) -> None:
    _require_last(node)
    out = low.new_buffer(node)
    start, stop = node.attrs["start"], node.attrs["stop"]
    low.plan.copy_columns(low.buffer(node.inputs[0]), start, out, 0, stop - start)
    low.set(node, out)


def _emit_pad(low: Lowering, node: Node) -> None:
    _require_last(node)
    # The zeros are written by a formula without operands, then the columns over them.
    out = low.new_buffer(node)
    low.plan.map_rows(low.map(Formula(0, (const(0.0),))), [], [out])
    cols = matrix_view(node.inputs[0].shape)[1]
    low.plan.copy_columns(low.buffer(node.inputs[0]), 0, out, node.attrs["before"], cols)
    low.set(node, out)


def _emit_mask(low: Lowering, node: Node) -> None:
    out = low.new_buffer(node)
    low.plan.dropout_mask(out, node.attrs["rate"], node.attrs["stream"])
    low.set(node, out)


def _emit_named(low: Lowering, node: Node) -> None:
    """Row-wise kernels that bear the operation's name; label operands are integers."""
    values: list[int] = []
    label_position = LABEL_OPS.get(node.op)
    for i, x in enumerate(node.inputs):
        if i == label_position:
            classes = node.shape if node.op == "one_hot" else node.inputs[0].shape
            values.append(low.labels(x, int(classes[-1] or 0)))
        else:
            values.append(low.buffer(x))
    if label_position is not None and matrix_view(node.inputs[0].shape)[0] != 1:
        raise refuse(node, "one label a sample")
    out = low.new_buffer(node)
    getattr(low.plan, node.op)(*values, out)
    low.set(node, out)


EMITTERS: dict[str, Callable[[Lowering, Node], None]] = {
    "parameter": _emit_parameter,
    "constant": _emit_constant,
    "input": _emit_input,
    "item": _emit_item,
    "pointwise": _emit_pointwise,
    "broadcast": _emit_broadcast,
    "matmul": _emit_product,
    "matmul_map": _emit_product,
    "sum": _emit_sum,
    "sum_map": _emit_sum,
    "max": _emit_max,
    "reshape": _emit_reshape,
    "concatenate": _emit_concatenate,
    "slice": _emit_slice,
    "pad": _emit_pad,
    "dropout_mask": _emit_mask,
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
        ),
        _emit_named,
    ),
}
