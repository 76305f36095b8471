"""The native engine's lowering: every net of the passes' tests, against the reference engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn import ops
from pronghorn._core.errors import EngineError
from pronghorn.engines.base import Feed, RunResult, engine_named
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Graph
from unit.ir.general_nets import ALL
from unit.ir.nets import ROWS, build_logistic, draw_sources, make_stores, run_epoch

NATIVE, REFERENCE = engine_named("native"), engine_named("reference")


@pytest.mark.parametrize("batch", [1, 4, 64])
@pytest.mark.parametrize("name", ALL)
def test_an_epoch_is_that_of_the_reference_engine(name: str, batch: int) -> None:
    graph = ALL[name]()
    expected = run_epoch(graph, REFERENCE, batch=batch)
    found = run_epoch(graph, NATIVE, batch=batch)
    for key, total in expected.totals.items():
        tolerances.LOSS_VS_REFERENCE.check(found.totals[key], total, key)
    for key, value in expected.weights.items():
        tolerances.WEIGHTS_VS_REFERENCE.check(found.weights[key], value, key)
    for key, value in expected.outputs.items():
        tolerances.WEIGHTS_VS_REFERENCE.check(found.outputs[key], value, key)
    assert found.tallies.keys() == expected.tallies.keys()
    for key, value in expected.tallies.items():
        tolerances.LOSS_VS_REFERENCE.check(found.tallies[key], value, key)


@pytest.mark.parametrize("name", ALL)
def test_a_trace_is_that_of_the_reference_engine(name: str) -> None:
    graph = ALL[name]()
    feed = Feed(draw_sources(graph), np.arange(ROWS)[::-1].copy(), ROWS)
    scalars = {"alpha": np.array([0.1])}
    traces: list[dict[str, Any]] = []
    for engine in (NATIVE, REFERENCE):
        stores = make_stores(graph, engine)
        before = {key: store.read() for key, store in stores.items()}
        program = engine.lower(graph, stores, ROWS)
        traces.append(program.trace(feed, scalars=scalars, step=3, seed=9))
        for key, store in stores.items():
            np.testing.assert_array_equal(store.read(), before[key])
    assert traces[0].keys() == traces[1].keys()
    for key, value in traces[1].items():
        tolerances.WEIGHTS_VS_REFERENCE.check(traces[0][key], value, key)


@pytest.mark.parametrize("width", [3, 700])  # work for one thread, and for more
@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_an_answer_is_what_a_run_puts_out(engine: Any, width: int) -> None:
    x = g.input_node("x", (None, 4))
    w = g.parameter("w", (4, width))
    graph = Graph(outputs={"y": ops.relu(x @ w) @ g.parameter("v", (width, 600))})
    stores = make_stores(graph, engine)
    program = engine.lower(graph, stores, 8)
    rows = np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)
    expected, found = np.empty((2, 5, 600), np.float32)
    program.run(Feed({"x": rows}, np.arange(5), 5), scalars={}, outputs={"y": expected})
    for _ in range(2):
        found.fill(np.nan)
        assert program.answer(rows, found) is None
        np.testing.assert_array_equal(found, expected)
    rows[3, 1] = np.inf
    assert program.answer(rows, found) == RunResult(0, "nonfinite_input", "x", 3)


@pytest.mark.parametrize("label", [3, -1])
@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_a_refused_label_writes_nothing(engine: Any, label: int) -> None:
    graph = build_logistic()
    sources = draw_sources(graph)
    sources["label"][5] = label
    check_refusal(engine, graph, sources, RunResult(1, "label", "label", 5))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_a_refused_row_writes_nothing(engine: Any, value: float) -> None:
    graph = build_logistic()
    sources = draw_sources(graph)
    sources["x"][6, 2] = value
    check_refusal(engine, graph, sources, RunResult(1, "nonfinite_input", "x", 6))


@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_a_loss_that_is_not_finite_writes_nothing(engine: Any) -> None:
    x = g.input_node("x", (None, 2))
    w = g.parameter("w", (2, 1))
    # log of the negative third batch is NaN.
    loss = ops.sum(ops.log(x @ w), axis=-1)
    graph = Graph(totals={"loss": (loss,)}, writes={"w": w * 1.0 + 0.5}, guard="loss")
    rows = np.array([[1.0, 2.0]] * 4 + [[-1.0, -2.0]] * 2, np.float32)
    stores = {"w": engine.store((2, 1))}
    stores["w"].fill(1.0)
    program = engine.lower(graph, stores, 2)
    done = program.run(Feed({"x": rows}, np.arange(6), 2), scalars={})
    assert done == RunResult(2, "nonfinite_total", "loss", 4)
    assert stores["w"].read().tolist() == [[2.0], [2.0]]
    # Two rows of log 3 with w = 1, then two of log 4.5 with w = 1.5
    expected = 2 * np.log(3.0) + 2 * np.log(4.5)
    tolerances.LOSS_VS_REFERENCE.check(program.totals()["loss"], expected)


def check_refusal(engine: Any, graph: Graph, sources: Any, expected: RunResult) -> None:
    """One step of four rows stands; the second wrote nothing and adds nothing."""
    first = make_stores(graph, engine)
    whole = engine.lower(graph, first, 4)
    whole.run(Feed(sources, np.arange(4), 4), scalars={"alpha": np.full(1, 0.1)})
    stores = make_stores(graph, engine)
    program = engine.lower(graph, stores, 4)
    scalars = {"alpha": np.full(3, 0.1)}
    assert program.run(Feed(sources, np.arange(ROWS), 4), scalars=scalars) == expected
    assert program.totals() == whole.totals()
    for name, store in stores.items():
        np.testing.assert_array_equal(store.read(), first[name].read())


@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_tallies_are_column_sums_until_they_are_reset(engine: Any) -> None:
    x = g.input_node("x", (None, 3))
    ones = g.sum_axes(x, (1,))
    graph = Graph(totals={"sum": (ones,)}, tallies={"twice": x * 2.0, "each": x})
    rows = np.array([[1, 2, 4], [8, 16, 32], [64, 128, 256]], np.float32)
    program = engine.lower(graph, {}, 2)
    for times in (1, 2):
        program.run(Feed({"x": rows}, np.arange(3), 2), scalars={})
        found = {name: tally.tolist() for name, tally in program.tallies().items()}
        each = [73.0 * times, 146.0 * times, 292.0 * times]
        assert found == {"twice": [2 * v for v in each], "each": each}
        assert program.totals() == {"sum": 511.0 * times}
    program.reset_totals()
    assert program.tallies()["each"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_a_step_that_is_given_up_tallies_nothing(engine: Any) -> None:
    x = g.input_node("x", (None, 2))
    graph = Graph(totals={"loss": (g.sum_axes(ops.log(x), (1,)),)}, tallies={"t": x}, guard="loss")
    rows = np.array([[1.0, 2.0], [-1.0, 5.0]], np.float32)
    program = engine.lower(graph, {}, 1)
    assert program.run(Feed({"x": rows}, np.arange(2), 1), scalars={}).steps == 1
    assert program.tallies()["t"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_nothing_is_written_before_the_guard_has_passed(engine: Any) -> None:
    """Also where the loss itself reads the new value."""
    x = g.input_node("x", (None, 2))
    w, seen = g.parameter("w", (2,)), g.parameter("seen", (2,))
    new = w + g.sum_axes(x, (0,))
    loss = g.sum_axes(ops.log(new), (0,))
    graph = Graph(totals={"loss": (loss,)}, writes={"w": new, "seen": seen + new}, guard="loss")
    rows = np.array([[1.0, 2.0], [-9.0, 5.0]], np.float32)
    stores = {name: engine.store((2,)) for name in ("w", "seen")}
    program = engine.lower(graph, stores, 1)
    done = program.run(Feed({"x": rows}, np.arange(2), 1), scalars={})
    assert done == RunResult(1, "nonfinite_total", "loss", 1)
    assert stores["w"].read().tolist() == stores["seen"].read().tolist() == [1.0, 2.0]


@pytest.mark.parametrize("engine", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_parameters_are_exchanged(engine: Any) -> None:
    a, b, c = (g.parameter(name, (2, 2)) for name in "abc")
    graph = Graph(writes={"a": b, "b": c, "c": a}, totals={"rows": (g.input_node("x", (None,)),)})
    stores = {name: engine.store((2, 2)) for name in "abc"}
    for i, store in enumerate(stores.values()):
        store.fill(float(i))
    program = engine.lower(graph, stores, 1)
    program.run(Feed({"x": np.ones(4, np.float32)}, np.arange(4), 1), scalars={})
    # Four turns of a circle of three are one turn.
    assert [float(stores[name].read()[1, 0]) for name in "abc"] == [1.0, 2.0, 0.0]


def test_a_store_of_another_engine_is_refused() -> None:
    graph = build_logistic()
    with pytest.raises(EngineError, match="expected a store of the native engine"):
        NATIVE.lower(graph, make_stores(graph, REFERENCE), 4)


def test_what_it_cannot_run_is_refused_by_name() -> None:
    x = g.input_node("x", (None,))
    graph = Graph(outputs={"y": g.Node("one_hot", (x + x,), (None, 3))})
    with pytest.raises(EngineError, match=r"native engine, operation 'pointwise': expected labels"):
        NATIVE.lower(graph, {}, 4)
