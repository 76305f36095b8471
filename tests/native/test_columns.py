"""Values of one number a row lie side by side: no step may touch the rows of another thread.

Every number of rows up to a few vectors, shared by up to four threads, so that shares end inside
a vector. Expected values: NumPy in float64, and the same step on one thread for what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from native.plans import (
    ADD,
    IDENTITY,
    MUL,
    NO_SCALARS,
    RELU_OF_SUM,
    draw,
    make_map,
    rows_of,
    run_once,
    store_of,
    wide,
)
from pronghorn import _native
from tolerances import KERNELS_VS_FLOAT64

pytestmark = pytest.mark.usefixtures("isa")

ROWS = (1, 7, 8, 9, 16, 17, 23, 31, 40, 67)
rows_and_threads = pytest.mark.parametrize(
    ("n", "threads"), [(n, t) for n in ROWS for t in (1, 2, 3, 4)]
)
TIMES_TWO = make_map(1, [("mul", 2, 0, 1, 0)], [2], [("const", 2.0)])


@rows_and_threads
def test_formulas_of_columns(n: int, threads: int) -> None:
    """On a column, in place, with a column, a number and a store of one number beside it."""
    a, b, bias = draw(n, 1), draw(n, 1, seed=1), draw(1)
    plan = _native.Plan(n)
    x, y, both, scaled = (plan.buffer(1) for _ in range(4))
    plan.gather(0, x)
    plan.gather(1, y)
    plan.map_rows(ADD, [x, y], [both])
    plan.map_rows(RELU_OF_SUM, [y, store_of(bias)], [y])
    plan.map_rows(MUL, [x, y], [scaled])
    plan.map_rows(TIMES_TWO, [x], [x])
    run_once(plan, a, b, threads=threads)
    hidden = np.maximum(b + bias, np.float32(0))
    np.testing.assert_array_equal(plan.read(both, n), a + b)
    np.testing.assert_array_equal(plan.read(y, n), hidden)
    np.testing.assert_array_equal(plan.read(scaled, n), a * hidden)
    np.testing.assert_array_equal(plan.read(x, n), 2 * a)


@rows_and_threads
def test_a_column_beside_a_matrix(n: int, threads: int) -> None:
    a, b = draw(n, 21), draw(n, 1)
    plan = _native.Plan(n)
    x, y, out = plan.buffer(21), plan.buffer(1), plan.buffer(21)
    plan.gather(0, x)
    plan.gather(1, y)
    plan.map_rows(MUL, [x, y], [out])
    run_once(plan, a, b, threads=threads)
    np.testing.assert_array_equal(plan.read(out, n), a * b)


@rows_and_threads
@pytest.mark.parametrize("k", [1, 3, 8, 70, 130])
def test_products_with_one_column(n: int, threads: int, k: int) -> None:
    """Forward to one unit, and from one input: both gradients of both."""
    x, w, b, g = draw(n, k), draw(k, 1), draw(1), draw(n, 1, seed=1)
    other = draw(n, k, seed=2)
    plan = _native.Plan(n)
    left, narrow, up = plan.buffer(k), plan.buffer(1), plan.buffer(1)
    right, down, back = plan.buffer(k), plan.buffer(k), plan.buffer(1)
    plan.gather(0, left)
    plan.gather(1, up)
    plan.gather(2, right)
    weights, turned = store_of(w), store_of(w.T)
    plan.dense_forward(left, weights, RELU_OF_SUM, [store_of(b)], [narrow])
    plan.dense_input_gradient(up, weights, IDENTITY, [], [down])
    plan.dense_input_gradient(right, turned, IDENTITY, [], [back])
    gradient, other_gradient = _native.Store((k, 1)), _native.Store((1, k))
    plan.dense_weight_gradient(left, up, IDENTITY, [], [gradient])
    plan.dense_weight_gradient(up, right, IDENTITY, [], [other_gradient])
    summed = _native.Store((1,))
    plan.column_sum(up, IDENTITY, [], [summed])
    run_once(plan, x, g, other, threads=threads)
    expected = {
        "forward": (plan.read(narrow, n), np.maximum(wide(x) @ wide(w) + wide(b), 0.0)),
        "dx of a column": (plan.read(down, n), wide(g) @ wide(w).T),
        "dx to a column": (plan.read(back, n), wide(other) @ wide(w)),
        "dw of a column": (gradient.read(), wide(x).T @ wide(g)),
        "dw from a column": (other_gradient.read(), wide(g).T @ wide(other)),
        "db": (summed.read(), wide(g).sum(axis=0)),
    }
    for found, wanted in expected.values():
        KERNELS_VS_FLOAT64.check(found, wanted)


# p = 1 and log p = 0 of the only class; dz = p (g - g p), with p as it is given, and g - e^y g.
ONE_CLASS: dict[str, Callable[[Any, Any], Any]] = {
    "softmax": lambda x, g: np.ones_like(x),
    "log_softmax": lambda x, g: np.zeros_like(x),
    "softmax_gradient": lambda x, g: x * (g - g * x),
    "log_softmax_gradient": lambda x, g: g - np.exp(x) * g,
}


@rows_and_threads
@pytest.mark.parametrize("step", ONE_CLASS)
def test_row_kernels_of_one_column(n: int, threads: int, step: str) -> None:
    a, b = draw(n, 1), draw(n, 1, seed=1)
    plan = _native.Plan(n)
    x, g, out, after = (plan.buffer(1) for _ in range(4))
    plan.gather(0, x)
    plan.gather(1, g)
    operands = [x, g] if step.endswith("gradient") else [x]
    getattr(plan, step)(*operands, out)
    plan.map_rows(IDENTITY, [out], [after])
    run_once(plan, a, b, threads=threads)
    KERNELS_VS_FLOAT64.check(plan.read(out, n), ONE_CLASS[step](wide(a), wide(b)))
    np.testing.assert_array_equal(plan.read(after, n), plan.read(out, n))


@pytest.mark.parametrize("n", ROWS)
def test_draws_of_one_column_are_those_of_a_wide_matrix(n: int) -> None:
    """The first column of a matrix of up to 64 has the counters that a lone column has."""
    data = np.zeros((n, 1), np.float32)

    def drawn(cols: int, threads: int) -> list[NDArray[np.float32]]:
        plan = _native.Plan(n)
        plan.gather(0, plan.buffer(1))
        outs = [plan.buffer(cols) for _ in range(3)]
        plan.dropout_mask(outs[0], 0.4, 3, None)
        plan.random_normal(outs[1], 4, None)
        plan.random_uniform(outs[2], 5, None)
        run_once(plan, data, threads=threads)
        return [plan.read(out, n)[:, :1] for out in outs]

    expected = drawn(20, 1)
    for threads in (1, 2, 3, 4):
        for found, wanted in zip(drawn(1, threads), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


@rows_and_threads
@pytest.mark.parametrize("words", [5, 200])
def test_rows_of_a_table_of_one_column(n: int, threads: int, words: int) -> None:
    table, labels = draw(words, 1), np.arange(n) * 7 % words
    plan = _native.Plan(n)
    of, out = plan.labels(), plan.buffer(1)
    plan.gather_labels(0, of, words)
    plan.take_rows(store_of(table), of, out)
    sums = _native.Store((words, 1))
    plan.take_rows_gradient(of, out, sums)
    run_once(plan, labels, threads=threads)
    np.testing.assert_array_equal(plan.read(out, n), table[labels])
    expected = np.zeros((words, 1))
    np.add.at(expected, labels, wide(table)[labels])
    KERNELS_VS_FLOAT64.check(sums.read(), expected)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_columns_of_batches_with_a_short_last_one(threads: int) -> None:
    """70 rows in batches of 24, each of them three numbers: 210 rows of one."""
    data = draw(70, 3)
    plan = _native.Plan(24)
    x, y = plan.buffer(1, 3), plan.buffer(1, 3)
    plan.gather(0, x)
    plan.map_rows(TIMES_TWO, [x], [y])
    plan.emit(y, 0)
    out = np.full((70, 3), np.nan, np.float32)
    result = plan.run([data], rows_of(70), 24, NO_SCALARS, 0, 0, [out], threads)
    assert result[:2] == (3, "ok")
    np.testing.assert_array_equal(out, 2 * data)


def test_scratch_is_that_of_the_batch_that_runs() -> None:
    """Fewer rows than a batch are the short last one, and nothing else."""
    data = draw(5, 1)
    plan = _native.Plan(64)
    x, out = plan.buffer(1), plan.buffer(1)
    plan.gather(0, x)
    plan.softmax(x, out)
    plan.run([data], rows_of(5), 64, NO_SCALARS, 0, 0, [], 1)
    np.testing.assert_array_equal(plan.read(out, 5), np.ones((5, 1)))


def test_every_sample_counts_alike() -> None:
    plan = _native.Plan(8)
    plan.gather(0, plan.buffer(2))
    total, other = plan.accumulator(), plan.accumulator()
    plan.count(1.0, total)
    plan.count(0.25, other)
    plan.run([draw(21, 2)], rows_of(21), 8, NO_SCALARS, 0, 0, [], 2)
    np.testing.assert_array_equal(plan.totals(), [21.0, 5.25])
    with pytest.raises(ValueError, match="one of 2 accumulators"):
        plan.count(1.0, 2)
