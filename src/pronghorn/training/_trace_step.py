"""The graph of a step that is looked at: every value on the way, and every derivative."""

from __future__ import annotations

import numpy as np

from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node, order
from pronghorn.ir.labels import find_labels
from pronghorn.ir.passes import stabilise
from pronghorn.ir.scalar import lift
from pronghorn.layers._emission import Emission
from pronghorn.layers._variable import Variable
from pronghorn.training._step import (
    LOSS,
    Step,
    Task,
    Trainable,
    build_plain,
    differentiate_loss,
    slopes,
)

__all__ = ["GRADIENT", "PENALTY", "VALUES", "build_trace"]

# What the values of the i-th layer are called in the graph, by the name they have in a trace.
VALUES = {
    "activation": "a",
    "pre_activation": "z",
    "activation_gradient": "da",
    "pre_activation_gradient": "dz",
    "slope": "slope",
}
# Before the name of what a penalty is on; behind that of a weight whose gradient is kept.
PENALTY, GRADIENT = "penalty:", "/gradient"
_ONE = Formula(0, (lift(1.0),))


def build_trace(model: Trainable, task: Task) -> Step:
    """Outputs "a0", "z0", "da0", … of every layer with rows, and "loss", the terms of the rows.

    Gradients of weights are written to variables of their own, and the penalties are totals.
    Nothing else is written, and nothing stops the step: values that are not finite are shown.
    """
    plain, emission = build_plain(model, task, training=True)
    names = {variable: name for name, variable in emission.variables.items()}
    outputs = _layer_values(emission)
    terms = [term for term in plain.totals[LOSS] if term.has_batch and term.rank == 1]
    if terms:
        outputs["loss"] = _add(terms)
    totals = dict(plain.totals)
    for variable in emission.variables.values():
        if variable.regularizer is not None and variable in task.trainable:
            node = variable.regularizer(emission.parameter(variable))
            totals[PENALTY + names[variable]] = (node,)
    for layer, node in emission.penalized:
        name = PENALTY + layer.name
        totals[name] = (*totals.get(name, ()), node)
    plain = Graph(outputs=outputs, totals=totals, tallies=plain.tallies)
    forward = stabilise(plain)
    found = dict(forward.outputs)
    found.update(_value_gradients(plain, forward))
    variables = dict(emission.variables)
    writes: dict[str, Node] = {}
    for name, (weight, gradient) in differentiate_loss(
        forward, emission.variables, task, "trace"
    ).items():
        if gradient is not None:
            shape = tuple(int(size or 0) for size in weight.shape)
            variables[name + GRADIENT] = Variable(np.zeros(shape), trainable=False)
            writes[name + GRADIENT] = gradient
    graph = Graph(outputs=found, totals=forward.totals, writes=writes, tallies=forward.tallies)
    return Step(graph, variables, (), find_labels(graph))


def _layer_values(emission: Emission) -> dict[str, Node]:
    """The activation of each layer, what went into it, and its slope, by the layer's number."""
    found: dict[str, Node] = {}
    activated = list(emission.activated)
    for i, (layer, result) in enumerate(emission.results):
        if not result.has_batch:
            continue
        found[f"a{i}"] = result
        match = next((j for j, (of, _, _) in enumerate(activated) if of is layer), None)
        if match is None:
            continue
        # A layer that is used twice was noted twice, in the same order.
        _, z, a = activated.pop(match)
        found[f"z{i}"] = z
        slope = _slope(a, z)
        if slope is not None:
            found[f"slope{i}"] = slope
    return found


def _slope(a: Node, z: Node) -> Node | None:
    """da/dz, element by element; None where an element of a depends on several of z."""
    if a is z:
        return None
    between = [node for node in order([a]) if _depends(node, z)]
    if any(node.op not in ("pointwise", "item") for node in between if node is not z):
        return None
    ones = g.broadcast_to(g.pointwise(_ONE), a.shape)
    return gradients({a: ones}, [z])[0]


def _depends(node: Node, on: Node) -> bool:
    return any(found is on for found in order([node]))


def _value_gradients(plain: Graph, forward: Graph) -> dict[str, Node]:
    """ "da0", "dz0", …: d loss / d value."""
    names = [name for name in forward.outputs if name[0] in "az" and name[1:].isdigit()]
    exact = slopes(forward, [forward.outputs[name] for name in names])
    # Where the loss is taken from logits it does not depend on the probabilities any more.
    direct = slopes(plain, [plain.outputs[name] for name in names])
    found: dict[str, Node] = {}
    for name, gradient, plainly in zip(names, exact, direct, strict=True):
        chosen = plainly if gradient is None else gradient
        if chosen is not None:
            found["d" + name] = chosen
    return found


def _add(terms: list[Node]) -> Node:
    total, *others = terms
    for other in others:
        total = total + other
    return total
