"""Graphs of tensor operations: what a program reads, adds up and writes, and how nodes are made.

A ``Node`` (``ir/node.py``) is one value of a computation. An axis of length ``None`` is the
batch. Everything pointwise is one operation, ``pointwise``, that carries its ``Formula``; the
other operations are rows of ``TENSOR_OPS`` in ``ir/ops.py``. A ``Graph`` names what leaves the
computation:

- ``outputs``: values handed back, one row a sample (predictions);
- ``totals``: numbers added up over an epoch. A term with a batch axis is summed over it; a
  term without one counts once for each sample;
- ``tallies``: vectors (k,) added up over an epoch, from values (n, k) summed over their rows;
- ``writes``: parameter → its new value after the step;
- ``guard``: the total that must stay finite, or the step is abandoned before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir.formula import Formula
from pronghorn.ir.node import Node as Node
from pronghorn.ir.node import Shape as Shape
from pronghorn.ir.node import as_node as as_node
from pronghorn.ir.node import order as order
from pronghorn.ir.node import users as users
from pronghorn.ir.precision import current_precision
from pronghorn.ir.scalar import apply, const, input_expr


@dataclass(frozen=True)
class Graph:
    """What leaves a computation, by name; every node under it belongs to it."""

    outputs: Mapping[str, Node] = field(default_factory=dict)
    totals: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    writes: Mapping[str, Node] = field(default_factory=dict)
    guard: str | None = None
    tallies: Mapping[str, Node] = field(default_factory=dict)

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        terms = (t for terms in self.totals.values() for t in terms)
        return (*self.outputs.values(), *terms, *self.tallies.values(), *self.writes.values())

    def nodes(self) -> list[Node]:
        """Every node, operands before users, in a fixed order."""
        return list(self._order)

    @cached_property
    def _order(self) -> list[Node]:
        return order(self.roots)

    def replace(self, mapping: Mapping[Node, Node]) -> Graph:
        """The graph with its roots replaced."""
        return Graph(
            {k: mapping.get(v, v) for k, v in self.outputs.items()},
            {k: tuple(mapping.get(t, t) for t in v) for k, v in self.totals.items()},
            {k: mapping.get(v, v) for k, v in self.writes.items()},
            self.guard,
            {k: mapping.get(v, v) for k, v in self.tallies.items()},
        )


# Sources.


def input_node(name: str, shape: Shape) -> Node:
    """Rows of the data set called ``name``; ``shape`` begins with the batch axis."""
    return Node("input", (), shape, {"name": name})


def parameter(name: str, shape: Shape) -> Node:
    """A stored array (weight, slot or counter) called ``name``."""
    return Node("parameter", (), shape, {"name": name})


def constant(value: NDArray[Any]) -> Node:
    array = np.asarray(value, dtype=np.float64)
    array.flags.writeable = False
    return Node("constant", (), array.shape, {"value": array})


# Pointwise.


def broadcast(shapes: Iterable[Shape], where: str) -> Shape:
    """NumPy's broadcasting, with the batch axis equal only to itself and to 1."""
    shapes = list(shapes)
    rank = max((len(s) for s in shapes), default=0)
    result: list[int | None] = []
    for axis in range(rank):
        sizes = [s[axis - rank + len(s)] for s in shapes if axis - rank + len(s) >= 0]
        wide = [s for s in sizes if s != 1]
        is_inside = axis > 0 and None in wide
        if is_inside or any(s != wide[0] for s in wide):
            raise GraphError(
                compose(
                    where,
                    expected="shapes that broadcast, the batch axis in front",
                    received=" and ".join(map(str, shapes)),
                )
            )
        result.append(wide[0] if wide else 1)
    return tuple(result)


def compact(formula: Formula, inputs: tuple[Node, ...]) -> tuple[Formula, tuple[Node, ...]]:
    """Drop the operands that the formula does not use and merge those that are one node."""
    distinct = list(dict.fromkeys(inputs[i] for i in formula.used))
    place = {node: i for i, node in enumerate(distinct)}
    positions = {i: place[inputs[i]] for i in formula.used}
    return formula.renumber(positions, len(distinct)), tuple(distinct)


def pointwise_all(formula: Formula, *inputs: Node) -> tuple[Node, ...]:
    """Apply a formula to tensors; one node for each of its results."""
    formula, inputs = compact(formula, inputs)
    shape = broadcast((i.shape for i in inputs), formula.name or "pointwise")
    node = Node("pointwise", inputs, shape, {"formula": formula})
    if len(formula.outputs) == 1:
        return (node,)
    return tuple(item(node, i) for i in range(len(formula.outputs)))


def pointwise(formula: Formula, *inputs: Node) -> Node:
    (node,) = pointwise_all(formula, *inputs)
    return node


def item(node: Node, index: int) -> Node:
    """Result ``index`` of a node with several results."""
    return Node("item", (node,), node.shape, {"index": index})


def combine(op: str, *operands: Any) -> Node:
    """An operation of the scalar table: numbers in the formula, arrays as constants."""
    nodes: list[Node] = []

    def place(value: Any) -> Any:
        value = as_node(value)
        if isinstance(value, bool):
            raise TypeError(
                "expected a number or a symbolic value, received a truth value of Python. Pass "
                "1.0 or 0.0, or choose between values with pronghorn.ops.where."
            )
        if isinstance(value, (int, float, np.number)) or (
            isinstance(value, np.ndarray) and value.ndim == 0
        ):
            return const(float(value))
        nodes.append(operand(value))
        return input_expr(len(nodes) - 1)

    result = apply(op, *[place(value) for value in operands])
    return pointwise(Formula(len(nodes), (result,)), *nodes)


def operand(value: Any) -> Node:
    """Symbolic values as they are; arrays of numbers as constants."""
    value = as_node(value)
    if isinstance(value, Node):
        return value
    if (
        not isinstance(value, (np.ndarray, list, tuple))
        or np.asarray(value).dtype.kind not in "biuf"
    ):
        advice = ". Make numbers of texts first: StringLookup(vocabulary=[…])"
        raise TypeError(
            f"expected a symbolic value, a number or an array beside a symbolic value, "
            f"received {type(value).__name__}{advice if isinstance(value, str) else ''}"
        )
    return constant(np.asarray(value))


# Tensors.


def fixed_length(shape: Shape, axis: int) -> int:
    size = shape[axis] if shape else None
    if size is None:
        received = "the batch axis" if shape else "a number, which has no axes"
        remedy = (
            "Work along an axis of a row: how many rows there are is not known" if shape else None
        )
        raise GraphError(
            compose("axis", expected="a fixed length", received=received, remedy=remedy)
        )
    return size


def matmul(
    a: Node,
    b: Node,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    precision: str | None = None,
) -> Node:
    """a (…, k) @ b (k, m) → (…, m); ``transpose_b``: b is (m, k).

    ``transpose_a``: a (…, k), b (…, m) → (k, m), summed over all rows. Without either, and with a
    b of more than two axes, one product for each of its matrices: a (…, r, k) @ b (…, k, m) →
    (…, r, m), leading axes broadcast.

    ``precision`` (default: that of ``ir/precision.py`` here) holds for products of rows with a
    matrix, and for those of rows with rows; others are float32.
    """
    if not a.shape or not b.shape:
        raise _unequal_lengths(a, b)
    if not transpose_a and not transpose_b and b.rank != 2:
        return _matmul_each(a, b)
    if transpose_a:
        shape: Shape = (a.shape[-1], b.shape[-1])
        agree = a.shape[:-1] == b.shape[:-1]
    else:
        k, m = (b.shape[1], b.shape[0]) if transpose_b else b.shape
        shape = (*a.shape[:-1], m)
        agree = a.shape[-1] == k and not b.has_batch
    if not agree:
        raise _unequal_lengths(a, b)
    attrs: dict[str, Any] = {"transpose_a": transpose_a, "transpose_b": transpose_b}
    chosen = current_precision() if precision is None else precision
    if chosen != "float32" and a.has_batch and b.has_batch == transpose_a:
        attrs["precision"] = chosen
    return Node("matmul", (a, b), shape, attrs)


def _matmul_each(a: Node, b: Node) -> Node:
    if b.rank == 1:
        # A vector on the right is a matrix of one column.
        product = matmul(a, reshape(b, (*b.shape, 1)))
        return reshape(product, product.shape[:-1])
    if a.rank < 2 or b.rank < 2 or a.shape[-1] != b.shape[-2] or None in a.shape[-2:]:
        raise _unequal_lengths(a, b)
    lead = broadcast((a.shape[:-2], b.shape[:-2]), "matmul")
    a = broadcast_to(a, (*lead, *a.shape[-2:]))
    b = broadcast_to(b, (*lead, *b.shape[-2:]))
    return Node("matmul_each", (a, b), (*lead, a.shape[-2], b.shape[-1]))


def _unequal_lengths(a: Node, b: Node) -> GraphError:
    return GraphError(
        compose("matmul", expected="inner lengths that agree", received=f"{a.shape} and {b.shape}")
    )


def broadcast_to(x: Node, shape: Shape) -> Node:
    """Repeat ``x`` up to ``shape``."""
    if x.shape == shape:
        return x
    if broadcast((x.shape, shape), "broadcast") != shape:
        raise GraphError(
            compose("broadcast", expected=f"a value that repeats to {shape}", received=str(x.shape))
        )
    return Node("broadcast", (x,), shape)


def sum_axes(x: Node, axes: tuple[int, ...], keepdims: bool = False) -> Node:
    """Σ over the axes, any of them, the batch included."""
    return _reduce("sum", x, axes, keepdims)


def max_axes(x: Node, axes: tuple[int, ...], keepdims: bool = False) -> Node:
    """The largest element over the axes; equal ones share the cotangent."""
    return _reduce("max", x, axes, keepdims)


def prod_axes(x: Node, axes: tuple[int, ...], keepdims: bool = False) -> Node:
    """Π over the axes, any of them, the batch included."""
    return _reduce("prod", x, axes, keepdims)


def _reduce(op: str, x: Node, axes: tuple[int, ...], keepdims: bool) -> Node:
    axes = tuple(sorted(a % x.rank for a in axes))
    shape = tuple(1 if i in axes else s for i, s in enumerate(x.shape) if keepdims or i not in axes)
    return Node(op, (x,), shape, {"axes": axes, "keepdims": keepdims}) if axes else x


def reshape(x: Node, shape: Shape) -> Node:
    """The same numbers in another shape; the batch axis stays in front."""
    if tuple(shape) == x.shape:
        return x
    if count_elements(x.shape) != count_elements(shape) or (None in shape) != x.has_batch:
        raise GraphError(
            compose(
                "reshape",
                expected=f"{count_elements(x.shape)} elements a sample",
                received=str(shape),
            )
        )
    return Node("reshape", (x,), tuple(shape))


def expand(x: Node, axis: int) -> Node:
    """A further axis of length 1 at position ``axis``."""
    axis %= x.rank + 1
    return reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


def count_elements(shape: Shape) -> int:
    return int(np.prod([s for s in shape if s is not None], dtype=np.int64))


def transpose(x: Node, perm: tuple[int, ...]) -> Node:
    """Axis i of the result is axis ``perm[i]`` of x; a batch axis stays in front."""
    perm = tuple(int(p) % max(x.rank, 1) for p in perm)
    if sorted(perm) != list(range(x.rank)) or (x.has_batch and perm[0] != 0):
        raise GraphError(
            compose(
                "transpose",
                expected=f"each axis of {x.shape} once, a batch axis in front",
                received=str(perm),
                remedy="Work along an axis of the rows: those of the batch stay where they are",
            )
        )
    if perm == tuple(range(x.rank)):
        return x
    return Node("transpose", (x,), tuple(x.shape[p] for p in perm), {"perm": perm})


def concatenate(parts: tuple[Node, ...], axis: int = -1) -> Node:
    """Join along an axis of fixed length."""
    axis %= parts[0].rank
    if len({(*p.shape[:axis], *p.shape[axis + 1 :]) for p in parts}) != 1 or any(
        p.rank != parts[0].rank for p in parts
    ):
        raise GraphError(
            compose(
                "concatenate",
                expected=f"equal axes but axis {axis}",
                received=" and ".join(str(p.shape) for p in parts),
            )
        )
    width = sum(fixed_length(p.shape, axis) for p in parts)
    return Node("concatenate", tuple(parts), _with_axis(parts[0], axis, width), {"axis": axis})


def _with_axis(x: Node, axis: int, size: int) -> Shape:
    return (*x.shape[:axis], size, *x.shape[axis + 1 :])


def slice_axis(x: Node, axis: int, start: int, stop: int) -> Node:
    """Positions start … stop - 1 of an axis of fixed length."""
    axis %= x.rank
    width = fixed_length(x.shape, axis)
    if not 0 <= start < stop <= width:
        raise GraphError(
            compose("slice", expected=f"positions within 0 … {width}", received=f"{start} … {stop}")
        )
    shape = _with_axis(x, axis, stop - start)
    return Node("slice", (x,), shape, {"axis": axis, "start": start, "stop": stop})


def pad_axis(x: Node, axis: int, before: int, after: int) -> Node:
    """Zeros before and after, on an axis of fixed length."""
    axis %= x.rank
    if min(before, after) < 0:
        raise GraphError(
            compose("pad", expected="widths of at least 0", received=f"{before} and {after}")
        )
    shape = _with_axis(x, axis, before + fixed_length(x.shape, axis) + after)
    return Node("pad", (x,), shape, {"axis": axis, "before": before, "after": after})


def rowwise(op: str, *inputs: Node) -> Node:
    """softmax, log_softmax and their gradients: same shape as the first operand."""
    fixed_length(inputs[0].shape, -1)
    return Node(op, inputs, inputs[0].shape)


def stop_gradient(x: Node) -> Node:
    """x itself, and no derivative."""
    return Node("stop_gradient", (x,), x.shape)


def argmax(x: Node) -> Node:
    """(…, c) → (…): the position of the first largest element of each row, as a number."""
    fixed_length(x.shape, -1)
    return Node("argmax", (x,), x.shape[:-1])


def batch_argmax(x: Node, *, flat: bool = False) -> Node:
    """(n, …) → (…): the row of the first largest element at each place of a sample, as a number.

    ``flat``: its position among all elements of the batch, in row-major order.
    """
    return Node("batch_argmax", (x,), () if flat else x.shape[1:], {"flat": flat})


def top_k_mask(x: Node, k: int) -> Node:
    """1 for the ``k`` largest elements of each row (of equal ones the first), else 0."""
    width = fixed_length(x.shape, -1)
    if k < 1:
        raise GraphError(compose("top_k", expected="k of at least 1", received=str(k)))
    return Node("top_k_mask", (x,), x.shape, {"k": min(int(k), width)})
