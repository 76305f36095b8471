"""Rebuilding graphs: nodes are immutable, so a change is a new graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.node import are_same

__all__ = ["Rule", "replace_nodes", "rewrite", "with_inputs"]

Rule: TypeAlias = Callable[[Node], Node]


def rewrite(graph: Graph, rule: Rule) -> Graph:
    """Rebuild the graph from its leaves, each rebuilt node replaced by ``rule(node)``."""
    done: dict[Node, Node] = {}
    for node in graph.nodes():
        done[node] = rule(with_inputs(node, tuple(done[i] for i in node.inputs)))
    return graph.replace(done)


def with_inputs(node: Node, inputs: tuple[Node, ...]) -> Node:
    if are_same(inputs, node.inputs):
        return node
    return Node(node.op, inputs, node.shape, node.attrs)


def replace_nodes(graph: Graph, mapping: Mapping[Node, Node]) -> Graph:
    """The graph with some nodes replaced by nodes that do not depend on the replaced ones."""
    done = dict(mapping)
    for node in graph.nodes():
        if node not in done:
            done[node] = with_inputs(node, tuple(done[i] for i in node.inputs))
    return graph.replace(done)
