"""Graph → plan: every node becomes steps of the native executor, in an order that is safe.

A value with a batch axis is a buffer of the plan, a matrix of (n · rows_per_sample, cols); a
value without one is a store (packed like the weights) or a fixed buffer (one row of its elements),
whichever its step wrote, and the other on request. Updates are done in place where ``_order.py``
finds an order for them: a step that writes a parameter is emitted only after every other reader
of that parameter. Going through the writes from the last layer to the first, each product for an
input gradient then stands right before the weight gradient of the same layer, and the executor
runs the two as one sweep.
"""

from __future__ import annotations

from collections.abc import Mapping

from pronghorn import _native
from pronghorn.engines._emitters import EMITTERS
from pronghorn.engines._order import find_in_place
from pronghorn.engines._views import IDENTITY, Value, View, matrix_view, refuse, width
from pronghorn.engines._weight_terms import WeightTerms
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph, Node, users
from pronghorn.ir.labels import find_labels, label_source
from pronghorn.ir.scalar import SCALAR_OPS

__all__ = ["Lowering"]

_OPCODES = {name: code for code, name in enumerate(SCALAR_OPS)}


class Lowering:
    """One graph made into one plan; ``plan`` is ready once the constructor returns."""

    def __init__(self, graph: Graph, stores: Mapping[str, _native.Store], batch: int) -> None:
        self.graph, self.stores = graph, stores
        self.nodes = graph.nodes()
        self.plan = _native.Plan(batch)
        self.sources: list[str] = sorted({n.attrs["name"] for n in self.nodes if n.op == "input"})
        self.scalars: list[str] = sorted(_step_names(self.nodes))
        self.accumulators: dict[str, int] = {}
        self.tallies: dict[str, tuple[int, int]] = {}
        self.outputs: dict[str, tuple[int, View]] = {}
        self._values: dict[Node, Value] = {}
        self._rows: dict[Node, int] = {}
        self._packed: dict[Node, _native.Store] = {}
        self._words: dict[tuple[int, bool, str], int] = {}
        self._gathered: dict[tuple[str, View, float, float], int] = {}
        self._labels: dict[str, int] = {}
        self._users = users(self.nodes)
        self._classes = find_labels(graph)
        self._in_place = find_in_place(graph)
        self._pending: set[Node] = set()
        self._absorbed: set[Node] = set()
        self.weight_terms = WeightTerms(self)
        self.weight_terms.start_early()
        self._emit_rows()
        self._lower_totals()
        self._lower_tallies()
        self._lower_writes()
        self._lower_outputs()

    # Roots.

    def _emit_rows(self) -> None:
        """The forward pass, and whatever else each row of it allows without a wide product.

        Loss gradients then stand before the totals: all of it is split by rows and needs no
        barrier in between.
        """
        for terms in self.graph.totals.values():
            for term in terms:
                if term.has_batch and _repeated_number(term) is None:
                    self.buffer(term)
        for node in self.nodes:
            is_wide = node.op.startswith("matmul") and not _is_narrow_gradient(node)
            is_row_step = node.has_batch and not is_wide and _repeated_number(node) is None
            is_next = any(x in self._values or _is_step_number(x) for x in node.inputs)
            if is_row_step and is_next and all(map(self._is_ready, node.inputs)):
                self.value(node)

    def _is_ready(self, node: Node) -> bool:
        return node in self._values or node.op == "input" or _is_step_number(node)

    def _lower_totals(self) -> None:
        guard = self.graph.guard
        for name in sorted(self.graph.totals, key=lambda name: name != guard):
            accumulator = self.accumulators[name] = self.plan.accumulator()
            for term in self.graph.totals[name]:
                self._lower_term(term, accumulator)
            if name == guard:
                self.plan.guard(accumulator)

    def _lower_tallies(self) -> None:
        for name, node in self.graph.tallies.items():
            columns = int(node.shape[-1] or 0)
            first, *_ = (self.plan.accumulator() for _ in range(columns))
            self.plan.tally(self.buffer(node), first)
            self.tallies[name] = (first, columns)

    def _lower_term(self, term: Node, accumulator: int) -> None:
        each = _repeated_number(term)
        if each is not None:
            self.plan.count(each, accumulator)
        elif term.has_batch:
            value = self.buffer(term)
            if matrix_view(term.shape) != (1, 1):
                value = self._row_sums(value, term)
            self.plan.total(value, accumulator)
        else:
            self.weight_terms.add(term, accumulator)

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
        """New values first, in place where that can be; then the copies of the others.

        A parameter that becomes the value of another is set aside before anything overwrites it.
        """
        writes = list(self.graph.writes.items())[::-1]
        apart = [(name, node) for name, node in writes if name not in self._in_place]
        apart.sort(key=lambda write: write[1].op != "parameter")
        values = {name: self._set_aside(name, self.value(node)) for name, node in apart}
        for name, node in writes:
            if name in self._in_place:
                self._emit_readers(name, self._in_place[name])
                values[name] = self.value(node)
        for name, value in values.items():
            store = self.stores[name]
            if isinstance(value, int):
                self.plan.pack(value, store)
            elif value is not store:
                self.plan.map_store(self.map(IDENTITY), [value], [store])

    def _set_aside(self, name: str, value: Value) -> Value:
        overwritten = [self.stores[x] for x in self.graph.writes if x != name]
        if isinstance(value, int) or not any(value is store for store in overwritten):
            return value
        copy = _native.Store(value.shape)
        self.plan.map_store(self.map(IDENTITY), [value], [copy])
        return copy

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
                raise refuse(node, "an update that does not need its own result")
            self._pending.add(node)
            self._emit(node)
            self._pending.discard(node)
        return self._values[node]

    def buffer(self, node: Node) -> int:
        value = self.value(node)
        if not isinstance(value, int):
            raise refuse(node, "a value with a batch axis")
        return value

    def precision(self, node: Node) -> str:
        """How a product is computed: "high" in float32 where three products take longer."""
        wanted: str = node.attrs.get("precision", "float32")
        return "float32" if wanted == "high" and not split_pays(self.plan) else wanted

    def factor(
        self, node: Node, precision: str, *, across: bool = False, side: str = "left"
    ) -> int:
        """A value with a batch axis as a product takes it: its floats, or words of them rounded,
        packed along or across its rows; of three parts for "high"."""
        value = self.buffer(node)
        if precision == "float32":
            return value
        split = side if precision == "high" else "none"
        key = (value, across, split)
        if key not in self._words:
            self._words[key] = self.plan.words(value, across, split)
            self.plan.round_rows(value, self._words[key])
        return self._words[key]

    def store(self, node: Node) -> _native.Store:
        """A value without batch axis, laid out like a weight of its shape."""
        value = self.value(node)
        if isinstance(value, _native.Store):
            return value
        if node.has_batch:
            raise refuse(node, "a value without a batch axis")
        if node not in self._packed:
            self._packed[node] = _native.Store(_store_shape(node))
            self.plan.pack(value, self._packed[node])
        return self._packed[node]

    def elements(self, node: Node) -> int:
        """A value as a buffer: rows of the batch, or one fixed row of all its elements."""
        value = self.value(node)
        if isinstance(value, int):
            return value
        if node not in self._rows:
            self._rows[node] = self.plan.buffer(width(node.shape), fixed=True)
            self.plan.unpack(value, self._rows[node])
        return self._rows[node]

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
        if x in self._values:
            return IDENTITY, (x,)
        is_single = x.op == "pointwise" and len(x.attrs["formula"].outputs) == 1
        if is_single and all(i.shape in (x.shape, ()) for i in x.inputs):
            if len(self._users[x]) == 1:
                self._absorbed.add(x)
            return x.attrs["formula"], x.inputs
        return IDENTITY, (x,)

    def new_buffer(self, node: Node) -> int:
        per_sample, cols = matrix_view(node.shape)
        return self.plan.buffer(cols, per_sample)

    def _emit(self, node: Node) -> None:
        emit = EMITTERS.get(node.op)
        if emit is None:
            raise refuse(node, "an operation with a native kernel")
        emit(self, node)

    def set(self, node: Node, value: Value) -> None:
        self._values[node] = value

    # Results of formulas: in place where the graph writes them, else of their own.

    def result_stores(self, node: Node, count: int) -> list[_native.Store]:
        """Where each result of a node without batch axis goes; sets the node's items."""
        targets: list[_native.Store | None] = [None] * count
        for name, producer in self._in_place.items():
            if producer is node:
                root = self.graph.writes[name]
                index = root.attrs["index"] if root.op == "item" else 0
                if targets[index] is None:
                    targets[index] = self.stores[name]
                    self._emit_readers(name, node)
        # Of one shape, also where a number is written to a parameter that has its own.
        shape = next((t.shape for t in targets if t is not None), _store_shape(node))
        stores = [t if t is not None else _native.Store(shape) for t in targets]
        self.set_results(node, list(stores))
        return stores

    def result_buffers(self, node: Node, count: int) -> list[int]:
        buffers = [self.new_buffer(node) for _ in range(count)]
        self.set_results(node, list(buffers))
        return buffers

    def set_results(self, node: Node, values: list[Value]) -> None:
        """The values of a node and of its items."""
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

    def labels(self, node: Node) -> int:
        """Class numbers straight from the data, in whatever shape."""
        source = label_source(node)
        if source is None:
            raise refuse(node, "labels that come straight from the data")
        name = source.attrs["name"]
        if name not in self._labels:
            buffer = self.plan.labels(width(source.shape))
            self.plan.gather_labels(self.sources.index(name), buffer, self._classes[name])
            self._labels[name] = buffer
        return self._labels[name]


def split_pays(plan: _native.Plan) -> bool:
    """Whether this machine multiplies three parts faster than floats."""
    return plan.split_pays


# Columns of a layer so narrow that its input gradient is split by rows, like the loss before it.
_NARROW = 16


def _is_narrow_gradient(node: Node) -> bool:
    is_input_gradient = node.attrs.get("transpose_b", False)
    return bool(is_input_gradient) and (node.inputs[0].shape[-1] or 0) <= _NARROW


def _repeated_number(term: Node) -> float | None:
    """What a total adds for each sample, where that is the same constant."""
    x = term.inputs[0] if term.op == "broadcast" and term.has_batch else term
    if x.op != "pointwise" or x.inputs or width(term.shape) != 1 or not term.has_batch:
        return None
    value, *others = x.attrs["formula"].outputs
    return float(value.value) if value.op == "const" and not others else None


def _is_step_number(node: Node) -> bool:
    """A formula of step scalars alone, such as 1 / rows."""
    return node.op == "pointwise" and not node.inputs


def _store_shape(node: Node) -> tuple[int, ...]:
    return tuple(int(s or 0) for s in node.shape) or (1,)


def _step_names(nodes: list[Node]) -> set[str]:
    return {
        value
        for node in nodes
        if "formula" in node.attrs
        for kind, value in node.attrs["formula"].canonical.scalars
        if kind == "step"
    }
