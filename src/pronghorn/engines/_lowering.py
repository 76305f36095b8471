"""Graph → plan: every node becomes steps of the native executor, in an order that is safe.

A value with a batch axis is a buffer of the plan, a matrix of (n · rows_per_sample, cols); a
value without one is a store (packed like the weights). Updates are done in place, so a step that
writes a parameter is emitted only after every other reader of that parameter; going through the
writes from the last layer to the first, each product for an input gradient then stands right
before the weight gradient of the same layer, and the executor runs the two as one sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from pronghorn import _native
from pronghorn._core.errors import EngineError, compose
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph, Node, Shape, users
from pronghorn.ir.ops import LABEL_OPS
from pronghorn.ir.scalar import SCALAR_OPS, Expr, const, input_expr

__all__ = ["Lowering"]

Value: TypeAlias = "int | _native.Store"
View: TypeAlias = tuple[int, int]

_OPCODES = {name: code for code, name in enumerate(SCALAR_OPS)}
_IDENTITY = Formula(1, (input_expr(0),))


def matrix_view(shape: Shape) -> View:
    """(rows a sample, columns) of a value with a batch axis."""
    sizes = [s for s in shape if s is not None]
    return (int(np.prod(sizes[:-1], dtype=np.int64)), sizes[-1]) if sizes else (1, 1)


def _refuse(node: Node, expected: str) -> EngineError:
    return EngineError(
        compose(
            f"native engine, operation {node.op!r}",
            expected=expected,
            received=", ".join(map(str, (x.shape for x in node.inputs))) or str(node.shape),
            remedy="Use the reference engine for this model: pronghorn.config.set_engine",
        )
    )


class Lowering:
    """One graph made into one plan; ``plan`` is ready once the constructor returns."""

    def __init__(self, graph: Graph, stores: Mapping[str, _native.Store], batch: int) -> None:
        self.graph, self.stores = graph, stores
        self.nodes = graph.nodes()
        self.plan = _native.Plan(batch)
        self.sources: list[str] = sorted(
            {n.attrs["name"] for n in self.nodes if n.op == "input"}
        )
        self.scalars: list[str] = sorted(_step_names(self.nodes))
        self.accumulators: dict[str, int] = {}
        self.per_row: dict[str, float] = {}  # total → a number it grows by with every sample
        self.outputs: dict[str, tuple[int, View]] = {}
        self._values: dict[Node, Value] = {}
        self._gathered: dict[tuple[str, View, float, float], int] = {}
        self._labels: dict[str, int] = {}
        self._maps: dict[str, _native.Map] = {}
        self._users = users(self.nodes)
        self._written = {name: _producer(node) for name, node in graph.writes.items()}
        self._pending: set[Node] = set()
        self._absorbed: set[Node] = set()
        self._emit_rows()
        self._lower_totals()
        self._lower_writes()
        self._lower_outputs()

    # Roots.

    def _emit_rows(self) -> None:
        """The forward pass, and whatever else each row of it allows without a further product.

        Loss gradients then stand before the totals: all of it is split by rows and needs no
        barrier in between.
        """
        for terms in self.graph.totals.values():
            for term in terms:
                if term.has_batch:
                    self.buffer(term)
        for node in self.nodes:
            is_row_step = node.has_batch and not node.op.startswith("matmul")
            if is_row_step and node.inputs and all(x in self._values for x in node.inputs):
                self.value(node)

    def _lower_totals(self) -> None:
        guard = self.graph.guard
        for name in sorted(self.graph.totals, key=lambda name: name != guard):
            accumulator = self.accumulators[name] = self.plan.accumulator()
            for term in self.graph.totals[name]:
                self._lower_term(term, accumulator)
            if name == guard:
                self.plan.guard(accumulator)

    def _lower_term(self, term: Node, accumulator: int) -> None:
        if term.has_batch:
            value = self.buffer(term)
            if matrix_view(term.shape) != (1, 1):
                value = self._row_sums(value, term)
            self.plan.total(value, accumulator)
            return
        for coefficient, part in _linear_parts(term):
            number = _number(part)
            if number is not None:
                name = next(n for n, a in self.accumulators.items() if a == accumulator)
                self.per_row[name] = self.per_row.get(name, 0.0) + coefficient * number
            elif part.op == "sum" and not part.inputs[0].has_batch:
                formula, operands = self.summand(part)
                scaled = Formula(formula.inputs, (formula.outputs[0] * coefficient,))
                stores = [self.store(x) for x in operands]
                self.plan.store_total(self.map(scaled), stores, accumulator)
            else:
                scaled = Formula(1, (input_expr(0) * coefficient,))
                self.plan.store_total(self.map(scaled), [self.store(part)], accumulator)

    def _row_sums(self, value: int, term: Node) -> int:
        per_sample, cols = matrix_view(term.shape)
        if per_sample > 1:
            flat = self.plan.buffer(per_sample * cols)
            self.plan.reshape(value, flat)
            value = flat
        out = self.plan.buffer(1)
        self.plan.reduce_rows("sum", value, out)
        return out

    def _lower_writes(self) -> None:
        for name in reversed(list(self.graph.writes)):
            node = self.graph.writes[name]
            producer = self._written[name]
            self._emit_readers(name, producer)
            value = self.value(node)
            if value is not self.stores[name]:
                if not isinstance(value, _native.Store):
                    raise _refuse(node, f"a value without batch axis for parameter {name!r}")
                self.plan.map_store(self.map(_IDENTITY), [value], [self.stores[name]])

    def _emit_readers(self, name: str, producer: Node) -> None:
        """Everything that reads a parameter comes before the step that overwrites it."""
        for node in self.nodes:
            if node.op == "parameter" and node.attrs["name"] == name:
                for reader in self._users.get(node, ()):
                    if reader is not producer and reader not in self._absorbed:
                        self.value(reader)

    def _lower_outputs(self) -> None:
        for position, (name, node) in enumerate(self.graph.outputs.items()):
            buffer = self.buffer(node)
            self.plan.emit(buffer, position)
            self.outputs[name] = (position, matrix_view(node.shape))

    # Values.

    def value(self, node: Node) -> Value:
        """The buffer or store of a node, its steps emitted on first request."""
        if node not in self._values:
            if node in self._pending:
                raise _refuse(node, "an update that does not need its own result")
            self._pending.add(node)
            self._emit(node)
            self._pending.discard(node)
        return self._values[node]

    def buffer(self, node: Node) -> int:
        value = self.value(node)
        if not isinstance(value, int):
            raise _refuse(node, "a value with a batch axis")
        return value

    def store(self, node: Node) -> _native.Store:
        value = self.value(node)
        if isinstance(value, int):
            raise _refuse(node, "a value without a batch axis")
        return value

    def map(self, formula: Formula) -> _native.Map:
        canonical = formula.canonical
        scalars: list[tuple[str, float]] = []
        for kind, value in canonical.scalars:
            if kind == "step":
                scalars.append(("step", float(self.scalars.index(value))))
            else:
                scalars.append((kind, float(value or 0.0)))
        code: list[tuple[int, int, int, int, int]] = []
        for op, dst, operands in canonical.code:
            a, b, c = (*operands, 0, 0)[:3]
            code.append((_OPCODES[op], dst, a, b, c))
        return _native.Map(canonical.key, canonical.inputs, code, list(canonical.outputs), scalars)

    def summand(self, node: Node) -> tuple[Formula, tuple[Node, ...]]:
        """The formula summed by a ``sum`` over a value without batch axis, and its operands."""
        (x,) = node.inputs
        if node.attrs["axes"] != tuple(range(x.rank)):
            raise _refuse(node, "a sum over all axes of a parameter")
        is_single = x.op == "pointwise" and len(x.attrs["formula"].outputs) == 1
        if is_single and all(i.shape in (x.shape, ()) for i in x.inputs):
            if len(self._users[x]) == 1:
                self._absorbed.add(x)
            return x.attrs["formula"], x.inputs
        return _IDENTITY, (x,)

    def new_buffer(self, node: Node) -> int:
        per_sample, cols = matrix_view(node.shape)
        return self.plan.buffer(cols, per_sample)

    def _emit(self, node: Node) -> None:
        emit = _EMITTERS.get(node.op)
        if emit is None:
            raise _refuse(node, "an operation with a native kernel")
        emit(self, node)

    def set(self, node: Node, value: Value) -> None:
        self._values[node] = value

    # Results of formulas: in place where the graph writes them, else of their own.

    def result_stores(self, node: Node, count: int) -> list[_native.Store]:
        """Where each result of a node without batch axis goes; sets the node's items."""
        targets: list[_native.Store | None] = [None] * count
        for name, producer in self._written.items():
            if producer is node:
                root = self.graph.writes[name]
                index = root.attrs["index"] if root.op == "item" else 0
                if targets[index] is None:
                    targets[index] = self.stores[name]
                    self._emit_readers(name, node)
        shape = tuple(int(s or 0) for s in node.shape) or (1,)
        stores = [t if t is not None else _native.Store(shape) for t in targets]
        self._set_results(node, list(stores))
        return stores

    def result_buffers(self, node: Node, count: int) -> list[int]:
        buffers = [self.new_buffer(node) for _ in range(count)]
        self._set_results(node, list(buffers))
        return buffers

    def _set_results(self, node: Node, values: list[Value]) -> None:
        if len(values) == 1:
            self.set(node, values[0])
        for user in self._users.get(node, ()):
            if user.op == "item":
                self.set(user, values[user.attrs["index"]])
        for root in self.graph.roots:
            if root.op == "item" and root.inputs[0] is node:
                self.set(root, values[root.attrs["index"]])
        self._values.setdefault(node, values[0])

    # Sources.

    def gather(self, node: Node, view: View, scale: float = 1.0, offset: float = 0.0) -> int:
        key = (node.attrs["name"], view, scale, offset)
        if key not in self._gathered:
            buffer = self.plan.buffer(view[1], view[0])
            self.plan.gather(self.sources.index(node.attrs["name"]), buffer, scale, offset)
            self._gathered[key] = buffer
        return self._gathered[key]

    def labels(self, node: Node, classes: int) -> int:
        if node.op == "reshape":
            node = node.inputs[0]
        if node.op != "input":
            raise _refuse(node, "labels that come straight from the data")
        name = node.attrs["name"]
        if name not in self._labels:
            buffer = self.plan.labels()
            self.plan.gather_labels(self.sources.index(name), buffer, classes)
            self._labels[name] = buffer
        return self._labels[name]


def _producer(node: Node) -> Node:
    return node.inputs[0] if node.op == "item" else node


def _step_names(nodes: list[Node]) -> set[str]:
    return {
        value
        for node in nodes
        if "formula" in node.attrs
        for kind, value in node.attrs["formula"].canonical.scalars
        if kind == "step"
    }


# Linear forms: a Rescaling becomes the gather's scale and offset, a penalty a sum over a store.


def _linear(e: Expr) -> dict[Expr | None, float] | None:
    """Coefficients of the inputs (None: the constant) if the expression is linear in them."""
    if e.op == "const":
        return {None: e.value}
    if e.op == "input":
        return {e: 1.0}
    parts = [_linear(a) for a in e.args]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    if e.op in ("add", "sub", "neg"):
        signs = {"add": (1.0, 1.0), "sub": (1.0, -1.0), "neg": (-1.0,)}[e.op]
        total: dict[Expr | None, float] = {}
        for sign, part in zip(signs, known, strict=True):
            for key, value in part.items():
                total[key] = total.get(key, 0.0) + sign * value
        return total
    if e.op in ("mul", "div"):
        a, b = known
        if e.op == "mul" and set(a) == {None}:
            a, b = b, a
        if set(b) == {None}:
            factor = b[None] if e.op == "mul" else 1.0 / b[None]
            return {key: value * factor for key, value in a.items()}
    return None


def _linear_parts(term: Node) -> list[tuple[float, Node]]:
    """A scalar term as a weighted sum of scalar values (itself, where it is not linear)."""
    if term.op == "pointwise" and term.inputs:
        coefficients = _linear(term.attrs["formula"].outputs[0])
        if coefficients is not None and None not in coefficients:
            return [
                (c * inner, part)
                for e, c in coefficients.items()
                if e is not None
                for inner, part in _linear_parts(term.inputs[e.value])
            ]
    return [(1.0, term)]


def _number(node: Node) -> float | None:
    """The value of a node that is one number whatever the data."""
    if node.op == "constant" and node.attrs["value"].size == 1:
        return float(node.attrs["value"].item())
    if node.op == "pointwise" and not node.inputs:
        only = node.attrs["formula"].outputs[0]
        return float(only.value) if only.op == "const" else None
    return None


def _affine(formula: Formula) -> tuple[float, float] | None:
    """(scale, offset) of a formula a·x + b of its only input."""
    if formula.inputs != 1 or len(formula.outputs) != 1:
        return None
    coefficients = _linear(formula.outputs[0])
    if coefficients is None:
        return None
    return coefficients.get(input_expr(0), 0.0), coefficients.get(None, 0.0)


# One function an operation.


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
    affine = _affine(formula)
    if affine is not None and rooted is not None and rooted.op == "input":
        low.set(node, low.gather(rooted, matrix_view(node.shape), *affine))
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
                raise _refuse(node, "operands that differ in their last axis only")
        elif int(np.prod([int(s or 0) for s in x.shape[:-1]], dtype=np.int64)) > 1:
            raise _refuse(node, "vectors beside values with a batch axis")


def _emit_broadcast(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    if not node.has_batch:
        store = _native.Store(tuple(int(s or 0) for s in node.shape))
        low.plan.map_store(low.map(_IDENTITY), [low.store(x)], [store])
        low.set(node, store)
        return
    out = low.new_buffer(node)
    if x.op == "pointwise" and not x.inputs:
        low.plan.map_rows(low.map(x.attrs["formula"]), [], [out])
    else:
        _check_views(node, (x,))
        low.plan.map_rows(low.map(_IDENTITY), [low.value(x)], [out])
    low.set(node, out)


def _emit_product(low: Lowering, node: Node) -> None:
    """matmul and matmul_map: forward, input gradient or weight gradient, with an epilogue."""
    a, b, *others = node.inputs
    formula: Formula = node.attrs.get("formula", _IDENTITY)
    count = len(formula.outputs)
    map_ = low.map(formula)
    if node.attrs["transpose_a"]:
        x, dz = low.buffer(a), low.buffer(b)
        operands = [low.store(i) for i in others]
        low.plan.dense_weight_gradient(x, dz, map_, operands, low.result_stores(node, count))
        return
    if b.has_batch or not a.has_batch:
        raise _refuse(node, "a product of batch values with a parameter")
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
    formula: Formula = node.attrs.get("formula", _IDENTITY)
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
        raise _refuse(node, "a sum over the last axis, over all others, or over all")
    elif axes == (0,) and x.rank > 2:
        value = _reshaped(low, value, matrix_view(x.shape), (1, _width(x.shape)))
    outs = low.result_stores(node, len(formula.outputs))
    low.plan.column_sum(value, low.map(formula), [low.store(i) for i in others], outs)


def _width(shape: Shape) -> int:
    return int(np.prod([s for s in shape if s is not None], dtype=np.int64))


def _reshaped(low: Lowering, value: int, view: View, wanted: View) -> int:
    if view == wanted:
        return value
    out = low.plan.buffer(wanted[1], wanted[0])
    low.plan.reshape(value, out)
    return out


def _emit_max(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    per_sample, _ = matrix_view(x.shape)
    out = low.plan.buffer(1, per_sample)
    low.plan.reduce_rows("max", low.buffer(x), out)
    low.set(node, _reshaped(low, out, (per_sample, 1), matrix_view(node.shape)))


def _emit_reshape(low: Lowering, node: Node) -> None:
    (x,) = node.inputs
    if not node.has_batch:
        raise _refuse(node, "a value with a batch axis")
    wanted = matrix_view(node.shape)
    if x.op == "input":
        low.set(node, low.gather(x, wanted))
    else:
        low.set(node, _reshaped(low, low.buffer(x), matrix_view(x.shape), wanted))


def _emit_concatenate(low: Lowering, node: Node) -> None:
    out, start = low.new_buffer(node), 0
    for x in node.inputs:
        cols = matrix_view(x.shape)[1]
        low.plan.copy_columns(low.buffer(x), 0, out, start, cols)
        start += cols
    low.set(node, out)


def _emit_slice(low: Lowering, node: Node) -> None:
    out = low.new_buffer(node)
    start, stop = node.attrs["start"], node.attrs["stop"]
    low.plan.copy_columns(low.buffer(node.inputs[0]), start, out, 0, stop - start)
    low.set(node, out)


def _emit_pad(low: Lowering, node: Node) -> None:
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
        raise _refuse(node, "one label a sample")
    out = low.new_buffer(node)
    getattr(low.plan, node.op)(*values, out)
    low.set(node, out)


_EMITTERS: dict[str, Callable[[Lowering, Node], None]] = {
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
