"""Reverse mode over graphs: walk back, ask the table, add up.

A node with several results (a pointwise formula seen through ``item``) collects one cotangent for
each result before its row of the table is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pronghorn.ir.graph import Node, order
from pronghorn.ir.ops import TENSOR_OPS


def gradients(seeds: Mapping[Node, Node], wrt: Sequence[Node]) -> list[Node | None]:
    """The cotangent of each of ``wrt``, given the cotangents of some results.

    ``seeds`` maps a result to its cotangent (d loss / d result, same shape). None where no path
    leads from the results to a node.
    """
    nodes = order(seeds)
    needed = _depends_on(nodes, set(wrt))
    found: dict[Node, Node] = dict(seeds)
    several: dict[Node, dict[int, Node]] = {}
    for node in reversed(nodes):
        if node not in needed:
            continue
        if node.op == "item":
            if node in found:
                parts = several.setdefault(node.inputs[0], {})
                index, grad = node.attrs["index"], found[node]
                parts[index] = parts[index] + grad if index in parts else grad
            continue
        if node.op == "pointwise":
            count = len(node.attrs["formula"].outputs)
            parts = several.get(node, {})
            grads = tuple(parts.get(i) for i in range(count)) if count > 1 else (found.get(node),)
            if all(x is None for x in grads):
                continue
            cotangents = TENSOR_OPS["pointwise"].vjp(node, grads)
        elif node in found:
            cotangents = TENSOR_OPS[node.op].vjp(node, found[node])
        else:
            continue
        for operand, part in zip(node.inputs, cotangents, strict=True):
            if part is not None and operand in needed:
                found[operand] = found[operand] + part if operand in found else part
    return [found.get(x) for x in wrt]


def _depends_on(nodes: list[Node], leaves: set[Node]) -> set[Node]:
    needed: set[Node] = set()
    for node in nodes:
        if node in leaves or any(i in needed for i in node.inputs):
            needed.add(node)
    return needed
