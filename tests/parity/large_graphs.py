"""Steps with any axes, of sizes at which two threads share the work."""

from __future__ import annotations

from collections.abc import Callable

from pronghorn import ops
from pronghorn.ir import draws
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.labels import take
from unit.ir.general_nets import batch_norm, fit, layer_norm, of
from unit.ir.nets import ADAM, MOMENTUM, SGD, Builder

ROWS, BATCH = 700, 300  # three batches, the last one of 100


def build_norms() -> Graph:
    b = Builder()
    h, writes = batch_norm(b, b.dense("first", g.input_node("x", (None, 90)), 130), (0,), False)
    h = b.dense("second", of("relu", h), 110)
    return fit(b, layer_norm(b, h, (1,), (110,), "layer"), writes=writes)


def build_attention() -> Graph:
    b = Builder()
    x = g.input_node("x", (None, 7, 40))
    q, k, v = (
        g.transpose(g.reshape(b.dense(name, x, 48), (None, 7, 3, 16)), (0, 2, 1, 3))
        for name in "qkv"
    )
    mixed = ops.softmax(q @ g.transpose(k, (0, 1, 3, 2))) @ v
    return fit(b, g.sum_axes(g.transpose(mixed, (0, 2, 1, 3)), (1,)) * 0.2, MOMENTUM)


def build_words() -> Graph:
    b = Builder()
    tokens = g.input_node("label tokens", (None, 9))
    words = take(b.parameter("words", 500, 70), tokens) + b.parameter("places", 9, 70)
    h = of("tanh", b.dense("hidden", g.max_axes(words, (1,)), 120))
    tallies = {"hidden": h * h, "words": g.sum_axes(words * words, (2,))}
    graph = fit(
        b, h * draws.random_uniform(h.shape, 0) + draws.random_normal(h.shape, 1, seed=9), ADAM
    )
    return Graph(graph.outputs, graph.totals, graph.writes, graph.guard, tallies)


def build_extremes() -> Graph:
    """What the whole batch decides: extremes, products, positions, one mask for all rows."""
    b = Builder()
    h = b.dense("first", g.input_node("x", (None, 90)), 130)
    h = h / (g.max_axes(h * h, (0,)) + 1.0) + g.batch_argmax(h) * 1e-3
    h = h * draws.dropout_mask((1, 130), 0.2, 0, seed=4)
    factors = 1.0 + b.dense("second", of("relu", h), 110) * 1e-3
    h = b.dense("third", g.prod_axes(factors, (0,), True) * factors, 40)
    return fit(b, h / (g.max_axes(h * h, (0, 1)) + 1.0))


def build_weights() -> Graph:
    """Weights made of other weights, and columns kept short after the update."""
    b = Builder()
    v = b.parameter("direction", 90, 120)
    w = v * of("rsqrt", g.sum_axes(v * v, (0,), True)) * b.parameter("gain", 120)
    w = w + b.parameter("a", 90, 20) @ b.parameter("b", 20, 120) * 0.1
    h = of("relu", g.input_node("x", (None, 90)) @ w)
    graph = fit(b, h, SGD)
    writes = {name: _shorten(node) for name, node in graph.writes.items()}
    return Graph(graph.outputs, graph.totals, writes, graph.guard)


def _shorten(w: Node) -> Node:
    length = of("sqrt", g.sum_axes(w * w, (0,), True))
    return w * (g.combine("minimum", length, 0.9) / (length + 1e-7))


LARGE_GRAPHS: dict[str, Callable[[], Graph]] = {
    "norms": build_norms,
    "attention": build_attention,
    "words": build_words,
    "extremes": build_extremes,
    "weights": build_weights,
}
