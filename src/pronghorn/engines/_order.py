"""Which writes of a graph may happen in place.

A write in place overwrites its parameter as soon as the new value is known, so every other reader
of the parameter must come before it. Where that is impossible (two parameters that are each
updated from the other's old value), and where a total or output needs the new value (it is known
before the guard has passed), the value gets a place of its own and is copied at the end.
"""

from __future__ import annotations

from collections.abc import Mapping

from pronghorn.ir.graph import Graph, Node, order, users

__all__ = ["find_in_place", "producer_of"]


def producer_of(node: Node) -> Node:
    """The node whose step writes a value: a result of several belongs to its formula."""
    return node.inputs[0] if node.op == "item" else node


def find_in_place(graph: Graph) -> dict[str, Node]:
    """Parameter → the node that may overwrite it."""
    early = Graph(graph.outputs, graph.totals, tallies=graph.tallies).nodes()
    seen_early = set(early)
    chosen = {
        name: producer
        for name, node in graph.writes.items()
        if (producer := producer_of(node)) not in seen_early and producer.op != "parameter"
    }
    stuck = _find_stuck(graph, chosen)
    return {name: producer for name, producer in chosen.items() if producer not in stuck}


def _find_stuck(graph: Graph, chosen: Mapping[str, Node]) -> set[Node]:
    """The nodes that wait for themselves, or for one that does, were all the writes in place."""
    nodes = order(graph.roots)
    readers = users(nodes)
    waits: dict[Node, set[Node]] = {node: set(node.inputs) for node in nodes}
    for node in nodes:
        producer = chosen.get(node.attrs["name"]) if node.op == "parameter" else None
        if producer is not None:
            waits[producer] |= {r for r in readers.get(node, ()) if r is not producer}
    freed: dict[Node, list[Node]] = {}
    for node, awaited in waits.items():
        for x in awaited:
            freed.setdefault(x, []).append(node)
    left = {node: len(awaited) for node, awaited in waits.items()}
    ready = [node for node, count in left.items() if count == 0]
    while ready:
        node = ready.pop()
        del left[node]
        for x in freed.get(node, ()):
            left[x] -= 1
            if left[x] == 0:
                ready.append(x)
    return set(left)
