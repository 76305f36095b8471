"""Graphs drawn at random: values of any rank, with and without batch, and what joins them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import strategies as st

from pronghorn._core.errors import GraphError
from pronghorn.engines.base import Engine, Feed
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, single
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node, Shape
from pronghorn.ir.labels import take
from pronghorn.ir.scalar import apply, input_expr

ROWS = 3
MOST_ELEMENTS = 96  # of one sample
X, Y = input_expr(0), input_expr(1)
# Bounded, so that depth does not cost digits.
ONE = [apply("tanh", X), X * 0.5, apply("sigmoid", X) - 0.25, apply("sin", X), 0.75 - X]
TWO = [apply("tanh", X + Y), apply("tanh", X * Y), X * 0.5 - Y * 0.5, apply("maximum", X, Y)]


def leaves() -> list[Node]:
    return [
        g.input_node("a", (None, 4)),
        g.input_node("cube", (None, 2, 3)),
        g.parameter("row", (4,)),
        g.parameter("square", (4, 4)),
        g.parameter("grid", (2, 3)),
        g.parameter("tall", (3, 1)),
        g.parameter("block", (2, 3, 4)),
        g.parameter("number", ()),
        take(g.parameter("table", (5, 3)), g.input_node("label", (None,))),
    ]


Join = Callable[[Any, Node, list[Node]], Node]


class NoAxis(Exception):
    """The value has no axis of the kind that the operation needs."""


def _axes(draw: Any, x: Node, with_batch: bool) -> tuple[int, ...]:
    chosen = draw(st.lists(st.sampled_from(_list_axes(x, with_batch)), min_size=1, unique=True))
    return tuple(sorted(chosen))


def _fixed_axis(draw: Any, x: Node) -> int:
    return int(draw(st.sampled_from(_list_axes(x, False))))


def _list_axes(x: Node, with_batch: bool) -> list[int]:
    allowed = [a for a in range(x.rank) if with_batch or x.shape[a] is not None]
    if not allowed:
        raise NoAxis
    return allowed


def _formula(draw: Any, x: Node, others: list[Node]) -> Node:
    return g.pointwise(Formula(1, (draw(st.sampled_from(ONE)),)), x)


def _formula_of_two(draw: Any, x: Node, others: list[Node]) -> Node:
    formula = Formula(2, (draw(st.sampled_from(TWO)),))
    return _with_partner(draw, others, lambda y: g.pointwise(formula, x, y))


def _results(draw: Any, x: Node, others: list[Node]) -> Node:
    y = draw(st.sampled_from(others))
    both = g.pointwise_all(Formula(2, (apply("tanh", X) + Y * 0.25, X * 0.5)), x, y)
    return g.combine("mul", both[0], g.pointwise(single("sigmoid"), both[1]))


def _sum(draw: Any, x: Node, others: list[Node]) -> Node:
    return g.sum_axes(x, _axes(draw, x, True), draw(st.booleans())) * 0.2


def _max(draw: Any, x: Node, others: list[Node]) -> Node:
    return g.max_axes(x, _axes(draw, x, False), draw(st.booleans()))


def _transpose(draw: Any, x: Node, others: list[Node]) -> Node:
    _fixed_axis(draw, x)
    lead = [0] if x.has_batch else []
    return g.transpose(x, tuple(lead + draw(st.permutations(range(len(lead), x.rank)))))


def _reshape(draw: Any, x: Node, others: list[Node]) -> Node:
    lead = (None,) if x.has_batch else ()
    sizes = [s for s in x.shape if s is not None]
    total = int(np.prod(sizes, dtype=int))
    first = draw(st.sampled_from([d for d in range(1, total + 1) if total % d == 0]))
    return g.reshape(x, draw(st.sampled_from([(*lead, total), (*lead, first, total // first)])))


def _slice(draw: Any, x: Node, others: list[Node]) -> Node:
    axis = _fixed_axis(draw, x)
    size = int(x.shape[axis] or 0)
    start = draw(st.integers(0, size - 1))
    return g.slice_axis(x, axis, start, draw(st.integers(start + 1, size)))


def _pad(draw: Any, x: Node, others: list[Node]) -> Node:
    return g.pad_axis(x, _fixed_axis(draw, x), draw(st.integers(0, 2)), draw(st.integers(0, 2)))


def _with_partner(draw: Any, others: list[Node], join: Callable[[Node], Node]) -> Node:
    """A join with one of those values that it takes."""
    made: list[Node] = []
    for y in others:
        with suppress(GraphError):
            made.append(join(y))
    if not made:
        raise NoAxis
    result: Node = draw(st.sampled_from(made))
    return result


def _concatenate(draw: Any, x: Node, others: list[Node]) -> Node:
    axis = _fixed_axis(draw, x)
    return _with_partner(draw, others, lambda y: g.concatenate((x, y, x), axis))


def _matmul(draw: Any, x: Node, others: list[Node]) -> Node:
    return _with_partner(draw, others, lambda y: g.matmul(x, y)) * 0.3


def _transpose_and_multiply(draw: Any, x: Node, others: list[Node]) -> Node:
    return _matmul(draw, _transpose(draw, x, others), others)


def _softmax(draw: Any, x: Node, others: list[Node]) -> Node:
    return g.rowwise(draw(st.sampled_from(["softmax", "log_softmax"])), x)


def _stop(draw: Any, x: Node, others: list[Node]) -> Node:
    return g.stop_gradient(x)


JOINS: list[Join] = [
    _formula, _formula_of_two, _formula_of_two, _results, _sum, _max, _transpose, _reshape,
    _slice, _pad, _concatenate, _matmul, _matmul, _transpose_and_multiply, _softmax, _stop,
]  # fmt: skip


@st.composite
def drawn_graphs(draw: st.DrawFn) -> Graph:
    """Some operations, their results as outputs, totals and tallies, and descent of all weights."""
    values = leaves()
    given = len(values)
    for _ in range(draw(st.integers(1, 8))):
        try:
            join = draw(st.sampled_from(JOINS))
            made = join(draw, draw(st.sampled_from(values)), values)
        except (GraphError, NoAxis):
            continue  # shapes that do not fit each other
        if 0 < _width(made.shape) <= MOST_ELEMENTS and made.op != "parameter":
            values.append(made)
    chosen = values[given:][-3:] or values[:1]
    terms = tuple(g.sum_axes(v, tuple(range(1 if v.has_batch else 0, v.rank))) for v in chosen)
    held = {n.attrs["name"]: n for n in g.order(terms) if n.op == "parameter"}
    seeds = {t: g.broadcast_to(g.constant(np.array(0.1)), t.shape) for t in dict.fromkeys(terms)}
    slopes = gradients(seeds, list(held.values()))
    writes = {k: held[k] - s for k, s in zip(held, slopes, strict=True) if s is not None}
    rows = {f"out {i}": v for i, v in enumerate(chosen) if v.has_batch}
    writes |= {f"state {i}": v for i, v in enumerate(chosen) if not v.has_batch}
    tallies = {f"tally {i}": v for i, v in enumerate(chosen) if v.has_batch and v.rank == 2}
    return Graph(rows, {"total": terms}, writes, tallies=tallies)


def _width(shape: Shape) -> int:
    return int(np.prod([s for s in shape if s is not None], dtype=int))


def run_graph(graph: Graph, engine: Engine) -> dict[str, Any]:
    """What two steps leave behind, by name."""
    rng = np.random.default_rng(8)
    count = 2 * ROWS - 1  # a last batch that is shorter
    inputs = {n.attrs["name"]: n.shape for n in graph.nodes() if n.op == "input"}
    data: dict[str, Any] = {}
    for name, shape in sorted(inputs.items()):
        if name == "label":
            data[name] = rng.integers(0, 5, count)
        else:
            data[name] = rng.normal(size=(count, *(int(s or 0) for s in shape[1:])))
    shapes = {name: node.shape for name, node in graph.writes.items()}
    shapes |= {n.attrs["name"]: n.shape for n in graph.nodes() if n.op == "parameter"}
    stores: dict[str, Any] = {}
    for name in sorted(shapes):
        shape = tuple(int(s or 0) for s in shapes[name])
        stores[name] = engine.store(shape)
        stores[name].write(rng.normal(size=shape))
    outputs = {
        name: np.zeros([count, *(int(s or 0) for s in node.shape[1:])], np.float32)
        for name, node in graph.outputs.items()
    }
    program = engine.lower(graph, stores, ROWS)
    feed = Feed(data, np.arange(count), ROWS)
    assert program.run(feed, scalars={}, outputs=outputs).status == "ok"
    found = {name: store.read() for name, store in stores.items()}
    return {**outputs, **found, **program.tallies(), **program.totals()}
