"""Training steps with any axes: normalization, attention, tables, statistics, constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn.ir import draws
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula, single
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.labels import one_hot, per_row, take
from pronghorn.ir.scalar import input_expr, rows
from unit.ir.nets import ADAM, MOMENTUM, NETS, SGD, Builder, C, Rule

T, D = 4, 3  # positions and features of an input with three axes


def of(op: str, x: Node) -> Node:
    return g.pointwise(single(op), x)


def _real(columns: int = 2) -> Node:
    return g.input_node("real", (None, columns))


def _table(columns: int = 6) -> Node:
    return g.input_node("x", (None, columns))


def _cube() -> Node:
    return g.input_node("x", (None, T, D))


def _row_mean(x: Node) -> Node:
    size = float(np.prod([s for s in x.shape[1:] if s is not None]))
    return g.sum_axes(x, tuple(range(1, x.rank))) * (1.0 / size)


def fit(b: Builder, p: Node, rule: Rule = ADAM, **more: Any) -> Graph:
    """The step of a net that ends in a dense layer of two columns and squared errors."""
    flat = g.reshape(p, (None, int(np.prod([int(s or 0) for s in p.shape[1:]]))))
    z = b.dense("last", flat, 2)
    error = _real() - z
    return b.step([_row_mean(error * error)], rule, **more)


_PER_ROW = Formula(1, (input_expr(0) / rows(),))


def _batch_mean(x: Node, axes: tuple[int, ...], keepdims: bool = False) -> Node:
    inner = float(np.prod([x.shape[a] or 1 for a in axes]))
    return g.pointwise(_PER_ROW, g.sum_axes(x, axes, keepdims)) * (1.0 / inner)


def batch_norm(
    b: Builder, x: Node, axes: tuple[int, ...], keepdims: bool
) -> tuple[Node, dict[str, Node]]:
    width = int(x.shape[-1] or 0)
    mean = _batch_mean(x, axes, keepdims)
    apart = x - mean
    variance = _batch_mean(apart * apart, axes, keepdims)
    y = apart * of("rsqrt", variance + 1e-3) * b.parameter("gamma", width)
    writes: dict[str, Node] = {}
    for name, now in (("moving_mean", mean), ("moving_variance", variance)):
        moving = g.parameter(name, (width,))
        writes[name] = moving * 0.9 + g.reshape(now, (width,)) * 0.1
    return y + b.parameter("beta", width), writes


def build_batch_norm(keepdims: bool = False) -> Graph:
    b = Builder()
    y, writes = batch_norm(b, b.dense("first", _table(), 5), (0,), keepdims)
    return fit(b, of("relu", y), writes=writes)


def build_batch_norm_of_positions() -> Graph:
    b = Builder()
    y, writes = batch_norm(b, b.dense("each", _cube(), 5), (0, 1), False)
    return fit(b, of("tanh", y), MOMENTUM, writes=writes)


def layer_norm(
    b: Builder, x: Node, axes: tuple[int, ...], shape: tuple[int, ...], name: str = "norm"
) -> Node:
    size = float(np.prod([int(x.shape[a] or 0) for a in axes]))
    apart = x - g.sum_axes(x, axes, True) * (1.0 / size)
    variance = g.sum_axes(apart * apart, axes, True) * (1.0 / size)
    gain, shift = b.parameter(f"{name}/gamma", *shape), b.parameter(f"{name}/beta", *shape)
    return apart * of("rsqrt", variance + 1e-3) * gain + shift


def build_layer_norm(axes: tuple[int, ...], shape: tuple[int, ...]) -> Graph:
    b = Builder()
    x = b.dense("first", _table() if shape == (5,) and axes == (1,) else _cube(), 5)
    return fit(b, of("relu", layer_norm(b, x, axes, shape)))


def build_group_norm() -> Graph:
    b = Builder()
    x = g.reshape(b.dense("first", _table(), 8), (None, 2, 4))
    y = g.reshape(layer_norm(b, x, (2,), (2, 1)), (None, 8))
    return fit(b, y)


def build_attention() -> Graph:
    b = Builder()
    x = _cube()
    q, k, v = (b.dense(name, x, 5, bias=False) for name in "qkv")
    share = ops.softmax((q @ g.transpose(k, (0, 2, 1))) * 0.4)
    return fit(b, share @ v)


def build_heads() -> Graph:
    b = Builder()
    x = _cube()
    q, k, v = (
        g.transpose(g.reshape(b.dense(name, x, 6), (None, T, 2, 3)), (0, 2, 1, 3)) for name in "qkv"
    )
    mixed = ops.softmax(q @ g.transpose(k, (0, 1, 3, 2))) @ v
    return fit(b, g.reshape(g.transpose(mixed, (0, 2, 1, 3)), (None, T, 6)))


def build_mixer() -> Graph:
    b = Builder()
    y = g.transpose(of("tanh", b.dense("across", g.transpose(_cube(), (0, 2, 1)), T)), (0, 2, 1))
    return fit(b, b.dense("within", y + _cube(), 5))


def build_embedding() -> Graph:
    b = Builder()
    words = take(b.parameter("words", C, 5), g.input_node("label tokens", (None, T)))
    places = b.parameter("places", T, 5)
    return fit(b, g.sum_axes(words + places, (1,)))


def build_two_tables() -> Graph:
    b = Builder()
    label = g.input_node("label", (None,))
    one = take(b.parameter("one", C, 4), label)
    number = take(b.parameter("number", C), label)
    return fit(b, one * g.expand(number, 1), SGD)


def build_computed_labels() -> Graph:
    b = Builder()
    label = g.input_node("label", (None,))
    other = g.pointwise(single("select"), g.combine("eq", label, 2.0), label * 0.0, label)
    z = b.dense("last", _table() + take(b.parameter("row", C, 6), other), C)
    hits = per_row("sparse_hit", z, other)
    return b.step([per_row("sparse_xent", z, other)], SGD, accuracy=hits)


def build_token_labels() -> Graph:
    b = Builder()
    tokens = g.input_node("label tokens", (None, T))
    z = b.dense("each", _cube(), C)
    known = g.sum_axes(one_hot(tokens, C) * ops.softmax(z), (1, 2))
    loss = _row_mean(per_row("sparse_xent", z, tokens))
    hits = g.sum_axes(per_row("sparse_hit", z, tokens), (1,))
    return b.step([loss], ADAM, accuracy=hits, known=known)


def build_token_targets() -> Graph:
    b = Builder()
    z = b.dense("each", _cube(), C)
    target = ops.softmax(g.slice_axis(g.pad_axis(_cube(), 1, 1, 0), 1, 0, T))
    hits = g.sum_axes(per_row("dense_hit", z, target), (1,))
    return b.step([_row_mean(per_row("dense_xent", z, target))], SGD, accuracy=hits)


def build_best() -> Graph:
    b = Builder()
    z = b.dense("each", _cube(), 5)
    best = g.argmax(z)
    kept = z * g.top_k_mask(z, 2)
    outputs = {"best": best, "kept": kept}
    return fit(b, kept + g.stop_gradient(z), outputs=outputs, sum=g.sum_axes(best, (1,)))


def build_joints() -> Graph:
    b = Builder()
    x = b.dense("each", _cube(), D)
    both = g.concatenate((x, _cube(), x), 1)
    part = g.slice_axis(both, 1, 2, 2 + T + 2)
    return fit(b, g.pad_axis(part, 1, 1, 2) * 0.5)


def build_reductions() -> Graph:
    b = Builder()
    h = of("tanh", b.dense("each", _cube(), 5))
    middle, ends = g.sum_axes(h, (1,)), g.sum_axes(h, (0, 2))
    top = g.max_axes(h, (1,), True)
    highest = g.max_axes(h, (1, 2))
    whole = g.pointwise(_PER_ROW, g.sum_axes(h, (0, 1, 2)))
    y = (h - top) * g.reshape(g.pointwise(_PER_ROW, ends), (T, 1)) + g.expand(middle, 1) * 0.1
    return fit(b, y + whole * g.reshape(highest, (None, 1, 1)))


def build_broadcasts() -> Graph:
    b = Builder()
    h = b.dense("each", _cube(), 5)
    column, row = g.slice_axis(h, 2, 0, 1), g.slice_axis(h, 1, 0, 1)
    grid = b.parameter("grid", T, 5)
    y = column * row + h * grid + b.parameter("tall", T, 1) * b.parameter("wide", 5)
    return fit(b, y + g.broadcast_to(g.slice_axis(row, 2, 1, 2), (None, T, 5)))


def build_tied() -> Graph:
    b = Builder()
    w = b.parameter("w", 6, 4)
    back = of("tanh", _table() @ w) @ g.transpose(w, (1, 0))
    error = back - _table()
    return b.step([_row_mean(error * error)], ADAM)


def build_low_rank() -> Graph:
    b = Builder()
    w = b.parameter("a", 6, 2) @ b.parameter("b", 2, 5)
    return fit(b, of("relu", _table() @ (w + 0.1)))


def build_weight_norm() -> Graph:
    b = Builder()
    v = b.parameter("direction", 6, 5)
    norm = of("rsqrt", g.sum_axes(v * v, (0,), True))
    return fit(b, _table() @ (v * norm * b.parameter("gain", 5)))


def build_mixture() -> Graph:
    b = Builder()
    shares = ops.softmax(b.parameter("shares", 2, 5))
    logs = ops.log_softmax(b.parameter("logs", 5))
    h = b.dense("first", _table(), 5)
    best = g.top_k_mask(shares, 2) * g.reshape(g.argmax(shares) + 1.0, (2, 1))
    scale = g.sum_axes(shares * best, (0,)) + g.max_axes(shares, (0,))
    return fit(b, h * scale + logs)


def build_parameters_apart() -> Graph:
    """Shapes that weights do not have: joined, cut, padded and turned before they are used."""
    b = Builder()
    cube = b.parameter("cube", 2, 3, 2)
    turned = g.reshape(g.transpose(cube, (2, 0, 1)), (6, 2))
    both = g.concatenate((turned, g.slice_axis(b.parameter("w", 6, 4), 1, 1, 3)), 1)
    each = b.parameter("left", 2, 6, 3) @ b.parameter("right", 2, 3, 4)
    w = g.pad_axis(both, 1, 0, 1) + g.pad_axis(g.sum_axes(each, (0,)), 1, 1, 0)
    vector = b.parameter("vector", 6) @ w
    return fit(b, _table() @ w + vector)


def build_noise() -> Graph:
    b = Builder()
    x = _table() + draws.random_normal((None, 6), 0) * 0.3
    h = of("relu", b.dense("hidden", x, 7))
    h = h * draws.random_uniform((None, 7), 1, seed=5)
    return fit(b, h * draws.dropout_mask((1, 7), 0.5, 2))


# Steps around the gradients.


def _plain(b: Builder) -> tuple[Node, dict[str, Node], dict[str, Node]]:
    """A loss, its parameters and their gradients."""
    h = of("tanh", b.dense("first", _table(), 5))
    error = _real() - b.dense("last", h, 2)
    loss = _row_mean(error * error)
    each = g.broadcast_to(g.pointwise(Formula(0, (1.0 / rows(),))), (None,))
    held = {n.attrs["name"]: n for n in g.order([loss]) if n.op == "parameter"}
    slopes = gradients({loss: each}, list(held.values()))
    found = {k: s for k, s in zip(held, slopes, strict=True) if s is not None}
    return loss, held, found


def _norm(x: Node) -> Node:
    return of("sqrt", g.sum_axes(x * x, tuple(range(x.rank))))


def _stepped(loss: Node, writes: Mapping[str, Node], **totals: Node) -> Graph:
    return Graph(
        totals={"loss": (loss,), **{k: (v,) for k, v in totals.items()}},
        writes=writes,
        guard="loss",
    )


def build_clipped() -> Graph:
    loss, held, slopes = _plain(Builder())
    writes = {
        k: w - slopes[k] * (0.5 / g.combine("maximum", _norm(slopes[k]), 0.5)) * 0.1
        for k, w in held.items()
    }
    return _stepped(loss, writes)


def build_clipped_together() -> Graph:
    loss, held, slopes = _plain(Builder())
    squares = [g.sum_axes(s * s, tuple(range(s.rank))) for s in slopes.values()]
    total = squares[0]
    for square in squares[1:]:
        total = total + square
    scale = 0.1 / g.combine("maximum", of("sqrt", total), 0.1)
    return _stepped(loss, {k: w - slopes[k] * scale for k, w in held.items()})


def build_constrained() -> Graph:
    """Columns no longer than 0.8 after the update, and a running average of what results."""
    loss, held, slopes = _plain(Builder())
    writes: dict[str, Node] = {}
    for k, w in held.items():
        moved = w - slopes[k] * 0.1
        length = of("sqrt", g.sum_axes(moved * moved, (0,), True))
        writes[k] = moved * (g.combine("minimum", length, 0.8) / (length + 1e-7))
        writes[f"{k}/average"] = g.parameter(f"{k}/average", w.shape) * 0.9 + writes[k] * 0.1
        writes[f"{k}/last"] = writes[k]
    return _stepped(loss, writes)


def build_exchange() -> Graph:
    """Parameters that are written from the old values of each other."""
    loss, held, slopes = _plain(Builder())
    a, b, c, d = (g.parameter(k, (3, 4)) for k in "abcd")
    f = g.parameter("f", (1, 4))
    writes = {k: w - slopes[k] * 0.1 for k, w in held.items()}
    writes |= {"a": b, "b": a, "c": d * 2.0 + c, "d": c - d, "e": g.reshape(f, (4,)), "f": f * 2.0}
    return _stepped(loss, writes)


def build_statistics() -> Graph:
    """Variables of a metric: vectors and numbers that grow from batch to batch."""
    loss, held, slopes = _plain(Builder())
    hot = one_hot(g.input_node("label", (None,)), C)
    ones = g.broadcast_to(g.pointwise(Formula(0, (1.0 * rows(),))), ())
    matrix = g.matmul(hot, hot * loss.rank + 0.0, transpose_a=True)
    writes = {k: w - slopes[k] * 0.1 for k, w in held.items()}
    writes |= {
        "counts": g.parameter("counts", (C,)) + g.sum_axes(hot, (0,)),
        "pairs": g.parameter("pairs", (C, C)) + matrix,
        "seen": g.parameter("seen", ()) + ones,
        "worth": g.parameter("worth", (1, C)) * 0.5 + g.sum_axes(hot, (0,), True),
        "sum": g.parameter("sum", ()) + g.sum_axes(hot, (0, 1)),
    }
    return _stepped(loss, writes)


def build_total_of_a_new_value() -> Graph:
    """A total reads what the step writes, before it is known whether the step stands."""
    loss, held, slopes = _plain(Builder())
    writes = {k: w - slopes[k] * 0.1 for k, w in held.items()}
    size = g.sum_axes(writes["first/w"] * writes["first/w"], (0, 1))
    return _stepped(loss, writes, size=size)


def build_tallies() -> Graph:
    graph = build_statistics()
    hot = one_hot(g.input_node("label", (None,)), C)
    many = g.reshape(g.expand(hot, 2) * g.expand(_table(), 1), (None, 18))
    tallies = {"classes": hot, "sums": many, "sizes": of("abs", _real())}
    return Graph(graph.outputs, graph.totals, graph.writes, graph.guard, tallies)


GENERAL: dict[str, Callable[[], Graph]] = {
    "batch_norm": build_batch_norm,
    "batch_norm_kept": lambda: build_batch_norm(True),
    "batch_norm_of_positions": build_batch_norm_of_positions,
    "layer_norm": lambda: build_layer_norm((1,), (5,)),
    "layer_norm_of_positions": lambda: build_layer_norm((2,), (5,)),
    "layer_norm_over_positions": lambda: build_layer_norm((1,), (T, 1)),
    "layer_norm_over_all": lambda: build_layer_norm((1, 2), (T, 5)),
    "group_norm": build_group_norm,
    "attention": build_attention,
    "heads": build_heads,
    "mixer": build_mixer,
    "embedding": build_embedding,
    "two_tables": build_two_tables,
    "computed_labels": build_computed_labels,
    "token_labels": build_token_labels,
    "token_targets": build_token_targets,
    "best": build_best,
    "joints": build_joints,
    "reductions": build_reductions,
    "broadcasts": build_broadcasts,
    "tied": build_tied,
    "low_rank": build_low_rank,
    "weight_norm": build_weight_norm,
    "mixture": build_mixture,
    "parameters_apart": build_parameters_apart,
    "noise": build_noise,
    "clipped": build_clipped,
    "clipped_together": build_clipped_together,
    "constrained": build_constrained,
    "exchange": build_exchange,
    "statistics": build_statistics,
    "tallies": build_tallies,
    "total_of_a_new_value": build_total_of_a_new_value,
}

ALL = {**NETS, **GENERAL}
