"""Labels: class numbers and positions, read as whole numbers straight from the data.

Computed ones are numbers like any others: what reads them is written with comparisons.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn.ir.graph import (
    Graph,
    Node,
    argmax,
    combine,
    constant,
    count_elements,
    expand,
    fixed_length,
    matmul,
    reshape,
)

# Operations that read an operand as integer labels: name → position of that operand.
LABEL_OPS = {
    "sparse_xent": 1,
    "sparse_xent_gradient": 1,
    "sparse_hit": 1,
    "one_hot": 0,
    "take": 1,
    "take_gradient": 0,
}


def label_source(labels: Node) -> Node | None:
    """The input whose numbers these are, perhaps in another shape; None for computed ones."""
    while labels.op == "reshape":
        (labels,) = labels.inputs
    return labels if labels.op == "input" else None


def per_row(op: str, *inputs: Node, **attrs: Any) -> Node:
    """Cross-entropies and hits: one number for each row of the first operand."""
    z, target = inputs[:2]
    if op == "sparse_xent" and label_source(target) is None:
        return per_row("dense_xent", z, one_hot(target, fixed_length(z.shape, -1)))
    if op == "sparse_hit" and label_source(target) is None:
        return combine("eq", argmax(z), target)
    return Node(op, inputs, z.shape[:-1], attrs)


def one_hot(labels: Node, classes: int) -> Node:
    """(…) → (…, classes): 1 at the label, else 0."""
    if label_source(labels) is not None:
        return Node("one_hot", (labels,), (*labels.shape, classes))
    return combine("eq", expand(labels, labels.rank), constant(np.arange(classes)))


def take(table: Node, labels: Node) -> Node:
    """Rows of a table (v, …) by labels (n, …) → (n, …, …)."""
    rows, width = fixed_length(table.shape, 0), count_elements(table.shape[1:])
    flat = reshape(table, (rows, width))
    if label_source(labels) is not None:
        found = Node("take", (flat, labels), (*labels.shape, width))
    else:
        found = matmul(one_hot(labels, rows), flat)
    return reshape(found, (*labels.shape, *table.shape[1:]))


def find_labels(graph: Graph) -> dict[str, int]:
    """Input name → number of classes, for inputs that are read as integer labels.

    Labels may come as a column, (n, 1), and then pass a reshape. Where several operations read
    the same labels, the smallest number of classes holds.
    """
    found: dict[str, int] = {}
    for node in graph.nodes():
        if node.op not in LABEL_OPS:
            continue
        source = label_source(node.inputs[LABEL_OPS[node.op]])
        if source is not None:
            name, classes = source.attrs["name"], label_classes(node)
            found[name] = min(classes, found.get(name, classes))
    return found


def label_classes(node: Node) -> int:
    """How many classes an operation of ``LABEL_OPS`` knows: its labels are below that."""
    if node.op == "one_hot":
        return int(node.shape[-1] or 0)
    if node.op == "take_gradient":
        return int(node.shape[0] or 0)
    return int(node.inputs[0].shape[0 if node.op == "take" else -1] or 0)
