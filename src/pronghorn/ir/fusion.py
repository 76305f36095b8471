"""Fusion: chains of formulas become one, and a formula behind a product its epilogue.

Both passes run after derivatives were taken; ``ir/passes.py`` has them in order.
"""

from __future__ import annotations

from collections.abc import Mapping

from pronghorn.ir.formula import Formula, compose
from pronghorn.ir.graph import Graph, Node, broadcast, compact, item, order, users
from pronghorn.ir.rewrite import replace_nodes, with_inputs
from pronghorn.ir.scalar import input_expr, substitute

__all__ = ["MAX_INPUTS", "MAX_OUTPUTS", "MAX_SCALARS", "fits", "fuse_pointwise", "fuse_products"]

# What one kernel takes (native/kernels/table.h: kMaxInputs, kMaxOutputs, kMaxScalars).
MAX_INPUTS, MAX_OUTPUTS, MAX_SCALARS = 12, 6, 32

# Fusion of formulas.


def fits(formula: Formula) -> bool:
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
            if fits(formula) and (not inputs or broadcast(shapes, "pointwise") == node.shape):
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
                    return replace_nodes(graph, {operand: first, node: last})
    return None


def _reaches(node: Node, target: Node) -> bool:
    return any(found is target for found in order([node]))


def _join(consumer: Node, producer: Node) -> tuple[Node, Node] | None:
    outer, operands = compact(consumer.attrs["formula"], consumer.inputs)
    inner: Formula = producer.attrs["formula"]
    position = next((i for i, node in enumerate(operands) if node is producer), None)
    if len(inner.outputs) != 1 or position is None:
        return None
    body = compose(outer, position, inner, 0)
    kept = body.inputs - inner.inputs
    shifted = substitute(
        inner.outputs, {input_expr(i): input_expr(kept + i) for i in range(inner.inputs)}
    )
    rest = tuple(x for x in operands if x is not producer)
    both = Formula(body.inputs, (*shifted, *body.outputs), body.approximate)
    formula, inputs = compact(both, (*rest, *producer.inputs))
    if not fits(formula):
        return None
    node = Node("pointwise", inputs, consumer.shape, {"formula": formula})
    return item(node, 0), item(node, 1)


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
    if node.op != "sum":
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
