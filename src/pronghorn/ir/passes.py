"""Passes: pure functions from graph to graph that keep its meaning.

``stabilise`` runs on the forward graph, before derivatives are taken. ``prepare`` runs the others,
in order, on the whole step:

- ``simplify``: one node for equal values, identities dropped, reshapes moved to the data;
- ``fuse_pointwise``: chains of formulas become one formula;
- ``fuse_products``: a formula that follows a matrix product or a column sum becomes its epilogue
  (bias and activation; derivative of an activation; optimizer update), so that an engine may run
  it on each tile while the tile is in cache.

Every fused node keeps the unfused meaning as its row in ``ir/ops.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pronghorn.ir.formula import Formula, single, trace
from pronghorn.ir.fusion import fits, fuse_pointwise, fuse_products
from pronghorn.ir.graph import (
    Graph,
    Node,
    Shape,
    broadcast,
    compact,
    pointwise,
    rowwise,
    sum_axes,
    users,
)
from pronghorn.ir.node import are_same
from pronghorn.ir.rewrite import Rule, rewrite, with_inputs
from pronghorn.ir.scalar import Expr, apply, const, input_expr, substitute

__all__ = ["PASSES", "prepare", "simplify", "stabilise"]


def prepare(graph: Graph) -> Graph:
    """The step as the engines take it."""
    for run in PASSES:
        graph = run(graph)
    return graph


# Before derivatives: cross-entropy from logits.


def _of_logit(t: Expr, z: Expr) -> Expr:
    # max(z, 0) - z t + log(1 + e^-|z|), its halves joined so that the slope at 0 is 1/2 - t.
    positive = apply("ge", z, 0.0)
    upper = apply("select", positive, z, 0.0)
    return upper - z * t + apply("softplus", apply("select", positive, -z, z))


_BINARY_OF_LOGIT = trace(_of_logit, 2, name="binary_crossentropy_of_logit")
_SIGMOID = single("sigmoid")


def stabilise(graph: Graph) -> Graph:
    """Take the logits in front of a softmax or sigmoid whose result goes into a cross-entropy.

    log(softmax(z)) and log(sigmoid(z)) lose everything where the exponential underflows; from z
    the loss is exact and its gradient does not vanish (Keras on TensorFlow does the same).
    """
    return rewrite(graph, lambda node: _hit_logits(_take_logits(node)))


def _take_logits(node: Node) -> Node:
    if _formula_name(node) == "log_probability" and _is_normalized(*node.inputs):
        return rowwise("log_softmax", node.inputs[0].inputs[0])
    if node.op in ("sparse_xent", "dense_xent") and node.inputs[0].op == "log_softmax":
        # It takes the log_softmax of its operand, and that of a log_softmax is itself.
        return with_inputs(node, (node.inputs[0].inputs[0], node.inputs[1]))
    if _formula_name(node) == "binary_crossentropy_of_probability" and len(node.inputs) == 2:
        target, p = node.inputs
        # By the formula: somebody's own activation may be called "sigmoid" as well.
        if p.op == "pointwise" and p.attrs["formula"] == _SIGMOID:
            return pointwise(_BINARY_OF_LOGIT, target, p.inputs[0])
    return node


def _is_normalized(p: Node, total: Node) -> bool:
    """A softmax, and its own sum over the classes."""
    return p.op == "softmax" and total.op == "sum" and total.inputs == (p,)


def _hit_logits(node: Node) -> Node:
    """argmax(softmax(z)) = argmax(z)."""
    if node.op in ("sparse_hit", "dense_hit") and node.inputs[0].op == "softmax":
        return with_inputs(node, (node.inputs[0].inputs[0], node.inputs[1]))
    return node


def _formula_name(node: Node) -> str:
    return node.attrs["formula"].name if node.op == "pointwise" else ""


# Simplification.


def simplify(graph: Graph) -> Graph:
    def rule(node: Node) -> Node:
        node = _turn_product(_fold_constants(_merge_operands(node)))
        return _lift_ones(_merge_reshapes(_drop_broadcasts(_drop_identity(node))))

    graph = _merge_equal(graph, rule)
    uses = users(graph.nodes())
    return _merge_equal(graph, lambda node: _hoist_reshape(node, uses))


def _merge_equal(graph: Graph, rule: Rule) -> Graph:
    """Every node by a rule, and one node for equal results."""
    seen: dict[tuple[object, ...], Node] = {}
    kept: set[Node] = set()

    def unique(node: Node) -> Node:
        if node in kept:
            return node
        # A rule may have made more than one node: the operands are its own as well.
        node = with_inputs(node, tuple(map(unique, node.inputs)))
        key = (node.op, node.inputs, node.shape, _frozen(node.attrs))
        found = seen.setdefault(key, node)
        kept.add(found)
        return found

    def merged(node: Node) -> Node:
        return unique(rule(node))

    return rewrite(graph, merged)


def _frozen(attrs: Mapping[str, object]) -> tuple[object, ...]:
    parts: list[object] = []
    for name, value in attrs.items():
        parts.append((name, value if value.__hash__ is not None else id(value)))
    return tuple(parts)


def _fold_constants(node: Node) -> Node:
    """A constant of one element is a number of the formula."""
    if node.op == "broadcast" and _is_number(node.inputs[0]):
        value = const(node.inputs[0].attrs["value"].item())
        number = Node("pointwise", (), (), {"formula": Formula(0, (value,))})
        return number if node.shape == () else with_inputs(node, (number,))
    if node.op != "pointwise" or not any(_is_number(x) for x in node.inputs):
        return node
    kept = [i for i, x in enumerate(node.inputs) if not _is_number(x)]
    shapes = [node.inputs[i].shape for i in kept]
    if node.shape != () and broadcast(shapes, "pointwise") != node.shape:
        return node
    formula: Formula = node.attrs["formula"]
    mapping: dict[Expr, Expr] = {input_expr(old): input_expr(new) for new, old in enumerate(kept)}
    for i, x in enumerate(node.inputs):
        if _is_number(x):
            mapping[input_expr(i)] = const(x.attrs["value"].item())
    folded = Formula(
        len(kept), substitute(formula.outputs, mapping), formula.approximate, formula.name
    )
    if not fits(folded):
        return node
    folded, operands = compact(folded, tuple(node.inputs[i] for i in kept))
    return Node("pointwise", operands, node.shape, {"formula": folded})


def _is_number(node: Node) -> bool:
    return node.op == "constant" and node.attrs["value"].size == 1


def _merge_operands(node: Node) -> Node:
    """Operands that turned out to be one value are one operand."""
    if node.op != "pointwise" or len(set(node.inputs)) == len(node.inputs):
        return node
    formula, operands = compact(node.attrs["formula"], node.inputs)
    return Node("pointwise", operands, node.shape, {"formula": formula})


def _drop_identity(node: Node) -> Node:
    if node.op == "pointwise":
        formula: Formula = node.attrs["formula"]
        same = formula.outputs == (input_expr(0),) and formula.inputs == 1
        if same and node.inputs[0].shape == node.shape:
            return node.inputs[0]
    if node.op == "broadcast" and node.inputs[0].shape == node.shape:
        return node.inputs[0]
    if node.op in ("sum", "max", "prod"):
        (x,) = node.inputs
        if all(x.shape[axis] == 1 for axis in node.attrs["axes"]):
            return Node("reshape", (x,), node.shape)
    # Derivatives have been taken.
    return node.inputs[0] if node.op == "stop_gradient" else node


def _drop_broadcasts(node: Node) -> Node:
    """A formula repeats its operands by itself where another operand has the full shape."""
    if node.op != "pointwise":
        return node
    inputs = list(node.inputs)
    for i, operand in enumerate(inputs):
        source = _repeated(operand)
        if source is not operand:
            shapes = [x.shape for x in inputs]
            shapes[i] = source.shape
            if broadcast(shapes, "pointwise") == node.shape:
                inputs[i] = source
    if are_same(inputs, node.inputs):
        return node
    formula, operands = compact(node.attrs["formula"], tuple(inputs))
    return Node("pointwise", operands, node.shape, {"formula": formula})


def _repeated(node: Node) -> Node:
    """What a node repeats: one number behind any reshapes, or what a broadcast starts from.

    Axes of length 1 in front of a value without batch say no more than their absence.
    """
    source = node
    while source.op in ("broadcast", "reshape"):
        source = source.inputs[0]
    if source.shape == ():
        return source
    source = node.inputs[0] if node.op == "broadcast" else node
    if source.op == "reshape" and not source.has_batch:
        (x,) = source.inputs
        if _without_ones(x.shape) == _without_ones(source.shape):
            return x
    return source


def _without_ones(shape: Shape) -> Shape:
    first = next((i for i, s in enumerate(shape) if s != 1), len(shape))
    return shape[first:]


def _lift_ones(node: Node) -> Node:
    """Values without batch are computed without axes of length 1 in front, and get them last.

    A mean with its axes kept is then the same value as one without them, and the gradient of a
    vector that was reshaped beside a matrix is a sum with an update behind it.
    """
    shape = _without_ones(node.shape)
    if node.has_batch or shape == node.shape:
        return node
    if node.op == "sum" and node.attrs["keepdims"]:
        (x,) = node.inputs
        flat = sum_axes(x, node.attrs["axes"])
        return Node("reshape", (flat,), node.shape) if flat.shape == shape else node
    if node.op != "pointwise" or len(node.attrs["formula"].outputs) != 1:
        return node
    inputs = tuple(_repeated(x) if x.op == "reshape" else x for x in node.inputs)
    if not inputs or broadcast([x.shape for x in inputs], "pointwise") != shape:
        return node
    formula, inputs = compact(node.attrs["formula"], inputs)
    return Node("reshape", (Node("pointwise", inputs, shape, {"formula": formula}),), node.shape)


def _turn_product(node: Node) -> Node:
    """x (Wᵀ) and (aᵀ b)ᵀ are products that have kernels; W is a matrix without batch."""
    if node.op == "matmul" and node.inputs[1].op == "transpose":
        flags = node.attrs
        if not flags["transpose_a"]:
            turned = {**flags, "transpose_b": not flags["transpose_b"]}
            return Node("matmul", (node.inputs[0], *node.inputs[1].inputs), node.shape, turned)
    if node.op == "transpose" and node.rank == 2 and not node.has_batch:
        (x,) = node.inputs
        if x.op == "matmul" and x.attrs["transpose_a"]:
            return Node("matmul", (x.inputs[1], x.inputs[0]), node.shape, x.attrs)
    return node


def _merge_reshapes(node: Node) -> Node:
    if node.op != "reshape":
        return node
    (x,) = node.inputs
    if x.op == "reshape":
        x = x.inputs[0]
    return x if x.shape == node.shape else Node("reshape", (x,), node.shape)


def _hoist_reshape(node: Node, uses: Mapping[Node, list[Node]]) -> Node:
    """reshape(f(x)) = f(reshape(x)): a Flatten behind a Rescaling moves to the data itself.

    Only as far as that, through every formula on the way: between two formulas it keeps them apart.
    """
    if node.op != "reshape" or node.inputs[0].op != "pointwise" or not node.has_batch:
        return node
    f = node.inputs[0]
    alone = len(uses.get(f, ())) == 1 and len(f.attrs["formula"].outputs) == 1
    wide = [x for x in f.inputs if x.shape != ()]
    if not alone or len(wide) != 1 or wide[0].shape != f.shape:
        return node
    source = _merge_reshapes(Node("reshape", (wide[0],), node.shape))
    if wide[0].op not in ("input", "reshape"):
        source = _hoist_reshape(source, uses)
        if source.op == "reshape":
            return node
    moved = tuple(x if x.shape == () else source for x in f.inputs)
    return Node("pointwise", moved, node.shape, f.attrs)


PASSES: tuple[Callable[[Graph], Graph], ...] = (simplify, fuse_pointwise, fuse_products)
