"""From a model, its losses and its optimizer to the graphs that the engines run.

Three graphs over the same variables: one training step (loss, derivatives, update), one
evaluation step (totals only) and one prediction (outputs only).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import NotBuiltError, ParameterError, ShapeError, compose
from pronghorn._core.warn import warn
from pronghorn.ir import graph as g
from pronghorn.ir.draws import RANDOM_OPS
from pronghorn.ir.formula import Formula
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node, Shape, broadcast_to
from pronghorn.ir.labels import find_labels
from pronghorn.ir.passes import stabilise
from pronghorn.ir.scalar import lift, rows
from pronghorn.layers._emission import Emission, emit
from pronghorn.layers._host import HostCall
from pronghorn.layers._masks import refuse_masked_output
from pronghorn.layers._variable import Variable
from pronghorn.losses import Loss
from pronghorn.metrics import Metric
from pronghorn.optimizers import Optimizer
from pronghorn.optimizers._update import Trained, emit_updates
from pronghorn.training._measures import summed_metrics, total_sums, trace_measure
from pronghorn.training._objective import Target

__all__ = [
    "LOSS",
    "ROWS",
    "Step",
    "Task",
    "Trainable",
    "build_predict",
    "build_test",
    "build_train",
    "input_nodes",
]

# Totals that every step of training or evaluation adds up: rows seen, and the loss.
ROWS, LOSS = "rows", "loss"

# Formulas without operands, which the passes put into the formulas that read them.
_ONE = Formula(0, (lift(1.0),))
_ONE_PER_ROW = Formula(0, (lift(1.0) / rows(),))


class Trainable(Protocol):
    """What training asks of a model."""

    @property
    def input_names(self) -> list[str]: ...

    @property
    def output_names(self) -> list[str]: ...

    @property
    def input_shapes(self) -> list[Shape]: ...

    @property
    def output_shapes(self) -> list[Shape]: ...

    @property
    def is_open(self) -> bool:
        """Whether rows may be of several lengths; then ``lengths`` says which are meant."""

    @property
    def lengths(self) -> Mapping[str, Shape]:
        """Name of an input of the graph → the shape of its rows."""

    @lengths.setter
    def lengths(self, shapes: Mapping[str, Shape]) -> None: ...

    @property
    def host_calls(self) -> Sequence[HostCall]:
        """What is made of the inputs before rows go to the engine, in order."""

    def forward(self, nodes: Sequence[Node]) -> list[Node]:
        """The outputs for symbolic inputs, inside an emission."""

    @property
    def trainable_weights(self) -> list[Variable]: ...

    @property
    def own_loss(self) -> Callable[..., Any] | None:
        """What gives the whole loss in place of the losses of ``compile`` and the penalties."""

    @property
    def own_metrics(self) -> Sequence[Metric]:
        """The metrics that it and layers update."""

    @property
    def shown_metrics(self) -> Sequence[Metric] | None:
        """The metrics that logs are made of; None: those of ``compile`` and ``own_metrics``."""

    @property
    def own_result(self) -> Callable[[], Mapping[str, Any]] | None:
        """What makes the logs of the metrics, where the class defines it."""

    @property
    def own_reset(self) -> Callable[[], None] | None:
        """What begins a pass by resetting metrics, where the class defines it."""

    def pack_outputs(self, outputs: Sequence[Any]) -> Any:
        """The outputs in the structure in which the model gives them."""


@dataclass(frozen=True)
class Task:
    """What a step adds up: for each output its target and its weights (None: there are none).

    ``trainable``: the weights that training changes, and whose penalties count.
    """

    targets: tuple[Target, ...]
    target_shapes: tuple[Shape | None, ...]
    weight_shapes: tuple[Shape | None, ...]
    trainable: frozenset[Variable]


@dataclass(frozen=True)
class Step:
    """A graph and what stands behind its names.

    ``variables``: parameter name → variable. ``scalars``: names of the per-step numbers.
    ``labels``: input name → number of classes, where an input holds class numbers.
    """

    graph: Graph
    variables: Mapping[str, Variable]
    scalars: tuple[str, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def draws(self) -> bool:
        """Whether random numbers are drawn in it."""
        return any(node.op in RANDOM_OPS for node in self.graph.nodes())

    @cached_property
    def is_free_of_batches(self) -> bool:
        """Whether the totals are the same for every way to cut the rows into batches."""
        return not self.graph.writes and not any(
            any(operand.has_batch for operand in node.inputs)
            for node in self.graph.nodes()
            if not node.has_batch
        )


def build_predict(model: Trainable) -> Step:
    """The outputs, by their position: "0", "1", …"""
    with emit(training=False) as emission:
        outputs = model.forward(input_nodes(model))
    named = {str(i): node for i, node in enumerate(outputs)}
    graph = Graph(outputs=named)
    return Step(graph, emission.variables, labels=find_labels(graph))


def build_test(model: Trainable, task: Task) -> Step:
    """Totals of losses and metrics, layers in their inference form."""
    forward, emission = build_forward(model, task, training=False)
    return Step(forward, emission.variables, labels=find_labels(forward))


def build_train(
    model: Trainable,
    task: Task,
    optimizer: Optimizer,
    slots: Mapping[Variable, Mapping[str, Variable]],
) -> Step:
    """Totals, and the new value of every trainable weight and of its slots.

    The step is abandoned, with nothing written, where the loss is not finite.
    """
    forward, emission = build_forward(model, task, training=True)
    variables = dict(emission.variables)
    found = differentiate_loss(forward, variables, task, None, optimizer.loss_scale_factor)
    if variables and not found:
        # Its loss is told all the same, as in Keras; a model without weights has nothing to learn.
        warn(
            compose(
                "fit",
                expected="a loss, and a trainable weight that it depends on",
                received="none, so nothing is learned",
                remedy="Compile with loss='mse' or another, and set layer.trainable = True before",
            )
        )
    trained: list[Trained] = []
    for name, (weight, gradient) in found.items():
        state = slots[variables[name]]
        held = {slot: g.parameter(f"{name}/{slot}", v.shape) for slot, v in state.items()}
        trained.append(Trained(name, variables[name], weight, gradient, held))
    updates = emit_updates(optimizer, trained)
    for part in trained:
        for slot, variable in slots[part.variable].items():
            if f"{part.name}/{slot}" in updates:
                variables[f"{part.name}/{slot}"] = variable
    writes: dict[str, Node] = {**forward.writes, **updates}
    graph = Graph(totals=forward.totals, writes=writes, guard=LOSS, tallies=forward.tallies)
    scalars = tuple(optimizer.step_scalars(np.zeros(0, np.int64)))
    return Step(graph, variables, scalars, find_labels(forward))


def differentiate_loss(
    forward: Graph,
    variables: Mapping[str, Variable],
    task: Task,
    what: str | None,
    factor: float | None = None,
) -> dict[str, tuple[Node, Node | None]]:
    """Name → weight and d loss / d weight (times ``factor``), of every trainable weight.

    Raises NotBuiltError, naming ``what``, where there is none; with ``what`` None that is no error.
    """
    # The passes may have rebuilt the nodes: parameters are found again by name.
    nodes = {n.attrs["name"]: n for n in forward.nodes() if n.op == "parameter"}
    trainable = [name for name, v in variables.items() if v in task.trainable and name in nodes]
    if not trainable and what is not None:
        raise NotBuiltError(
            compose(
                what,
                expected="at least one trainable weight that the loss depends on",
                received="none",
                remedy="Set layer.trainable = True and compile again, or add a layer with weights",
            )
        )
    found = slopes(forward, [nodes[name] for name in trainable], factor)
    return {name: (nodes[name], gradient) for name, gradient in zip(trainable, found, strict=True)}


def slopes(forward: Graph, nodes: Sequence[Node], factor: float | None = None) -> list[Node | None]:
    """d loss / d node (times ``factor``); None for a node on which the loss does not depend."""
    return gradients(_seed(forward.totals[LOSS], factor), nodes)


def input_nodes(model: Trainable) -> list[Node]:
    """The rows of each input, as symbolic values."""
    return [
        g.input_node(f"x:{name}", model.lengths.get(f"x:{name}", shape))
        for name, shape in zip(model.input_names, model.input_shapes, strict=True)
    ]


def build_forward(model: Trainable, task: Task, *, training: bool) -> tuple[Graph, Emission]:
    """The totals of a task, and what the layers left behind while they were called."""
    forward, emission = build_plain(model, task, training=training)
    return stabilise(forward), emission


def build_plain(model: Trainable, task: Task, *, training: bool) -> tuple[Graph, Emission]:
    """``build_forward`` before any pass: the loss is computed from the outputs as they are."""
    # A term of every row, not a constant: after an interruption it tells how far a run came.
    ones = broadcast_to(g.pointwise(_ONE), (None,))
    totals: dict[str, tuple[Node, ...]] = {ROWS: (ones,)}
    loss_terms: list[Node] = []
    with emit(training) as emission:
        outputs = model.forward(input_nodes(model))
        given: list[tuple[Node, Node | None]] = []
        for i, target in enumerate(task.targets):
            shape = task.target_shapes[i]
            if shape is None:
                continue
            y = g.input_node(f"y:{target.output}", shape)
            weighted = task.weight_shapes[i]
            w = None if weighted is None else g.input_node(f"w:{target.output}", weighted)
            given.append((y, w))
            for goal in target.goals if model.own_loss is None else ():
                refuse_masked_output(target.output, outputs[i])
                term = _loss_term(goal.loss, y, outputs[i], w)
                if goal.key is not None:
                    # Of several losses with one name the last is told, as in Keras.
                    totals[goal.key] = (term,)
                loss_terms.append(term if goal.weight == 1.0 else term * goal.weight)
            for measure in target.measures:
                weights = w if measure.is_weighted else None
                trace_measure(measure, y, outputs[i], weights, emission)
        if model.own_loss is None:
            loss_terms += _penalties(task, emission)
        else:
            loss_terms = [_own_term(model, given, outputs, training)]
    totals[LOSS] = tuple(loss_terms) or (g.constant(np.array(0.0)),)
    sums, tallies = total_sums(dict(summed_metrics(task.targets, model.own_metrics)), emission)
    return Graph(totals={**totals, **sums}, writes=emission.written(), tallies=tallies), emission


def _own_term(
    model: Trainable,
    given: Sequence[tuple[Node, Node | None]],
    outputs: Sequence[Node],
    training: bool,
) -> Node:
    """The loss that the model's own function gives of inputs, targets and outputs."""
    assert model.own_loss is not None
    inputs, targets = input_nodes(model), [y for y, _ in given]
    weights = [w for _, w in given]
    value: Node = model.own_loss(
        _unlist(inputs),
        _unlist(targets),
        model.pack_outputs(outputs),
        None if all(w is None for w in weights) else _unlist(weights),
        training=training,
    )
    return value if value.rank < 2 else _row_means(value)


def _unlist(values: Sequence[Any]) -> Any:
    """None, the one value, or a list of several."""
    return None if not values else values[0] if len(values) == 1 else list(values)


def _penalties(task: Task, emission: Emission) -> Iterable[Node]:
    """Scalar terms: trainable weights with a regularizer, and outputs with one."""
    # A regularizer may read further variables.
    for variable in list(emission.variables.values()):
        if variable.regularizer is not None and variable in task.trainable:
            yield variable.regularizer(emission.parameter(variable))
    yield from emission.penalties


def _loss_term(loss: Loss, y: Node, p: Node, w: Node | None) -> Node:
    """The loss as a total: one value a row, or one for the batch.

    A row term is summed and divided by the rows; a batch term counts once for each row, so that
    an epoch weighs it by the size of its batch (as Keras does).
    """
    values = loss.call(y, p)
    if not isinstance(values, Node):
        raise ParameterError(
            compose(
                f"loss {loss.name!r}",
                expected="a function of symbolic values",
                received=f"a {type(values).__name__}",
                remedy="Write it with pronghorn.ops",
            )
        )
    if not values.has_batch:
        reduced: Node = ops.sum(values) if loss.reduction == "sum" else ops.mean(values)
        if w is None:
            return reduced
        # One number for the batch, weighted by row: each row has it.
        values = broadcast_to(reduced, (None,))
    w = loss.weigh(y, None if w is None else _align(loss, w, values))
    if loss.reduction == "sum":
        total: Node = ops.sum(values if w is None else values * w)
        return total
    if loss.reduction == "mean_with_sample_weight" and w is not None:
        weights = broadcast_to(w, values.shape)
        size = ops.sum(weights)
        # All weights 0 make the loss 0, not 0 / 0.
        share = ops.divide(ops.sum(values * weights), size)
        weighted: Node = ops.where(ops.equal(size, 0.0), 0.0, share)
        return weighted
    return _row_means(values if w is None else values * w)


def _align(loss: Loss, w: Node, values: Node) -> Node:
    """Weights (n,), (n, t), … beside values (n, t, …)."""
    if w.rank == values.rank + 1 and w.shape[-1] == 1:
        w = g.reshape(w, w.shape[:-1])
    if w.rank > values.rank or any(
        m not in (1, n) for m, n in zip(w.shape, values.shape, strict=False)
    ):
        raise ShapeError(
            compose(
                "sample_weight",
                expected=f"a shape that begins as that of the values of the loss "
                f"{loss.name!r}, {values.shape}",
                received=f"weights of shape {w.shape}",
                remedy="Pass one weight a row, shape (n,)",
            )
        )
    return g.reshape(w, (*w.shape, *(1 for _ in values.shape[w.rank :])))


def _row_means(values: Node) -> Node:
    """(n, …) → (n,)."""
    if values.rank == 1:
        return values
    means: Node = ops.mean(values, axis=tuple(range(1, values.rank)))
    return means


def _seed(terms: Iterable[Node], factor: float | None) -> dict[Node, Node]:
    """d loss / d term: 1 / rows for each row of a row term, 1 for a batch term; times a factor."""
    seeds: dict[Node, Node] = {}
    for term in terms:
        share = _ONE_PER_ROW if term.has_batch else _ONE
        if factor is not None:
            share = Formula(0, (share.outputs[0] * factor,))
        seed = broadcast_to(g.pointwise(share), term.shape)
        seeds[term] = seeds[term] + seed if term in seeds else seed
    return seeds
