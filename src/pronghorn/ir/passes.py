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

from pronghorn.ir.formula import Formula, compose, single, trace
from pronghorn.ir.graph import (
    Graph,
    Node,
    Shape,
    broadcast,
    compact,
    item,
    order,
    pointwise,
    users,
)
from pronghorn.ir.scalar import Expr, apply, const, input_expr, substitute

__all__ = ["fuse_pointwise", "fuse_products", "prepare", "simplify", "stabilise"]

# What one kernel takes (native/kernels/table.h: kMaxInputs, kMaxOutputs, kMaxScalars).
MAX_INPUTS, MAX_OUTPUTS, MAX_SCALARS = 12, 6, 32

Rule = Callable[[Node], Node]


def prepare(graph: Graph) -> Graph:
    """The step as the engines take it."""
    for run in PASSES:
        graph = run(graph)
    return graph


def rewrite(graph: Graph, rule: Rule) -> Graph:
    """Rebuild the graph from its leaves, each rebuilt node replaced by ``rule(node)``."""
    done: dict[Node, Node] = {}
    for node in graph.nodes():
        done[node] = rule(with_inputs(node, tuple(done[i] for i in node.inputs)))
    return graph.replace(done)


def with_inputs(node: Node, inputs: tuple[Node, ...]) -> Node:
    if inputs == node.inputs:
        return node
    return Node(node.op, inputs, node.shape, node.attrs)


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
    if node.op in ("sparse_xent", "dense_xent"):
        log_p = node.inputs[0]
        if _formula_name(log_p) == "log_probability" and _is_normalised(*log_p.inputs):
            return with_inputs(node, (log_p.inputs[0].inputs[0], node.inputs[1]))
    if _formula_name(node) == "binary_crossentropy_of_probability" and len(node.inputs) == 2:
        target, p = node.inputs
        # By the formula: somebody's own activation may be called "sigmoid" as well.
        if p.op == "pointwise" and p.attrs["formula"] == _SIGMOID:
            return pointwise(_BINARY_OF_LOGIT, target, p.inputs[0])
    return node


def _is_normalised(p: Node, total: Node) -> bool:
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
    seen: dict[tuple[object, ...], Node] = {}

    def rule(node: Node) -> Node:
        node = _fold_constants(_merge_operands(node))
        node = _merge_reshapes(_drop_broadcasts(_drop_identity(node)))
        key = (node.op, node.inputs, node.shape, _frozen(node.attrs))
        return seen.setdefault(key, node)

    graph = rewrite(graph, rule)
    uses = users(graph.nodes())
    return rewrite(graph, lambda node: _hoist_reshape(node, uses))


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
    if not _fits(folded):
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
    return node


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
    if tuple(inputs) == node.inputs:
        return node
    formula, operands = compact(node.attrs["formula"], tuple(inputs))
    return Node("pointwise", operands, node.shape, {"formula": formula})


def _repeated(node: Node) -> Node:
    """What a node repeats: the operand of a broadcast, or one number behind any reshapes."""
    source = node
    while source.op in ("broadcast", "reshape"):
        source = source.inputs[0]
    if source.shape == ():
        return source
    return node.inputs[0] if node.op == "broadcast" else node


def _merge_reshapes(node: Node) -> Node:
    if node.op != "reshape":
        return node
    (x,) = node.inputs
    if x.op == "reshape":
        x = x.inputs[0]
    return x if x.shape == node.shape else Node("reshape", (x,), node.shape)


def _hoist_reshape(node: Node, uses: Mapping[Node, list[Node]]) -> Node:
    """reshape(f(x)) = f(reshape(x)): a Flatten behind a Rescaling moves to the data itself."""
    if node.op != "reshape" or node.inputs[0].op != "pointwise" or not node.has_batch:
        return node
    f = node.inputs[0]
    alone = len(uses.get(f, ())) == 1 and len(f.attrs["formula"].outputs) == 1
    if not alone or any(x.shape not in (f.shape, ()) for x in f.inputs):
        return node
    moved = tuple(x if x.shape == () else _move_reshape(x, node.shape, uses) for x in f.inputs)
    return Node("pointwise", moved, node.shape, f.attrs)


def _move_reshape(x: Node, shape: Shape, uses: Mapping[Node, list[Node]]) -> Node:
    return _hoist_reshape(_merge_reshapes(Node("reshape", (x,), shape)), uses)


# Fusion of formulas.


def _fits(formula: Formula) -> bool:
    return (
        formula.inputs <= MAX_INPUTS
        and len(formula.outputs) <= MAX_OUTPUTS
        and formula.scalar_count <= MAX_SCALARS
    )


def fuse_pointwise(graph: Graph) -> Graph:
    """Chains of formulas become one; a value that is needed later stays as a further result."""
    while True:
        graph = _inline(graph)
        merged = _merge_one(graph)
        if merged is None:
            return graph
        while merged is not None:
            graph, merged = merged, _merge_one(merged)


def _use_counts(graph: Graph) -> dict[Node, int]:
    counts: dict[Node, int] = {n: len(u) for n, u in users(graph.nodes()).items()}
    for root in graph.roots:
        counts[root] = counts.get(root, 0) + 1
    return counts


def _is_single(node: Node) -> bool:
    return node.op == "pointwise" and len(node.attrs["formula"].outputs) == 1


def _inline(graph: Graph) -> Graph:
    """Put a formula that only one other formula reads into that one."""
    counts = _use_counts(graph)
    done: dict[Node, Node] = {}
    origin: dict[Node, Node] = {}
    for old in graph.nodes():
        node = with_inputs(old, tuple(done[i] for i in old.inputs))
        while node.op == "pointwise":
            shorter = _inline_operand(node, counts, origin)
            if shorter is None:
                break
            node = shorter
        done[old] = node
        origin[node] = old
    return graph.replace(done)


def _inline_operand(
    node: Node, counts: Mapping[Node, int], origin: Mapping[Node, Node]
) -> Node | None:
    for i, operand in enumerate(node.inputs):
        if not _is_single(operand):
            continue
        alone = counts.get(origin.get(operand, operand), 0) == 1
        if not operand.inputs or (alone and operand.shape == node.shape):
            formula = compose(node.attrs["formula"], i, operand.attrs["formula"], 0)
            rest = (*node.inputs[:i], *node.inputs[i + 1 :], *operand.inputs)
            formula, inputs = compact(formula, rest)
            shapes = [x.shape for x in inputs]
            if _fits(formula) and (not inputs or broadcast(shapes, "pointwise") == node.shape):
                return Node("pointwise", inputs, node.shape, {"formula": formula})
    return None


def _merge_one(graph: Graph) -> Graph | None:
    """Join one formula with its producer where both results are needed.

    Only behind a matrix product or column sum: there the producer's value (z before an
    activation) is in registers anyway.
    """
    nodes = graph.nodes()
    for node in nodes:
        if not _is_single(node):
            continue
        for operand in node.inputs:
            if (
                operand.op == "pointwise"
                and len(operand.attrs["formula"].outputs) < MAX_OUTPUTS
                and operand.shape == node.shape
                and any(x.op in ("matmul", "sum") for x in operand.inputs)
                and not any(_reaches(x, operand) for x in node.inputs if x is not operand)
            ):
                merged = _join(node, operand)
                if merged is not None:
                    first, last = merged
                    return _substitute_nodes(graph, {operand: first, node: last})
    return None


def _reaches(node: Node, target: Node) -> bool:
    return target in order([node])


def _join(consumer: Node, producer: Node) -> tuple[Node, Node] | None:
    outer, operands = compact(consumer.attrs["formula"], consumer.inputs)
    inner: Formula = producer.attrs["formula"]
    if len(inner.outputs) != 1 or producer not in operands:
        return None
    position = operands.index(producer)
    body = compose(outer, position, inner, 0)
    kept = body.inputs - inner.inputs
    shifted = substitute(
        inner.outputs, {input_expr(i): input_expr(kept + i) for i in range(inner.inputs)}
    )
    rest = tuple(x for x in operands if x is not producer)
    both = Formula(body.inputs, (*shifted, *body.outputs), body.approximate)
    formula, inputs = compact(both, (*rest, *producer.inputs))
    if not _fits(formula):
        return None
    node = Node("pointwise", inputs, consumer.shape, {"formula": formula})
    return item(node, 0), item(node, 1)


def _substitute_nodes(graph: Graph, mapping: Mapping[Node, Node]) -> Graph:
    """The graph with some nodes replaced by nodes that do not depend on the replaced ones."""
    done = dict(mapping)
    for node in graph.nodes():
        if node not in done:
            done[node] = with_inputs(node, tuple(done[i] for i in node.inputs))
    return graph.replace(done)


# Fusion of products.


def fuse_products(graph: Graph) -> Graph:
    """Make a formula the epilogue of the matrix product or column sum in front of it."""
    counts = _use_counts(graph)
    done: dict[Node, Node] = {}
    for old in graph.nodes():
        node = with_inputs(old, tuple(done[i] for i in old.inputs))
        if old.op == "pointwise":
            for position, operand in enumerate(old.inputs):
                if counts[operand] == 1 and operand.shape == old.shape and _is_product(operand):
                    node = _with_epilogue(node, position)
                    break
        done[old] = node
    return graph.replace(done)


def _is_product(node: Node) -> bool:
    if node.op == "matmul":
        return True
    if node.op != "sum" or node.attrs["keepdims"]:
        return False
    (x,) = node.inputs
    return x.has_batch and node.attrs["axes"] == tuple(range(x.rank - 1))


def _with_epilogue(node: Node, position: int) -> Node:
    product = node.inputs[position]
    formula: Formula = node.attrs["formula"]
    positions = {position: 0}
    for i in range(formula.inputs):
        if i != position:
            positions[i] = len(positions)
    rest = tuple(x for i, x in enumerate(node.inputs) if i != position)
    return Node(
        f"{product.op}_map",
        (*product.inputs, *rest),
        node.shape,
        {**product.attrs, "formula": formula.renumber(positions, formula.inputs)},
    )


PASSES: tuple[Callable[[Graph], Graph], ...] = (simplify, fuse_pointwise, fuse_products)
