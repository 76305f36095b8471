"""The reference engine keeps every promise of engines/base.py, in numbers worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pronghorn import ops
from pronghorn._core.errors import EngineError, ShapeError
from pronghorn._core.rng import dropout_mask
from pronghorn.engines.base import Engine, Feed, RunResult, engine_named
from pronghorn.engines.reference import ENGINE
from pronghorn.ir import draws
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.labels import one_hot, per_row
from pronghorn.ir.scalar import input_expr, rows, step_scalar
from tolerances import ROUNDED_TO_FLOAT64

X = g.input_node("x", (None,))
W = g.parameter("w", ())
ONE = g.constant(np.array(1.0))
DATA = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
BATCH_SUM = g.sum_axes(X, (0,))


def stores(**values: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in values.items():
        made[name] = ENGINE.store(np.shape(value))
        made[name].write(np.asarray(value))
    return made


def feed(batch: int = 2, index: Any = None, **sources: Any) -> Feed:
    arrays = {name: np.asarray(values) for name, values in (sources or {"x": DATA}).items()}
    count = len(next(iter(arrays.values())))
    return Feed(arrays, np.arange(count) if index is None else np.array(index), batch)


def run(
    graph: Graph, data: Feed, held: Mapping[str, Any] | None = None, **settings: Any
) -> tuple[RunResult, dict[str, float]]:
    program = ENGINE.lower(graph, held or {}, data.batch)
    done = program.run(data, **{"scalars": {}, **settings})
    return done, program.totals()


def test_it_is_the_engine_of_that_name() -> None:
    assert engine_named("reference") is ENGINE
    assert isinstance(ENGINE.name, str) and ENGINE.name == "reference"


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineError, match="engine: expected 'native' or 'reference'"):
        engine_named("abacus")


# Batches and totals.


@pytest.mark.parametrize(("batch", "steps"), [(1, 5), (2, 3), (5, 1), (99, 1)])
def test_every_row_counts_once_whatever_the_batch(batch: int, steps: int) -> None:
    done, totals = run(Graph(totals={"sum": (X,), "rows": (ONE,)}), feed(batch))
    assert done == RunResult(steps)
    assert totals == {"sum": 31.0, "rows": 5.0}


def test_a_number_counts_once_for_each_sample() -> None:
    # Batches (1 2), (4 8), (16): sums 3, 12, 16, each times its rows: 6 + 24 + 16
    _, totals = run(Graph(totals={"t": (BATCH_SUM,)}), feed(2))
    assert totals == {"t": 46.0}


def test_terms_of_a_total_are_added() -> None:
    # Rows: 31; 1/rows once for each row: one for each of three batches
    mean = g.pointwise(Formula(0, (1.0 / rows(),)))
    _, totals = run(Graph(totals={"t": (X, mean)}), feed(2))
    assert totals == {"t": 34.0}


def test_no_rows_are_no_steps() -> None:
    graph = Graph(totals={"t": (X,)}, writes={"w": W + 1.0})
    held = stores(w=0.5)
    done, totals = run(graph, feed(2, index=np.zeros(0, np.int64)), held)
    assert (done, totals, float(held["w"].value)) == (RunResult(0), {"t": 0.0}, 0.5)


def test_totals_go_on_until_they_are_reset() -> None:
    program = ENGINE.lower(Graph(totals={"t": (X,)}), {}, 2)
    for expected in (31.0, 62.0):
        program.run(feed(2), scalars={})
        assert program.totals() == {"t": expected}
    program.reset_totals()
    assert program.totals() == {"t": 0.0}


def test_outputs_stand_in_the_order_of_the_visit() -> None:
    out = np.zeros(4, np.float32)
    graph = Graph(outputs={"y": X * 10.0})
    run(graph, feed(3, index=[4, 0, 0, 2]), outputs={"y": out})
    assert out.tolist() == [160.0, 10.0, 10.0, 40.0]


def test_outputs_that_nobody_asked_for_are_left_out() -> None:
    out = np.zeros(5, np.float32)
    run(Graph(outputs={"y": X, "z": X * 2.0}), feed(2), outputs={"z": out})
    assert out.tolist() == [2.0, 4.0, 8.0, 16.0, 32.0]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float16", "bool"])
def test_rows_of_any_type_are_numbers(dtype: str) -> None:
    image = g.input_node("image", (None, 2, 2))
    bits = np.array([[[0, 1], [1, 1]], [[1, 0], [0, 0]]]).astype(dtype)
    total = Graph(totals={"t": (g.sum_axes(image * 0.5, (1, 2)),)})
    assert run(total, feed(2, image=bits))[1] == {"t": 2.0}


def test_rows_may_come_flat() -> None:
    image = g.input_node("image", (None, 2, 2))
    total = Graph(totals={"t": (g.max_axes(g.reshape(image, (None, 4)), (-1,)),)})
    assert run(total, feed(2, image=[[1.0, 2.0, 3.0, 4.0]]))[1] == {"t": 4.0}


# Writes.


def test_a_step_sees_what_the_step_before_it_wrote() -> None:
    # w ← 2 w + Σ x over batches (1 2), (4 8), (16): 1 → 5 → 22 → 60
    held = stores(w=1.0)
    run(Graph(writes={"w": W * 2.0 + BATCH_SUM}), feed(2), held)
    assert float(held["w"].value) == 60.0


def test_writes_of_a_step_happen_together() -> None:
    held = stores(a=[1.0], b=[2.0])
    a, b = g.parameter("a", (1,)), g.parameter("b", (1,))
    run(Graph(writes={"a": b, "b": a}, totals={"n": (X,)}), feed(5), held)
    assert (held["a"].value[0], held["b"].value[0]) == (2.0, 1.0)


def test_scalars_change_from_step_to_step() -> None:
    # w ← w + lr · rows: 10·2 + 100·2 + 1000·1
    lr = g.pointwise(Formula(0, (step_scalar("lr") * rows(),)))
    held = stores(w=0.0)
    graph = Graph(writes={"w": W + lr}, totals={"n": (X,)})
    run(graph, feed(2), held, scalars={"lr": np.array([10.0, 100.0, 1000.0])})
    assert float(held["w"].value) == 1220.0


def test_numbers_are_kept_in_double_precision() -> None:
    # In float32, 1 + 1e-9 is 1.
    held = stores(w=1.0)
    run(Graph(writes={"w": W + 1e-9}, totals={"n": (X,)}), feed(1), held)
    assert float(held["w"].value) == ROUNDED_TO_FLOAT64.approx(1.0 + 5e-9)


def test_masks_are_those_of_the_counter_generator() -> None:
    mask = draws.dropout_mask((None, 3), 0.4, 7)
    out = np.zeros((5, 3), np.float32)
    wide = g.input_node("x", (None, 3))
    graph = Graph(outputs={"y": mask * (wide * 0.0 + 1.0)})
    run(graph, feed(2, x=np.zeros((5, 3))), step=40, seed=11, outputs={"y": out})
    drawn = [dropout_mask(11, 7, 40 + step, 0.4, n, 3) for step, n in enumerate((2, 2, 1))]
    np.testing.assert_array_equal(out, np.concatenate(drawn))


def test_a_mask_of_its_own_seed_and_of_all_rows_alike() -> None:
    mask = draws.dropout_mask((1, 70), 0.4, 7, seed=2**64 + 13)
    out = np.zeros((5, 70), np.float32)
    wide = g.input_node("x", (None, 70))
    graph = Graph(outputs={"y": mask * (wide * 0.0 + 1.0)})
    run(graph, feed(2, x=np.zeros((5, 70))), step=40, seed=11, outputs={"y": out})
    rows_of = [(40, 2), (41, 2), (42, 1)]
    drawn = [np.repeat(dropout_mask(13, 7, step, 0.4, 1, 70), n, axis=0) for step, n in rows_of]
    np.testing.assert_array_equal(out, np.concatenate(drawn))


# What is refused: the step that fails writes nothing, those before it stand.

Z, Y = g.input_node("z", (None, 3)), g.input_node("y", (None,))
LOSS = per_row("sparse_xent", Z, Y)
COUNT = {"rows": (ONE,)}


def label_graph(labels: Node) -> Graph:
    return Graph(totals={"loss": (per_row("sparse_xent", Z, labels),), **COUNT}, writes=ADD_ONE)


ADD_ONE = {"w": W + 1.0}


@pytest.mark.parametrize("label", [3, 100, -1])
def test_a_label_outside_the_classes_is_named(label: int) -> None:
    held = stores(w=0.0)
    data = feed(2, index=[0, 4, 2, 3, 1], z=np.zeros((5, 3)), y=[0, 1, 2, label, 0])
    done, totals = run(label_graph(Y), data, held)
    assert done == RunResult(1, "label", "y", 3)
    assert (totals["rows"], float(held["w"].value)) == (2.0, 1.0)


def test_labels_in_a_column_are_checked_too() -> None:
    column = g.input_node("y", (None, 1))
    data = feed(4, z=np.zeros((2, 3)), y=[[0], [-1]])
    held = stores(w=0.0)
    done, _ = run(label_graph(g.reshape(column, (None,))), data, held)
    assert done == RunResult(0, "label", "y", 1)


def test_labels_read_twice_must_fit_both() -> None:
    codes = one_hot(Y, 2)
    graph = Graph(totals={"loss": (LOSS,), "codes": (g.sum_axes(codes, (1,)),)})
    assert run(graph, feed(4, z=np.zeros((2, 3)), y=[0, 2]))[0] == RunResult(0, "label", "y", 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_named(value: float) -> None:
    z = np.zeros((5, 3))
    z[4, 1] = value
    held = stores(w=0.0)
    data = feed(2, index=[3, 1, 0, 4, 2], z=z, y=np.zeros(5, np.int64))
    done, totals = run(label_graph(Y), data, held)
    assert done == RunResult(1, "nonfinite_input", "z", 4)
    assert (totals["rows"], float(held["w"].value)) == (2.0, 1.0)


def guarded(guard: str | None) -> tuple[Graph, dict[str, Any]]:
    """A loss Σ x / w with w: 2 → 1 → 0, so that the third step divides by zero."""
    loss = g.combine("div", X, W)
    writes = {"w": W - 1.0, "seen": g.parameter("seen", ()) + BATCH_SUM}
    return Graph({"y": X}, {"loss": (loss,), **COUNT}, writes, guard), stores(w=2.0, seen=0.0)


def test_a_loss_that_is_not_finite_writes_nothing() -> None:
    graph, held = guarded("loss")
    out = np.full(5, -1.0, np.float32)
    done, totals = run(graph, feed(2, index=[4, 3, 2, 1, 0]), held, outputs={"y": out})
    # 4 is the position of the third batch's first row in the order of the visit.
    assert done == RunResult(2, "nonfinite_total", "loss", 4)
    # (16 + 8) / 2 + (4 + 2) / 1
    assert totals == {"loss": 18.0, "rows": 4.0}
    assert (float(held["w"].value), float(held["seen"].value)) == (0.0, 30.0)
    assert out.tolist() == [16.0, 8.0, 4.0, 2.0, -1.0]


def test_without_a_guard_the_run_goes_on() -> None:
    graph, held = guarded(None)
    done, totals = run(graph, feed(2), held)
    assert done == RunResult(3)
    assert totals["loss"] == np.inf and float(held["w"].value) == -1.0


def test_a_guard_looks_at_its_own_total_only() -> None:
    graph, held = guarded("rows")
    assert run(graph, feed(2), held)[0] == RunResult(3)


# Trace.


def test_a_trace_shows_one_batch_and_changes_nothing() -> None:
    held = stores(w=3.0)
    graph = Graph({"y": X * W}, {"t": (X,)}, {"w": W + 1.0})
    program = ENGINE.lower(graph, held, 2)
    found = program.trace(feed(2, index=[2, 0, 1]), scalars={})
    assert {k: v.tolist() for k, v in found.items()} == {"y": [12.0, 3.0]}
    assert (float(held["w"].value), program.totals()) == (3.0, {"t": 0.0})


def test_a_trace_keeps_double_precision() -> None:
    found = ENGINE.lower(Graph({"y": X / 3.0}), {}, 1).trace(feed(1), scalars={})
    assert found["y"].dtype == np.float64 and found["y"][0] == 1.0 / 3.0


def test_a_trace_reads_the_scalars_and_masks_of_its_step() -> None:
    scaled = g.pointwise(Formula(1, (input_expr(0) * step_scalar("a"),)), X)
    graph = Graph({"y": scaled, "m": draws.dropout_mask((None, 2), 0.5, 1)})
    program = ENGINE.lower(graph, {}, 5)
    found = program.trace(feed(5), scalars={"a": np.array([2.0])}, step=6, seed=4)
    assert found["y"].tolist() == [2.0, 4.0, 8.0, 16.0, 32.0]
    np.testing.assert_array_equal(found["m"], dropout_mask(4, 1, 6, 0.5, 5, 2))


# Stores.


def test_a_store_begins_with_zeros() -> None:
    store = ENGINE.store((2, 3))
    assert store.shape == (2, 3)
    assert store.read().dtype == np.float32 and not store.read().any()


def test_a_store_hands_out_copies() -> None:
    store = ENGINE.store((2,))
    given = np.array([1.0, 2.0])
    store.write(given)
    given[0] = 9.0
    store.read()[1] = 9.0
    assert store.read().tolist() == [1.0, 2.0]


def test_a_store_is_filled() -> None:
    store = ENGINE.store((2, 2))
    store.fill(0.5)
    assert store.read().tolist() == [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize("shape", [(3,), (2, 1), (1, 2), ()])
def test_a_store_refuses_another_shape(shape: tuple[int, ...]) -> None:
    store = ENGINE.store((2,))
    store.fill(7.0)
    with pytest.raises(ShapeError, match=r"store: expected shape \(2,\), received shape"):
        store.write(np.zeros(shape))
    assert store.read().tolist() == [7.0, 7.0]


def test_a_store_of_another_engine_is_refused() -> None:
    class Foreign:
        shape = ()

    other: Any = Foreign()
    with pytest.raises(EngineError, match="parameter 'w': expected a store of the reference"):
        ENGINE.lower(Graph(writes={"w": W}), {"w": other}, 1)


def test_a_matrix_product_is_a_matrix_product() -> None:
    # (1 2) (5 6; 7 8) = (19 22), plus bias (0.5 -0.5), relu
    x, w, b = g.input_node("x", (None, 2)), g.parameter("w", (2, 2)), g.parameter("b", (2,))
    held = stores(w=[[5.0, 6.0], [7.0, 8.0]], b=[0.5, -22.5])
    engine: Engine = ENGINE
    program = engine.lower(Graph({"y": ops.relu(x @ w + b)}), held, 1)
    found = program.trace(feed(1, x=[[1.0, 2.0]]), scalars={})
    assert found["y"].tolist() == [[19.5, 0.0]]
