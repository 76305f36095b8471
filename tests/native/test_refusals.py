"""Plans, formulas and runs that cannot be right are refused, and change nothing."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from native.plans import ADD, DESCEND, IDENTITY, draw, make_map, rows_of, store_of
from pronghorn import _native

Build = Callable[[_native.Plan], object]


def forward(plan: _native.Plan, k: int = 3, m: int = 2) -> tuple[int, int]:
    x, y = plan.buffer(k), plan.buffer(m)
    plan.gather(0, x)
    plan.dense_forward(x, _native.Store((3, 2)), IDENTITY, [], [y])
    return x, y


BAD_PLANS: dict[str, tuple[str, Build]] = {
    "no columns": ("at least one column", lambda p: p.buffer(0)),
    "fixed rows": ("one row if fixed", lambda p: p.buffer(2, 3, True)),
    "absent value": ("a value from 0 to -1", lambda p: p.gather(0, 0)),
    "absent accumulator": ("one of 0 accumulators", lambda p: p.total(p.buffer(1), 0)),
    "gather into labels": ("buffer of the batch's rows", lambda p: p.gather(0, p.labels())),
    "gather into a fixed row": ("batch's rows", lambda p: p.gather(0, p.buffer(2, fixed=True))),
    "labels in a buffer": ("labels", lambda p: p.gather_labels(0, p.buffer(1), 3)),
    "no classes": ("at least one class", lambda p: p.gather_labels(0, p.labels(), 0)),
    "negative source": ("from 0 to 1024", lambda p: p.gather(-1, p.buffer(2))),
    "two shapes of a source": (
        "4 elements a sample",
        lambda p: gather_twice(p),
    ),
    "x does not fit w": (r"weights of shape \(4, 2\)", lambda p: forward(p, k=4)),
    "result does not fit w": (r"outputs of shape \(n, 2\)", lambda p: forward(p, m=3)),
    "weights that are a vector": (
        "weights of shape",
        lambda p: p.dense_forward(p.buffer(3), _native.Store((3,)), IDENTITY, [], [p.buffer(1)]),
    ),
    "words of words": (
        "a buffer of floats",
        lambda p: p.words(p.words(p.buffer(3), True), True),
    ),
    "words of labels": ("to be a buffer", lambda p: p.words(p.labels(), False)),
    "rounding into floats": ("words made for", lambda p: p.round_rows(p.buffer(3), p.buffer(3))),
    "rounding into other words": (
        "words made for",
        lambda p: p.round_rows(p.buffer(3), p.words(p.buffer(4), True)),
    ),
    "words the other way": (
        "x in words along its rows",
        lambda p: p.dense_forward(
            p.words(p.buffer(3), True), _native.Store((3, 2)), IDENTITY, [], [p.buffer(2)]
        ),
    ),
    "words beside floats": (
        "equal rows and form",
        lambda p: p.dense_weight_gradient(
            p.words(p.buffer(3), True), p.buffer(2), IDENTITY, [], [_native.Store((3, 2))]
        ),
    ),
    "a right operand along its rows": (
        "a right operand across its rows",
        lambda p: p.words(p.buffer(3), False, "right"),
    ),
    "a side that there is not": (
        "'none', 'left' or 'right'",
        lambda p: p.words(p.buffer(3), True, "middle"),
    ),
    "two left operands": (
        "dz as the right operand",
        lambda p: p.dense_weight_gradient(
            p.words(p.buffer(3), True, "left"),
            p.words(p.buffer(2), True, "left"),
            IDENTITY,
            [],
            [_native.Store((3, 2))],
        ),
    ),
    "words in a formula": (
        "a buffer of floats",
        lambda p: p.map_rows(IDENTITY, [p.words(p.buffer(3), True)], [p.buffer(3)]),
    ),
    "result in x": ("outputs other than x", lambda p: result_in_x(p)),
    "too few operands": (
        "2 inputs",
        lambda p: p.dense_forward(p.buffer(3), _native.Store((3, 2)), ADD, [], [p.buffer(2)]),
    ),
    "too many results": (
        "1 outputs",
        lambda p: p.map_rows(IDENTITY, [p.buffer(2)], [p.buffer(2), p.buffer(2)]),
    ),
    "no result": ("at least one output", lambda p: p.map_rows(IDENTITY, [p.buffer(2)], [])),
    "bias of another length": (
        "a store of 2 elements",
        lambda p: p.map_rows(ADD, [p.buffer(2), _native.Store((3,))], [p.buffer(2)]),
    ),
    "rows of another count": (
        "rows a sample",
        lambda p: p.map_rows(ADD, [p.buffer(2), p.buffer(2, 3)], [p.buffer(2)]),
    ),
    "gradient of another shape": (
        r"weights of shape \(3, 2\)",
        lambda p: p.dense_weight_gradient(
            p.buffer(3), p.buffer(2), DESCEND, [_native.Store((2, 3))], [_native.Store((2, 3))]
        ),
    ),
    "slot of another shape": (
        r"stores of shape \(3, 2\)",
        lambda p: p.map_store(ADD, [_native.Store((3, 2)), _native.Store((3,))], [store32()]),
    ),
    "column sum of another length": (
        "2 elements",
        lambda p: p.column_sum(p.buffer(2), IDENTITY, [], [_native.Store((3,))]),
    ),
    "column sum into rows": (
        "fixed buffers",
        lambda p: p.column_sum(p.buffer(2), IDENTITY, [], [p.buffer(2)]),
    ),
    "unknown reduction": (
        "'sum', 'mean', 'max' or 'product'",
        lambda p: p.reduce_rows("min", p.buffer(2), p.buffer(1)),
    ),
    "unknown reduction of columns": (
        "'max', 'product' or 'argmax'",
        lambda p: p.reduce_columns("sum", p.buffer(2), p.buffer(2, fixed=True)),
    ),
    "columns reduced into rows": (
        "a fixed output",
        lambda p: p.reduce_columns("max", p.buffer(2), p.buffer(2)),
    ),
    "columns reduced into others": (
        "out of 2 columns",
        lambda p: p.reduce_columns("max", p.buffer(2), p.buffer(3, fixed=True)),
    ),
    "wide reduction": (
        "out of 1 columns",
        lambda p: p.reduce_rows("sum", p.buffer(2), p.buffer(2)),
    ),
    "softmax of another width": ("out of 2 columns", lambda p: p.softmax(p.buffer(2), p.buffer(3))),
    "softmax in place": ("other than the inputs", lambda p: softmax_in_place(p)),
    "labels never gathered": (
        "labels gathered below 4",
        lambda p: p.sparse_xent(p.buffer(4), p.labels(), p.buffer(1)),
    ),
    "more classes than columns": ("labels gathered below 4", lambda p: narrow_loss(p)),
    "drop everything": ("from 0 to below 1", lambda p: p.dropout_mask(p.buffer(2), 1.0, 0)),
    "columns outside": (
        "columns within",
        lambda p: p.copy_columns(p.buffer(2), 1, p.buffer(2), 0, 2),
    ),
    "negative columns": (
        "columns within",
        lambda p: p.copy_columns(p.buffer(2), -1, p.buffer(2), 0, 2),
    ),
    "reshape of another size": (
        "equally many elements",
        lambda p: p.reshape(p.buffer(2, 3), p.buffer(4)),
    ),
    "total of a wide value": ("one column", lambda p: p.total(p.buffer(2), p.accumulator())),
    "sum of nothing": (
        "at least one store",
        lambda p: p.store_sum(make_map(0, [], [0], [("const", 1.0)]), []),
    ),
    "sum into a row": (
        "store of one element",
        lambda p: p.sum_value(p.store_sum(IDENTITY, [store32()]), store32()),
    ),
    "a sum that is not there": ("what store_sum gave", lambda p: p.sum_total(0, p.accumulator())),
    "a formula of other sums": (
        "a sum for each input",
        lambda p: p.formula_total(IDENTITY, [], p.accumulator()),
    ),
    "no labels": ("at least one label", lambda p: p.labels(0)),
    "labels of another number": (
        "equal rows",
        lambda p: p.one_hot(gathered(p, 3, 2), p.buffer(3)),
    ),
    "tally beyond the accumulators": (
        "an accumulator for each column",
        lambda p: p.tally(p.buffer(2), p.accumulator()),
    ),
    "copy over itself": ("other than the inputs", lambda p: copy_over_itself(p)),
    "rows into a fixed copy": (
        "fixed inputs of a fixed output",
        lambda p: p.index_copy([p.buffer(2)], rows_of(2), p.buffer(2, fixed=True)),
    ),
    "too few offsets": (
        "an offset for each element",
        lambda p: p.index_copy([p.buffer(2)], rows_of(3), p.buffer(2, 2)),
    ),
    "offset beyond the inputs": (
        "offsets from -1 to 4 .*received 5",
        lambda p: p.index_copy([p.buffer(2), p.buffer(3)], rows_of(4) + 2, p.buffer(4)),
    ),
    "offset before the inputs": (
        "received -2",
        lambda p: p.index_copy([p.buffer(2)], rows_of(2) - 2, p.buffer(2)),
    ),
    "unknown fold": (
        "'sum', 'max' or 'product'",
        lambda p: p.index_reduce("mean", p.buffer(2), rows_of(2)[:, None], p.buffer(2)),
    ),
    "fold of nothing": (
        "a row of offsets",
        lambda p: p.index_reduce("sum", p.buffer(2), np.zeros((2, 0), np.int64), p.buffer(2)),
    ),
    "fold of an absent element": (
        "offsets from 0 to 1 .*received -1",
        lambda p: p.index_reduce("sum", p.buffer(2), rows_of(2)[:, None] - 1, p.buffer(2)),
    ),
    "matrices of another size": (
        r"b of \(2, 3, 4\) a sample",
        lambda p: p.sample_matmul(p.buffer(6), p.buffer(12), p.buffer(8), 2, 1, 3, 4),
    ),
    "matrices of no size": (
        r"a of \(0, 1, 3\)",
        lambda p: p.sample_matmul(p.buffer(3), p.buffer(12), p.buffer(4), 0, 1, 3, 4),
    ),
    "matrices with broken rows": (
        "in whole rows",
        lambda p: p.sample_matmul(p.buffer(2, 3), p.buffer(3, 4), p.buffer(4, 2), 1, 2, 3, 4),
    ),
    "table of another width": (
        "a table of 3 columns",
        lambda p: p.take_rows(store32(), gathered(p, 3), p.buffer(3)),
    ),
    "table that is a vector": (
        "a table of 1 columns",
        lambda p: p.take_rows(_native.Store((3,)), gathered(p, 3), p.buffer(1)),
    ),
    "labels beyond the table": (
        r"labels gathered below 3 \(the table's rows\)",
        lambda p: p.take_rows(store32(), gathered(p, 4), p.buffer(2)),
    ),
    "two labels for a row": (
        "a row for each label",
        lambda p: p.take_rows(store32(), gathered(p, 3, 2), p.buffer(2)),
    ),
    "gradient of other labels": (
        "a row for each label",
        lambda p: p.take_rows_gradient(gathered(p, 3, 2), p.buffer(2), store32()),
    ),
    "gradient beyond the table": (
        "labels gathered below 3",
        lambda p: p.take_rows_gradient(gathered(p, 9), p.buffer(2), store32()),
    ),
    "store into rows": (
        "a fixed buffer of 6 columns",
        lambda p: p.unpack(store32(), p.buffer(6)),
    ),
    "store from a short row": (
        "a fixed buffer of 6 columns",
        lambda p: p.pack(p.buffer(5, fixed=True), store32()),
    ),
    "wide argmax": ("out of 1 columns", lambda p: p.argmax(p.buffer(2), p.buffer(2))),
    "more than all": ("k from 1", lambda p: p.top_k_mask(p.buffer(2), 3, p.buffer(2))),
    "none of them": ("k from 1", lambda p: p.top_k_mask(p.buffer(2), 0, p.buffer(2))),
    "emit a fixed row": ("batch's rows", lambda p: p.emit(p.buffer(2, fixed=True), 0)),
    "emit twice": (
        "no other step writes",
        lambda p: emit_twice(p),
    ),
}


def store32() -> _native.Store:
    return _native.Store((3, 2))


def gather_twice(plan: _native.Plan) -> None:
    plan.gather(0, plan.buffer(4))
    plan.gather(0, plan.buffer(5))


def emit_twice(plan: _native.Plan) -> None:
    plan.emit(plan.buffer(2), 0)
    plan.emit(plan.buffer(2), 0)


def result_in_x(plan: _native.Plan) -> None:
    x = plan.buffer(3)
    plan.dense_forward(x, _native.Store((3, 3)), IDENTITY, [], [x])


def gathered(plan: _native.Plan, classes: int, per_sample: int = 1) -> int:
    labels = plan.labels(per_sample)
    plan.gather_labels(0, labels, classes)
    return labels


def copy_over_itself(plan: _native.Plan) -> None:
    x = plan.buffer(2)
    plan.index_copy([x], rows_of(2)[::-1].copy(), x)


def softmax_in_place(plan: _native.Plan) -> None:
    x = plan.buffer(2)
    plan.softmax(x, x)


def narrow_loss(plan: _native.Plan) -> None:
    labels = plan.labels()
    plan.gather_labels(0, labels, 5)
    plan.sparse_xent(plan.buffer(4), labels, plan.buffer(1))


@pytest.mark.parametrize("name", BAD_PLANS)
def test_bad_plan_is_refused(name: str) -> None:
    message, build = BAD_PLANS[name]
    plan = _native.Plan(8)
    with pytest.raises(ValueError, match=message):
        build(plan)


@pytest.mark.parametrize("rows", [0, 2**40])
def test_plan_without_sensible_batch_is_refused(rows: int) -> None:
    with pytest.raises(ValueError, match="samples in the largest batch"):
        _native.Plan(rows)


BAD_MAPS: dict[str, tuple[str, Callable[[], object]]] = {
    "register not written": ("register 5", lambda: make_map(1, [("neg", 1, 5, 0, 0)], [1])),
    "output not written": ("register 3", lambda: make_map(1, [("neg", 1, 0, 0, 0)], [3])),
    "second operand missing": ("register 2", lambda: make_map(1, [("add", 1, 0, 2, 0)], [1])),
    "third operand missing": ("register 2", lambda: make_map(1, [("select", 1, 0, 0, 2)], [1])),
    "input overwritten": ("result register", lambda: make_map(1, [("neg", 0, 0, 0, 0)], [0])),
    "unknown operation": (
        "an operation below",
        lambda: _native.Map("x", 1, [(99, 1, 0, 0, 0)], [1], []),
    ),
    "no output": ("1 to 6 outputs", lambda: make_map(1, [], [])),
    "too many inputs": ("0 to 12 inputs", lambda: make_map(13, [], [0])),
    "unknown scalar": ("'step', column", lambda: make_map(1, [], [0], [("epoch", 0)])),
    "negative register": ("from 0", lambda: make_map(1, [("neg", -1, 0, 0, 0)], [0])),
}


@pytest.mark.parametrize("name", BAD_MAPS)
def test_bad_formula_is_refused(name: str) -> None:
    message, build = BAD_MAPS[name]
    with pytest.raises(ValueError, match=message):
        build()


def summing_plan() -> tuple[_native.Plan, _native.Store]:
    """w += column sums of the rows times a step scalar; rows are also emitted."""
    plan, w = _native.Plan(4), _native.Store((3,))
    x = plan.buffer(3)
    plan.gather(0, x)
    plan.emit(x, 0)
    plan.column_sum(x, DESCEND, [w], [w])
    return plan, w


GOOD: dict[str, Any] = {
    "sources": [draw(6, 3)],
    "index": rows_of(6),
    "batch": 4,
    "scalars": np.ones((2, 1), np.float32),
    "step": 0,
    "seed": 0,
    "outputs": [np.empty((6, 3), np.float32)],
}
BAD_RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "no batch": ("a batch of 1 to 4", {"batch": 0}),
    "batch beyond the plan": ("a batch of 1 to 4", {"batch": 5}),
    "no source": ("at least 1 sources", {"sources": []}),
    "narrow source": ("3 elements a row", {"sources": [draw(6, 2)]}),
    "index too large": ("6 rows of source 0, received 6", {"index": rows_of(7)[1:]}),
    "index negative": ("received -1", {"index": rows_of(6) - 1}),
    "scalars missing": ("scalars of shape", {"scalars": np.ones((1, 1), np.float32)}),
    "output missing": ("output 0 of 18 elements", {"outputs": []}),
    "output too short": ("output 0 of 18", {"outputs": [np.empty((5, 3), np.float32)]}),
    "output of float64": ("output 0 to be float32", {"outputs": [np.empty((6, 3))]}),
    "output with holes": (
        "C-contiguous",
        {"outputs": [np.empty((6, 6), np.float32)[:, ::2]]},
    ),
    "columns apart": ("each row contiguous", {"sources": [draw(6, 6)[:, ::2]]}),
    "complex source": ("source 0 of float16", {"sources": [np.ones((6, 3), np.complex64)]}),
    "threads negative": ("0 or more threads", {"threads": -1}),
    "limit negative": ("0 or more threads", {"limit": -1}),
}


@pytest.mark.parametrize("name", BAD_RUNS)
def test_bad_run_is_refused_before_anything_changes(name: str) -> None:
    message, changes = BAD_RUNS[name]
    plan, w = summing_plan()
    with pytest.raises(ValueError, match=message):
        plan.run(**{**GOOD, **changes})
    assert not w.read().any()
    plan.run(**GOOD)
    assert w.read().any()


def test_store_of_another_shape_is_refused() -> None:
    store = store_of(draw(3, 2))
    with pytest.raises(ValueError, match=r"an array of shape \(3, 2\), received \(2, 3\)"):
        store.write(draw(2, 3))
    with pytest.raises(ValueError, match="same shape"):
        store.copy_from(_native.Store((2, 3)))
    np.testing.assert_array_equal(store.read(), draw(3, 2))
    with pytest.raises(ValueError, match="lengths of at least 1"):
        _native.Store((3, 0))


def test_stores_of_another_instruction_set_are_refused() -> None:
    names = _native.isas()
    if len(names) < 2:
        pytest.skip("this machine has one instruction set only")
    _native.set_isa(names[-1])
    store = _native.Store((3, 2))
    _native.set_isa(names[0])
    try:
        plan = _native.Plan(4)
        with pytest.raises(ValueError, match=f"laid out for {names[0]}, received one for"):
            plan.dense_forward(plan.buffer(3), store, IDENTITY, [], [plan.buffer(2)])
    finally:
        _native.set_isa(_native.default_isa())


PLACES = np.zeros(3, np.uint16)


@pytest.mark.parametrize(
    ("order", "batch"), [([0, 3], 2), ([-1, 0], 2), ([0, 1], 0)], ids=["above", "below", "batch"]
)
def test_rows_without_a_place_are_not_grouped(order: list[int], batch: int) -> None:
    index = np.array(order)
    with pytest.raises(ValueError, match="group_alike"):
        _native.group_alike(index, batch, PLACES)
    assert index.tolist() == order


def test_places_for_other_rows_are_not_filled() -> None:
    with pytest.raises(ValueError, match="one place for each of 4 rows"):
        _native.find_places(np.zeros((4, 5)), PLACES)


def test_unknown_instruction_set_is_refused() -> None:
    with pytest.raises(ValueError, match=r"one of .*scalar.*received 'mmx'"):
        _native.set_isa("mmx")


def test_every_instruction_set_of_the_machine_is_there() -> None:
    expected = {"scalar"}
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text("utf-8").split()) if info.exists() else set()
    if platform.machine() == "x86_64" and {"avx2", "fma"} <= flags:
        expected.add("avx2")
    if platform.machine() == "x86_64" and {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
        expected.add("avx512")
    if platform.machine() in ("aarch64", "arm64"):
        expected.add("neon")
    assert expected <= set(_native.isas())
