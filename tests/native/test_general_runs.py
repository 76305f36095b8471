"""Whole runs of plans that look rows up, move elements and carry statistics: the same bits, and the
same numbers as NumPy, on any thread count."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from native.plans import (
    ADD,
    DESCEND,
    IDENTITY,
    MEAN_WEIGHT,
    MUL,
    NO_SCALARS,
    draw,
    make_map,
    rows_of,
    store_of,
)
from pronghorn import _native
from tolerances import KERNELS_VS_FLOAT64

pytestmark = pytest.mark.usefixtures("isa")

WORDS, LENGTH, WIDTH, CLASSES, BATCH = 150, 6, 24, 5, 16
RATE = 0.05


def embedding_run(threads: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Rows of a table by label, summed over a sentence, one dense layer, gradient descent."""
    table, weights = store_of(draw(WORDS, WIDTH)), store_of(draw(WIDTH, CLASSES))
    gradient = _native.Store((WORDS, WIDTH))
    plan = _native.Plan(BATCH)
    words, labels = plan.labels(LENGTH), plan.labels()
    taken, d_taken = plan.buffer(WIDTH, LENGTH), plan.buffer(WIDTH, LENGTH)
    x, dx, z, dz = (plan.buffer(cols) for cols in (WIDTH, WIDTH, CLASSES, CLASSES))
    loss, weight, total = plan.buffer(1), plan.buffer(1), plan.accumulator()
    places = np.arange(LENGTH * WIDTH, dtype=np.int64).reshape(LENGTH, WIDTH)
    plan.gather_labels(0, words, WORDS)
    plan.gather_labels(1, labels, CLASSES)
    plan.take_rows(table, words, taken)
    plan.index_reduce("sum", taken, places.T.copy(), x)
    plan.dense_forward(x, weights, IDENTITY, [], [z])
    plan.sparse_xent(z, labels, loss)
    plan.total(loss, total)
    plan.map_rows(MEAN_WEIGHT, [], [weight])
    plan.sparse_xent_gradient(z, labels, weight, dz)
    plan.dense_input_gradient(dz, weights, IDENTITY, [], [dx])
    plan.index_copy([dx], np.tile(np.arange(WIDTH, dtype=np.int64), LENGTH), d_taken)
    plan.dense_weight_gradient(x, dz, DESCEND, [weights], [weights])
    plan.take_rows_gradient(words, d_taken, gradient)
    plan.map_store(DESCEND, [gradient, table], [table])
    rates = np.full((20, 1), RATE, np.float32)
    index = np.tile(rows_of(50), 4)
    sentences, y = sample()
    assert plan.run([sentences, y], index, BATCH, rates, 0, 0, [], threads)[:2] == (13, "ok")
    return table.read(), weights.read(), plan.totals()


def sample() -> tuple[NDArray[Any], NDArray[Any]]:
    generator = np.random.default_rng(3)
    return generator.integers(0, WORDS, (50, LENGTH)), generator.integers(0, CLASSES, 50)


def test_an_embedding_learns_as_in_numpy() -> None:
    table, weights, total = (
        draw(WORDS, WIDTH).astype(float),
        draw(WIDTH, CLASSES).astype(float),
        0.0,
    )
    sentences, y = sample()
    index = np.tile(np.arange(50), 4)
    for start in range(0, 200, BATCH):
        rows = index[start : start + BATCH]
        x = table[sentences[rows]].sum(axis=1)
        z = x @ weights
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        total -= np.log(p[np.arange(len(rows)), y[rows]]).sum()
        dz = (p - np.eye(CLASSES)[y[rows]]) / len(rows)
        dx = dz @ weights.T
        weights -= RATE * x.T @ dz
        np.subtract.at(table, sentences[rows], RATE * dx[:, None, :])
    found = embedding_run(1)
    KERNELS_VS_FLOAT64.check(found[0], table)
    KERNELS_VS_FLOAT64.check(found[1], weights)
    KERNELS_VS_FLOAT64.check(found[2], [total])


@pytest.mark.parametrize("threads", [2, 3])
def test_an_embedding_learns_the_same_bits_on_any_thread_count(threads: int) -> None:
    for one, several in zip(embedding_run(1), embedding_run(threads), strict=True):
        np.testing.assert_array_equal(several, one)


# 0.9 of the old value and 0.1 of the new one, which is a sum over the samples.
MOVE = make_map(
    2,
    [("mul", 5, 0, 2, 0), ("div", 6, 1, 4, 0), ("mul", 7, 6, 3, 0), ("add", 8, 5, 7, 0)],
    [8],
    [("const", 0.9), ("const", 0.1), ("rows", 0)],
)


def statistics_run(threads: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """A running mean kept in a (3, 5) store by way of a fixed row, and rows less that mean."""
    mean = store_of(draw(3, 5))
    plan = _native.Plan(BATCH)
    x, y = plan.buffer(15), plan.buffer(15)
    old, sums, new, turned = (plan.buffer(15, fixed=True) for _ in range(4))
    plan.gather(0, x)
    plan.unpack(mean, old)
    plan.column_sum(x, IDENTITY, [], [sums])
    plan.map_rows(MOVE, [old, sums], [new])
    plan.index_copy([new], np.arange(15, dtype=np.int64)[::-1].copy(), turned)
    plan.map_rows(MUL, [x, turned], [y])
    plan.pack(new, mean)
    plan.map_store(ADD, [mean, mean], [mean])
    plan.emit(y, 0)
    out = np.empty((50, 15), np.float32)
    plan.run([draw(50, 15)], rows_of(50), BATCH, NO_SCALARS, 0, 0, [out], threads)
    return mean.read(), out


def test_statistics_are_carried_from_batch_to_batch() -> None:
    data, mean = draw(50, 15).astype(float), draw(3, 5).astype(float).reshape(-1)
    expected = []
    for start in range(0, 50, BATCH):
        x = data[start : start + BATCH]
        new = 0.9 * mean + 0.1 * x.mean(axis=0)
        expected.append(x * new[::-1])
        mean = 2 * new
    found, out = statistics_run(1)
    KERNELS_VS_FLOAT64.check(found, mean.reshape(3, 5))
    KERNELS_VS_FLOAT64.check(out, np.concatenate(expected))


@pytest.mark.parametrize("threads", [2, 3])
def test_statistics_have_the_same_bits_on_any_thread_count(threads: int) -> None:
    for one, several in zip(statistics_run(1), statistics_run(threads), strict=True):
        np.testing.assert_array_equal(several, one)


OPERANDS = ["batch", "batch column", "fixed", "fixed one", "store", "store of one"]
# A fixed result has no row for each sample.
MIXED = [("batch", name) for name in OPERANDS] + [("fixed", name) for name in OPERANDS[2:]]


@pytest.mark.parametrize(("first", "second"), MIXED)
def test_formulas_take_batch_and_fixed_operands_together(first: str, second: str) -> None:
    x, row = draw(7, 9), draw(9, seed=1)
    column, one = draw(7, 1, seed=2), draw(1, seed=3)
    plan = _native.Plan(7)
    a, c = plan.buffer(9), plan.buffer(1)
    f, o = plan.buffer(9, fixed=True), plan.buffer(1, fixed=True)
    plan.gather(0, a)
    plan.gather(1, c)
    plan.unpack(store_of(row), f)
    plan.unpack(store_of(one), o)
    operands: list[tuple[Any, NDArray[Any]]] = [
        (a, x), (c, column), (f, row), (o, one), (store_of(row), row), (store_of(one), one)
    ]  # fmt: skip
    operand, values = operands[OPERANDS.index(second)]
    base, left = (a, x) if first == "batch" else (f, row[None])
    out = plan.buffer(9, fixed=first == "fixed")
    plan.map_rows(ADD, [base, operand], [out])
    plan.run([x, column], rows_of(7), 7, NO_SCALARS, 0, 0, [], 2)
    np.testing.assert_array_equal(plan.read(out, 7), left + values)
