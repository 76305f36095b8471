"""THE table of tensor operations: name, meaning in NumPy, vjp.

``meaning(node, inputs, context)`` is the definition; the reference engine does nothing else.
``vjp(node, g)`` gives the cotangent of each operand as a graph of the same operations, or None.
The pointwise vocabulary has its own table in ``ir/scalar.py``. Shape rules stand with the
builders in ``ir/graph.py`` and are checked again by ``ir/verify.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.draws import RANDOM_OPS, draw
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node, broadcast_to
from pronghorn.ir.labels import take
from pronghorn.ir.precision import multiply_rounded
from pronghorn.ir.scalar import const, input_expr, substitute

Array: TypeAlias = NDArray[Any]


class Context(Protocol):
    """What an operation may ask of the step at hand."""

    rows: int
    seed: int
    step: int
    scalars: dict[str, float]

    def read(self, kind: str, name: str) -> Array: ...


Meaning: TypeAlias = Callable[[Node, list[Any], Context], Any]
NodeVjp: TypeAlias = Callable[[Node, Any], tuple[Node | None, ...]]


@dataclass(frozen=True)
class TensorOp:
    """A row of the table. ``arity`` None takes any number of operands."""

    arity: int | None
    meaning: Meaning
    vjp: NodeVjp


def _concrete(shape: g.Shape, context: Context) -> tuple[int, ...]:
    return tuple(context.rows if s is None else s for s in shape)


# Derivatives that are graphs of their own.


def unbroadcast(grad: Node, shape: g.Shape) -> Node:
    """Sum a cotangent over the axes along which its operand was repeated."""
    lead = grad.rank - len(shape)
    grad = g.sum_axes(grad, tuple(range(lead)))
    repeated = tuple(i for i, s in enumerate(shape) if s == 1 and grad.shape[i] != 1)
    return g.sum_axes(grad, repeated, keepdims=True)


def _pointwise_vjp(node: Node, grads: tuple[Node | None, ...]) -> tuple[Node | None, ...]:
    formula: Formula = node.attrs["formula"]
    wanted = tuple(i for i, x in enumerate(node.inputs) if x.op != "constant")
    backward, known = formula.vjp(wanted)
    several = len(formula.outputs) > 1
    outs = tuple(g.item(node, i) for i in range(len(formula.outputs))) if several else (node,)
    absent = {formula.inputs + len(outs) + i: 0.0 for i, grad in enumerate(grads) if grad is None}
    if absent:
        zeros = {input_expr(i): const(v) for i, v in absent.items()}
        backward = Formula(backward.inputs, substitute(backward.outputs, zeros))
    operands = (*node.inputs, *outs, *(grad if grad is not None else node for grad in grads))
    result: list[Node | None] = [None] * len(node.inputs)
    with_gradient = [i for i, has in zip(wanted, known, strict=True) if has]
    for i, expr in zip(with_gradient, backward.outputs, strict=True):
        # -Σ g in place of Σ -g: of a difference with a mean the cotangent itself is summed.
        is_negated = expr.op == "neg" and node.inputs[i].shape != node.shape
        summand = expr.args[0] if is_negated else expr
        part = g.pointwise(Formula(backward.inputs, (summand,)), *operands)
        part = unbroadcast(broadcast_to(part, node.shape), node.inputs[i].shape)
        result[i] = -part if is_negated else part
    return tuple(result)


def _matmul_vjp(node: Node, grad: Node) -> tuple[Node | None, ...]:
    a, b = node.inputs
    product = partial(g.matmul, precision=node.attrs.get("precision", "float32"))
    if node.attrs["transpose_a"]:
        # c = aᵀ b: da = b cᵀ, db = a c
        return (product(b, grad, transpose_b=True), product(a, grad))
    if node.attrs["transpose_b"]:
        return (product(grad, b), product(grad, a, transpose_a=True))
    return (product(grad, b, transpose_b=True), product(a, grad, transpose_a=True))


def _matmul_each_vjp(node: Node, grad: Node) -> tuple[Node, Node]:
    # c = a b for each matrix: da = dc bᵀ, db = aᵀ dc
    a, b = node.inputs
    swap = (*range(a.rank - 2), a.rank - 1, a.rank - 2)
    return (_each(grad, g.transpose(b, swap)), _each(g.transpose(a, swap), grad))


def _each(a: Node, b: Node) -> Node:
    return Node("matmul_each", (a, b), (*a.shape[:-1], b.shape[-1]))


def _sum_vjp(node: Node, grad: Node) -> tuple[Node]:
    (x,) = node.inputs
    return (broadcast_to(_expand(grad, _kept_shape(node)), x.shape),)


def _kept_shape(node: Node) -> g.Shape:
    """The shape of a reduction with its axes kept."""
    axes, shape = node.attrs["axes"], node.inputs[0].shape
    return tuple(1 if i in axes else s for i, s in enumerate(shape))


def _expand(x: Node, shape: g.Shape) -> Node:
    return x if x.shape == shape else Node("reshape", (x,), shape)


def _max_vjp(node: Node, grad: Node) -> tuple[Node]:
    # Ties share the cotangent equally, as in JAX.
    (x,) = node.inputs
    kept = _kept_shape(node)
    hit = g.combine("eq", x, _expand(node, kept))
    share = _expand(grad, kept) / g.sum_axes(hit, node.attrs["axes"], keepdims=True)
    return (hit * share,)


def _prod_vjp(node: Node, grad: Node) -> tuple[Node]:
    # The product of the others, also where an element is 0: of the others that are not 0, and 0
    # where one of them is.
    (x,) = node.inputs
    kept, axes = _kept_shape(node), node.attrs["axes"]
    zero = g.combine("eq", x, 0.0)
    filled = g.combine("select", zero, 1.0, x)
    has_other = g.combine("gt", g.sum_axes(zero, axes, keepdims=True), zero)
    others = g.prod_axes(filled, axes, keepdims=True) / filled
    return (_expand(grad, kept) * g.combine("select", has_other, 0.0, others),)


def _transpose_vjp(node: Node, grad: Node) -> tuple[Node]:
    perm = node.attrs["perm"]
    return (g.transpose(grad, tuple(perm.index(i) for i in range(len(perm)))),)


def _concatenate_vjp(node: Node, grad: Node) -> tuple[Node, ...]:
    parts: list[Node] = []
    axis, start = node.attrs["axis"], 0
    for x in node.inputs:
        stop = start + int(x.shape[axis] or 0)
        parts.append(g.slice_axis(grad, axis, start, stop))
        start = stop
    return tuple(parts)


def _slice_vjp(node: Node, grad: Node) -> tuple[Node]:
    axis = node.attrs["axis"]
    width = int(node.inputs[0].shape[axis] or 0)
    return (g.pad_axis(grad, axis, node.attrs["start"], width - node.attrs["stop"]),)


def _pad_vjp(node: Node, grad: Node) -> tuple[Node]:
    axis, start = node.attrs["axis"], node.attrs["before"]
    return (g.slice_axis(grad, axis, start, start + int(node.inputs[0].shape[axis] or 0)),)


def _take_vjp(node: Node, grad: Node) -> tuple[Node, None]:
    table, labels = node.inputs
    return (Node("take_gradient", (labels, grad), table.shape), None)


# Meanings.


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _slice(node: Node, inputs: list[Any], context: Context) -> Any:
    chosen = slice(node.attrs["start"], node.attrs["stop"])
    return inputs[0][(slice(None),) * node.attrs["axis"] + (chosen,)]


def _pad(node: Node, inputs: list[Any], context: Context) -> Any:
    widths = [(0, 0)] * node.rank
    widths[node.attrs["axis"]] = (node.attrs["before"], node.attrs["after"])
    return np.pad(inputs[0], widths)


def _top_k_mask(x: Array, k: int) -> Array:
    # A stable order of -x keeps the first of equal elements in front; NaN comes last.
    places = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    mask = np.zeros(x.shape, np.float64)
    np.put_along_axis(mask, places, 1.0, axis=-1)
    return mask


def _take_gradient(node: Node, inputs: list[Any], context: Context) -> Any:
    labels, grad = _labels(inputs[0]), inputs[1]
    found = np.zeros(_concrete(node.shape, context), np.float64)
    np.add.at(found, labels, grad)
    return found


def _batch_argmax(x: Array, flat: bool) -> Array:
    return np.asarray(x.argmax() if flat else x.argmax(axis=0), np.float64)


def _labels(y: Array) -> Array:
    return np.asarray(y).astype(np.int64)


def _hot(labels: Array, classes: int) -> Array:
    return np.asarray(np.arange(classes) == _labels(labels)[..., None], dtype=np.float64)


def _pick(x: Array, labels: Array) -> Array:
    return np.asarray(np.take_along_axis(x, _labels(labels)[..., None], axis=-1)[..., 0])


def _matmul(node: Node, inputs: list[Any], context: Context) -> Any:
    def product(a: Array, b: Array) -> Array:
        if node.attrs["transpose_a"]:
            return np.asarray(a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1]))
        return np.asarray(a @ (b.T if node.attrs["transpose_b"] else b))

    a, b = inputs
    return multiply_rounded(node.attrs.get("precision", "float32"), a, b, product)


def _sum(node: Node, inputs: list[Any], context: Context) -> Any:
    return np.sum(inputs[0], axis=node.attrs["axes"], keepdims=node.attrs["keepdims"])


def _pointwise(node: Node, inputs: list[Any], context: Context) -> Any:
    formula: Formula = node.attrs["formula"]
    results = formula.evaluate(inputs, context.scalars, float(context.rows))
    shape = _concrete(node.shape, context)
    shaped = tuple(np.broadcast_to(np.asarray(r, dtype=np.float64), shape) for r in results)
    return shaped[0] if len(shaped) == 1 else shaped


def _epilogue(operands: int, product: Meaning) -> Meaning:
    """The product of the first operands, then the formula with it as input 0."""

    def meaning(node: Node, inputs: list[Any], context: Context) -> Any:
        value = product(node, inputs[:operands], context)
        return _pointwise(node, [value, *inputs[operands:]], context)

    return meaning


def _reshape(node: Node, inputs: list[Any], context: Context) -> Any:
    return np.asarray(inputs[0]).reshape(_concrete(node.shape, context))


def _random(node: Node, inputs: list[Any], context: Context) -> Any:
    return draw(node, context.rows, context.seed, context.step)


def _source(kind: str) -> Meaning:
    return lambda node, inputs, context: context.read(kind, node.attrs["name"])


def _nothing(count: int) -> NodeVjp:
    return lambda node, grad: (None,) * count


def _no_derivative(node: Node, grad: Node) -> tuple[Node | None, ...]:
    raise GraphError(
        compose(node.op, expected="an operation with a derivative", received="a gradient of one")
    )


def _dense_xent_vjp(node: Node, grad: Node) -> tuple[Node, Node]:
    z, t = node.inputs
    each = _expand(grad, (*grad.shape, 1))
    return (
        g.rowwise("dense_xent_gradient", z, t, grad),
        -g.rowwise("log_softmax", z) * each,
    )


TENSOR_OPS: dict[str, TensorOp] = {
    "input": TensorOp(0, _source("input"), _nothing(0)),
    "parameter": TensorOp(0, _source("parameter"), _nothing(0)),
    "constant": TensorOp(0, lambda n, i, c: n.attrs["value"], _nothing(0)),
    **dict.fromkeys(RANDOM_OPS, TensorOp(0, _random, _nothing(0))),
    "pointwise": TensorOp(None, _pointwise, _pointwise_vjp),
    "item": TensorOp(1, lambda n, i, c: i[0][n.attrs["index"]], _nothing(1)),
    "broadcast": TensorOp(
        1,
        lambda n, i, c: np.broadcast_to(i[0], _concrete(n.shape, c)),
        lambda n, grad: (unbroadcast(grad, n.inputs[0].shape),),
    ),
    "matmul": TensorOp(2, _matmul, _matmul_vjp),
    "matmul_each": TensorOp(2, lambda n, i, c: np.matmul(i[0], i[1]), _matmul_each_vjp),
    # Made by ir/passes.py after derivatives were taken: a product with a formula on its result.
    "matmul_map": TensorOp(None, _epilogue(2, _matmul), _no_derivative),
    "sum_map": TensorOp(None, _epilogue(1, _sum), _no_derivative),
    "sum": TensorOp(1, _sum, _sum_vjp),
    "max": TensorOp(
        1,
        lambda n, i, c: np.max(i[0], axis=n.attrs["axes"], keepdims=n.attrs["keepdims"]),
        _max_vjp,
    ),
    "prod": TensorOp(
        1,
        lambda n, i, c: np.prod(i[0], axis=n.attrs["axes"], keepdims=n.attrs["keepdims"]),
        _prod_vjp,
    ),
    "reshape": TensorOp(1, _reshape, lambda n, grad: (_expand(grad, n.inputs[0].shape),)),
    "transpose": TensorOp(1, lambda n, i, c: np.transpose(i[0], n.attrs["perm"]), _transpose_vjp),
    "concatenate": TensorOp(
        None, lambda n, i, c: np.concatenate(i, axis=n.attrs["axis"]), _concatenate_vjp
    ),
    "slice": TensorOp(1, _slice, _slice_vjp),
    "pad": TensorOp(1, _pad, _pad_vjp),
    "stop_gradient": TensorOp(1, lambda n, i, c: i[0], _nothing(1)),
    "argmax": TensorOp(
        1, lambda n, i, c: np.asarray(i[0].argmax(axis=-1), np.float64), _nothing(1)
    ),
    "batch_argmax": TensorOp(1, lambda n, i, c: _batch_argmax(i[0], n.attrs["flat"]), _nothing(1)),
    "top_k_mask": TensorOp(1, lambda n, i, c: _top_k_mask(i[0], n.attrs["k"]), _nothing(1)),
    "take": TensorOp(2, lambda n, i, c: i[0][_labels(i[1])], _take_vjp),
    "take_gradient": TensorOp(2, _take_gradient, lambda n, grad: (None, take(grad, n.inputs[0]))),
    "softmax": TensorOp(
        1,
        lambda n, i, c: _softmax(i[0]),
        lambda n, grad: (g.rowwise("softmax_gradient", n, grad),),
    ),
    # dz = p (g - Σ g p)
    "softmax_gradient": TensorOp(
        2,
        lambda n, i, c: i[0] * (i[1] - (i[0] * i[1]).sum(axis=-1, keepdims=True)),
        _no_derivative,
    ),
    "log_softmax": TensorOp(
        1,
        lambda n, i, c: _log_softmax(i[0]),
        lambda n, grad: (g.rowwise("log_softmax_gradient", n, grad),),
    ),
    # dz = g - exp(y) Σ g
    "log_softmax_gradient": TensorOp(
        2,
        lambda n, i, c: i[1] - np.exp(i[0]) * i[1].sum(axis=-1, keepdims=True),
        _no_derivative,
    ),
    # loss = logsumexp(z) - z[label]
    "sparse_xent": TensorOp(
        2,
        lambda n, i, c: -_pick(_log_softmax(i[0]), i[1]),
        lambda n, grad: (g.rowwise("sparse_xent_gradient", *n.inputs, grad), None),
    ),
    # dz = (softmax(z) - onehot(label)) g
    "sparse_xent_gradient": TensorOp(
        3,
        lambda n, i, c: (_softmax(i[0]) - _hot(i[1], i[0].shape[-1])) * i[2][..., None],
        _no_derivative,
    ),
    # loss = -Σ t log_softmax(z)
    "dense_xent": TensorOp(
        2,
        lambda n, i, c: -(i[1] * _log_softmax(i[0])).sum(axis=-1),
        _dense_xent_vjp,
    ),
    # dz = (softmax(z) Σ t - t) g
    "dense_xent_gradient": TensorOp(
        3,
        lambda n, i, c: (
            (_softmax(i[0]) * i[1].sum(axis=-1, keepdims=True) - i[1]) * i[2][..., None]
        ),
        _no_derivative,
    ),
    "sparse_hit": TensorOp(
        2,
        lambda n, i, c: np.asarray(i[0].argmax(axis=-1) == _labels(i[1]), dtype=np.float64),
        _nothing(2),
    ),
    "dense_hit": TensorOp(
        2,
        lambda n, i, c: np.asarray(i[0].argmax(axis=-1) == i[1].argmax(axis=-1), dtype=np.float64),
        _nothing(2),
    ),
    "one_hot": TensorOp(1, lambda n, i, c: _hot(i[0], int(n.shape[-1] or 0)), _nothing(1)),
}
