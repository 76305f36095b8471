"""Small training steps, straight in the IR: every shape of net that the passes must leave alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from parity.draws import draw_integers, draw_uniform
from pronghorn import ops
from pronghorn.engines.base import Engine, Feed
from pronghorn.ir import draws
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node, Shape, broadcast_to
from pronghorn.ir.labels import find_labels, one_hot, per_row
from pronghorn.ir.passes import stabilise
from pronghorn.ir.scalar import apply, input_expr, lift, rows, step_scalar

ROWS, BATCH, K, C = 11, 4, 6, 3  # 11 rows in batches of 4 leave a last batch of 3


@dataclass(frozen=True)
class Rule:
    """An optimizer: names of its slots, and (w, gradient, slots…) → (w', slots'…)."""

    slots: tuple[str, ...]
    update: Callable[..., tuple[Any, ...]]


def _adam(w: Any, grad: Any, m: Any, v: Any) -> tuple[Any, ...]:
    m = m + (grad - m) * (1.0 - 0.9)
    v = v + (grad * grad - v) * (1.0 - 0.999)
    return w - (m * step_scalar("alpha")) / (apply("sqrt", v) + 1e-7), m, v


def _momentum(w: Any, grad: Any, m: Any) -> tuple[Any, ...]:
    m = m * 0.9 - grad * step_scalar("alpha")
    return w + m, m


SGD = Rule((), lambda w, grad: (w - grad * step_scalar("alpha"),))
MOMENTUM = Rule(("m",), _momentum)
ADAM = Rule(("m", "v"), _adam)


class Builder:
    """Parameters made on the way, and the step around a loss."""

    def __init__(self) -> None:
        self.parameters: dict[str, Shape] = {}
        self.penalties: list[Node] = []

    def parameter(self, name: str, *shape: int) -> Node:
        self.parameters[name] = shape
        return g.parameter(name, shape)

    def dense(self, name: str, x: Node, units: int, bias: bool = True) -> Node:
        y = x @ self.parameter(f"{name}/w", int(x.shape[-1] or 0), units)
        return y + self.parameter(f"{name}/b", units) if bias else y

    def step(
        self,
        losses: Iterable[Node],
        rule: Rule = SGD,
        outputs: Mapping[str, Node] | None = None,
        writes: Mapping[str, Node] | None = None,
        **totals: Node,
    ) -> Graph:
        """Loss, outputs and further totals and writes, derivatives, updates; before any fusion."""
        terms = tuple(losses)
        counted = {name: (node,) for name, node in totals.items()}
        forward = stabilise(Graph(outputs or {}, {"loss": terms, **counted}, writes or {}))
        terms = forward.totals["loss"]
        own = {n.attrs["name"]: n for n in forward.nodes() if n.op == "parameter"}
        names = [name for name in self.parameters if name in own]
        slopes = gradients({t: _seed(t) for t in terms}, [own[name] for name in names])
        written = dict(forward.writes)
        for name, slope in zip(names, slopes, strict=True):
            if slope is not None:
                written.update(_update(rule, own[name], slope))
        return Graph(forward.outputs, forward.totals, written, guard="loss")


def _seed(term: Node) -> Node:
    one_each = Formula(0, (lift(1.0) / rows(),)) if term.has_batch else Formula(0, (lift(1.0),))
    return broadcast_to(g.pointwise(one_each), term.shape)


def _update(rule: Rule, w: Node, slope: Node) -> dict[str, Node]:
    name = w.attrs["name"]
    names = [name, *(f"{name}/{slot}" for slot in rule.slots)]
    held = [g.parameter(slot, w.shape) for slot in names[1:]]
    results = rule.update(*(input_expr(i) for i in range(2 + len(held))))
    formula = Formula(2 + len(held), results, approximate=True, name="update")
    return dict(zip(names, g.pointwise_all(formula, w, slope, *held), strict=True))


def _table(columns: int = K) -> Node:
    return g.input_node("x", (None, columns))


def _labels() -> Node:
    return g.input_node("label", (None,))


def _real(columns: int = 2) -> Node:
    return g.input_node("real", (None, columns))


def _mse(y: Node, p: Node) -> Node:
    return ops.mean((y - p) * (y - p), axis=-1)


def _sparse(y: Node, z: Node) -> Node:
    return ops.sparse_categorical_crossentropy(y, ops.softmax(z))


def _gelu(x: Any) -> Any:
    return ops.multiply(0.5 * x, 1.0 + ops.erf(x / math.sqrt(2.0)))


def _elu(x: Any) -> Any:
    return ops.where(x > 0.0, x, ops.expm1(x))


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": ops.relu,
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "softplus": ops.softplus,
    "gelu": ops.pointwise(_gelu),
    "elu": ops.pointwise(_elu),
    "gelu_in_steps": _gelu,
    "elu_in_steps": _elu,
    "softsign": lambda x: x / (1.0 + ops.absolute(x)),
    "softmax": ops.softmax,
}


def build_logistic(rule: Rule = SGD) -> Graph:
    b = Builder()
    z = b.dense("only", _table(), C)
    hits = per_row("sparse_hit", z, _labels())
    return b.step([_sparse(_labels(), z)], rule, {"p": ops.softmax(z)}, accuracy=hits)


def build_activation(name: str) -> Graph:
    b = Builder()
    h = ACTIVATIONS[name](b.dense("hidden", _table(), 5))
    return b.step([_sparse(_labels(), b.dense("last", h, C))], ADAM, {"hidden": h})


def build_deep() -> Graph:
    b = Builder()
    h = _table()
    for i, name in enumerate(("relu", "gelu", "tanh", "elu_in_steps", "softplus")):
        h = ACTIVATIONS[name](b.dense(f"d{i}", h, 5 - i % 2))
    return b.step([_sparse(_labels(), b.dense("last", h, C))], ADAM)


def build_dropout() -> Graph:
    b = Builder()
    x = _table()
    x = x * draws.dropout_mask(x.shape, 0.2, 0)
    h = ops.relu(b.dense("hidden", x, 7))
    h = h * draws.dropout_mask(h.shape, 0.5, 1)
    return b.step([_sparse(_labels(), b.dense("last", h, C))], ADAM)


def build_skip() -> Graph:
    b = Builder()
    x = _table()
    h = ops.relu(b.dense("first", x, 5))
    r = ops.tanh(b.dense("second", h, 5))
    wide = ops.concatenate([h + r, x], axis=-1)
    return b.step([_sparse(_labels(), b.dense("last", wide, C))], MOMENTUM, {"wide": wide})


def build_shared() -> Graph:
    b = Builder()
    w, bias = b.parameter("w", K, K), b.parameter("b", K)
    h = ops.tanh(ops.tanh(_table() @ w + bias) @ w + bias)
    return b.step([_mse(_real(), b.dense("last", h, 2))], ADAM)


def build_outputs() -> Graph:
    b = Builder()
    body = ops.tanh(b.dense("body", _table(), 5))
    z, size = b.dense("kind", body, C), b.dense("size", body, 2)
    kind_loss, size_loss = _sparse(_labels(), z), _mse(_real(), size)
    outputs = {"kind": ops.softmax(z), "size": size}
    totals = {"kind_loss": kind_loss, "size_loss": size_loss}
    return b.step([kind_loss, size_loss * 0.3], SGD, outputs, **totals)


def build_penalties() -> Graph:
    b = Builder()
    w = b.parameter("w", K, 5)
    h = ops.relu(_table() @ w + b.parameter("b", 5))
    penalties = [
        ops.sum(ops.absolute(w)) * 0.01 + ops.sum(w * w) * 0.02,
        ops.sum(h * h) * 0.03,
    ]
    return b.step([_sparse(_labels(), b.dense("last", h, C)), *penalties], ADAM)


def build_image() -> Graph:
    b = Builder()
    x = g.input_node("image", (None, 2, 3)) * (1.0 / 255.0) + (-0.5)
    flat = ops.reshape(x, (None, 6))
    return b.step([_sparse(_labels(), b.dense("last", flat, C))], SGD)


def build_rank_three() -> Graph:
    b = Builder()
    h = ops.relu(b.dense("each", g.input_node("image", (None, 2, 3)) * (1.0 / 255.0), 4))
    flat = ops.reshape(h, (None, 8))
    return b.step([_mse(_real(), b.dense("last", flat, 2))], ADAM)


def build_binary() -> Graph:
    b = Builder()
    p = ops.sigmoid(b.dense("last", ops.relu(b.dense("hidden", _table(), 5)), 1))
    y = g.input_node("bit", (None, 1))
    loss = ops.mean(ops.binary_crossentropy(y, p), axis=-1)
    return b.step([loss], ADAM, {"p": p}, mse=_mse(y, p))


def build_weighted() -> Graph:
    b = Builder()
    loss = _sparse(_labels(), b.dense("last", _table(), C)) * g.input_node("weight", (None,))
    return b.step([loss], SGD, weight=g.input_node("weight", (None,)))


def build_batch_loss() -> Graph:
    b = Builder()
    p = b.dense("last", _table(), 2, bias=False)
    return b.step([ops.mean(ops.absolute(_real() - p))], MOMENTUM, {"p": p})


def build_dense_targets() -> Graph:
    b = Builder()
    z = b.dense("last", ops.relu(b.dense("hidden", _table(), 4)), C)
    target = one_hot(_labels(), C) * 0.9 + 0.1 / C
    hits = per_row("dense_hit", z, target)
    return b.step([per_row("dense_xent", z, target)], SGD, accuracy=hits)


def build_columns() -> Graph:
    b = Builder()
    h = b.dense("hidden", _table(), 5)
    picked = g.pad_axis(g.slice_axis(h, -1, 1, 4), -1, 2, 0)
    above = picked - g.max_axes(picked, (-1,), keepdims=True)
    logs = ops.log_softmax(above)
    return b.step([_mse(_real(5), logs)], SGD, {"logs": logs})


NETS: dict[str, Callable[[], Graph]] = {
    "logistic": build_logistic,
    "logistic_adam": lambda: build_logistic(ADAM),
    **{f"activation_{n}": lambda n=n: build_activation(n) for n in ACTIVATIONS},  # type: ignore[misc]
    "deep": build_deep,
    "dropout": build_dropout,
    "skip": build_skip,
    "shared": build_shared,
    "outputs": build_outputs,
    "penalties": build_penalties,
    "image": build_image,
    "rank_three": build_rank_three,
    "binary": build_binary,
    "weighted": build_weighted,
    "batch_loss": build_batch_loss,
    "dense_targets": build_dense_targets,
    "columns": build_columns,
}


def draw_sources(graph: Graph, count: int = ROWS) -> dict[str, Any]:
    """Data for every input of the graph."""
    sources: dict[str, Any] = {}
    classes = find_labels(graph)
    for node in graph.nodes():
        if node.op == "input":
            name, shape = node.attrs["name"], [int(s or 0) for s in node.shape[1:]]
            if name.startswith("label"):
                sources[name] = draw_integers(1, classes.get(name, C), count, *shape)
            elif name == "bit":
                sources[name] = draw_integers(2, 2, count, *shape)
            elif name == "image":
                sources[name] = draw_integers(3, 256, count, *shape).astype(np.uint8)
            elif name == "weight":
                sources[name] = draw_uniform(4, count, low=0.0, high=2.0)
            else:
                sources[name] = draw_uniform(5, count, *shape)
    return sources


def make_stores(graph: Graph, engine: Engine) -> dict[str, Any]:
    """A store with drawn numbers for every parameter; second moments are not negative."""
    stores: dict[str, Any] = {}
    shapes = {name: node.shape for name, node in graph.writes.items()}
    shapes |= {n.attrs["name"]: n.shape for n in graph.nodes() if n.op == "parameter"}
    for i, name in enumerate(sorted(shapes)):
        shape = tuple(int(s or 0) for s in shapes[name])
        low = 0.1 if name.endswith("/v") else -0.6
        stores[name] = engine.store(shape)
        stores[name].write(draw_uniform(20 + i, *shape, low=low, high=0.6))
    return stores


@dataclass(frozen=True)
class Run:
    totals: dict[str, float]
    weights: dict[str, Any]
    outputs: dict[str, Any]
    tallies: dict[str, Any]


def run_epoch(
    graph: Graph,
    engine: Engine,
    order: Sequence[int] = tuple(reversed(range(ROWS))),
    batch: int = BATCH,
) -> Run:
    """One epoch of the graph from drawn weights; what it left."""
    stores = make_stores(graph, engine)
    program = engine.lower(graph, stores, batch)
    outputs = {
        name: np.zeros([len(order), *(int(s or 0) for s in node.shape[1:])], np.float32)
        for name, node in graph.outputs.items()
    }
    feed = Feed(draw_sources(graph, len(order)), np.array(order, np.int64), batch)
    alpha = 0.1 / (1.0 + np.arange(feed.steps))
    done = program.run(feed, scalars={"alpha": alpha}, step=3, seed=9, outputs=outputs)
    assert (done.status, done.steps) == ("ok", feed.steps)
    weights = {name: np.array(getattr(s, "value", s.read())) for name, s in stores.items()}
    return Run(program.totals(), weights, outputs, program.tallies())
