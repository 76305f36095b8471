"""The steps that follow offsets and labels, and those that draw numbers, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from native.plans import (
    ADD,
    IDENTITY,
    NO_SCALARS,
    draw,
    make_map,
    rows_of,
    run_once,
    store_of,
    wide,
)
from pronghorn import _native
from pronghorn._core import rng
from pronghorn.ir.scalar import SCALAR_OPS
from tolerances import KERNELS_VS_FLOAT64

pytestmark = pytest.mark.usefixtures("isa")

both_thread_counts = pytest.mark.parametrize("threads", [1, 2])


def numbers(*shape: int) -> NDArray[np.int64]:
    """Offsets of every element of a sample, in its shape."""
    return np.arange(np.prod(shape), dtype=np.int64).reshape(shape)


@both_thread_counts
def test_several_labels_a_sample(threads: int) -> None:
    labels_of = np.random.default_rng(1).integers(0, 4, (9, 3))
    z, g = draw(9, 3 * 4), draw(9, 3, seed=2)
    plan = _native.Plan(9)
    labels, a, weight = plan.labels(3), plan.buffer(4, 3), plan.buffer(1, 3)
    hot, loss, hit, gradient = (
        plan.buffer(4, 3),
        *(plan.buffer(1, 3) for _ in "ab"),
        plan.buffer(4, 3),
    )
    plan.gather(0, a)
    plan.gather(1, weight)
    plan.gather_labels(2, labels, 4)
    plan.one_hot(labels, hot)
    plan.sparse_xent(a, labels, loss)
    plan.sparse_hit(a, labels, hit)
    plan.sparse_xent_gradient(a, labels, weight, gradient)
    run_once(plan, z, g, labels_of, threads=threads)
    rows, flat = wide(z).reshape(27, 4), labels_of.reshape(27)
    p = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(plan.read(labels, 9), flat)
    np.testing.assert_array_equal(plan.read(hot, 9), np.eye(4)[flat])
    np.testing.assert_array_equal(plan.read(hit, 9)[:, 0], rows.argmax(axis=1) == flat)
    KERNELS_VS_FLOAT64.check(plan.read(loss, 9)[:, 0], -np.log(p[np.arange(27), flat]))
    expected = (p - np.eye(4)[flat]) * wide(g).reshape(27, 1)
    KERNELS_VS_FLOAT64.check(plan.read(gradient, 9), expected)


def test_one_bad_label_of_a_sample_ends_the_run() -> None:
    labels_of = np.array([[0, 1], [2, 1], [1, 3], [9, 0]])
    plan = _native.Plan(4)
    labels, hot = plan.labels(2), plan.buffer(3, 2)
    plan.gather_labels(0, labels, 3)
    plan.one_hot(labels, hot)
    index = np.array([1, 0, 3, 2], np.int64)
    assert plan.run([labels_of], index, 4, NO_SCALARS, 0, 0) == (0, "label", 0, 3)


@pytest.mark.parametrize("shape", [(7,), (1, 1), (5, 7), (40, 97), (2, 3, 4)])
@both_thread_counts
def test_stores_become_values_and_back(shape: tuple[int, ...], threads: int) -> None:
    values = draw(*shape)
    store, copy = store_of(values), _native.Store(shape)
    plan = _native.Plan(3)
    row = plan.buffer(values.size, fixed=True)
    plan.unpack(store, row)
    plan.map_rows(ADD, [row, row], [row])
    plan.pack(row, copy)
    plan.map_store(ADD, [copy, store], [copy])
    plan.run([], rows_of(3), 3, NO_SCALARS, 0, 0, [], threads)
    np.testing.assert_array_equal(plan.read(row, 3), values.reshape(1, -1) * 2)
    np.testing.assert_array_equal(copy.read(), values * 2 + values)


# How a sample of shape (2, 3, 4) and one of (5,) are copied: offsets into both, and the same of
# the two arrays in NumPy.
Pick = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
COPIES: dict[str, Pick] = {
    "transpose": lambda x, y: x.transpose(2, 0, 1),
    "slice": lambda x, y: x[:, 1:, ::2],
    "concatenate": lambda x, y: np.concatenate([x.reshape(-1), y]),
    "repeat": lambda x, y: np.repeat(y[None, :, None], 3, axis=2),
    "reverse": lambda x, y: x[::-1, ::-1, ::-1],
    "interleave": lambda x, y: np.stack([y, x.reshape(-1)[:5]], axis=-1),
    "pad": lambda x, y: np.pad(x, [(1, 0), (0, 2), (1, 1)], constant_values=-1),
}


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("fixed", [False, True], ids=["batch", "fixed"])
@both_thread_counts
def test_index_copy(name: str, fixed: bool, threads: int) -> None:
    x, y = draw(6, 24), draw(6, 5, seed=1)
    if fixed:
        y[:] = y[0]
    offsets = COPIES[name](numbers(2, 3, 4), numbers(5) + 24)
    plan = _native.Plan(6)
    a, b = plan.buffer(4, 6), plan.buffer(5, fixed=fixed)
    out = plan.buffer(offsets.shape[-1], offsets.size // offsets.shape[-1])
    plan.gather(0, a)
    if fixed:
        plan.unpack(store_of(y[0]), b)
    else:
        plan.gather(1, b)
    plan.index_copy([a, b], np.ascontiguousarray(offsets).reshape(-1), out)
    run_once(plan, x, y, threads=threads)
    samples = np.concatenate([x, y, np.zeros((6, 1))], axis=1)
    expected = samples[:, offsets.reshape(-1)]  # an offset of -1 is the zero at the end
    np.testing.assert_array_equal(plan.read(out, 6).reshape(6, -1), expected)


def test_index_copy_between_fixed_values() -> None:
    values = draw(12)
    plan = _native.Plan(2)
    row, out = plan.buffer(12, fixed=True), plan.buffer(12, fixed=True)
    plan.unpack(store_of(values), row)
    plan.index_copy([row], numbers(3, 4).T.reshape(-1).copy(), out)
    plan.run([], rows_of(2), 2, NO_SCALARS, 0, 0, [], 2)
    np.testing.assert_array_equal(plan.read(out, 2)[0], values.reshape(3, 4).T.reshape(-1))


# The places of a (3, 4, 5) sample that each element of the result is folded from.
REDUCTIONS: dict[str, NDArray[np.int64]] = {
    "first axis": numbers(3, 4, 5).reshape(3, 20).T.copy(),
    "middle axis": numbers(3, 4, 5).transpose(0, 2, 1).reshape(15, 4).copy(),
    "last axis": numbers(3, 4, 5).reshape(12, 5),
    "outer axes": numbers(3, 4, 5).transpose(1, 0, 2).reshape(4, 15).copy(),
    "everything": numbers(1, 60),
    "windows": np.lib.stride_tricks.sliding_window_view(numbers(60), 7).copy(),
    "backwards": numbers(12, 5)[:, ::-1].copy(),
}


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("kind", ["sum", "max", "prod"])
@both_thread_counts
def test_index_reduce(name: str, kind: str, threads: int) -> None:
    x, offsets = draw(7, 60), REDUCTIONS[name]
    plan = _native.Plan(7)
    a, out = plan.buffer(5, 12), plan.buffer(len(offsets))
    plan.gather(0, a)
    plan.index_reduce("product" if kind == "prod" else kind, a, offsets, out)
    run_once(plan, x, threads=threads)
    expected = getattr(wide(x)[:, offsets], kind)(axis=2)
    KERNELS_VS_FLOAT64.check(plan.read(out, 7), expected)


def test_index_reduce_takes_the_elements_of_a_row_in_order() -> None:
    # (1e8 + 1) + -1e8 is 0 in float32, where (1e8 + -1e8) + 1 is 1.
    values = np.array([1e8, 1.0, -1e8], np.float32)
    plan = _native.Plan(1)
    row, out = plan.buffer(3, fixed=True), plan.buffer(2, fixed=True)
    plan.unpack(store_of(values), row)
    plan.index_reduce("sum", row, np.array([[0, 1, 2], [0, 2, 1]]), out)
    plan.run([], rows_of(1), 1, NO_SCALARS, 0, 0)
    np.testing.assert_array_equal(plan.read(out, 1), [[0.0, 1.0]])


@pytest.mark.parametrize("offsets", [[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2], [0, 2, 1]]])
def test_a_maximum_over_nan_is_nan(offsets: list[list[int]]) -> None:
    plan = _native.Plan(1)
    row, out = plan.buffer(3, fixed=True), plan.buffer(len(offsets), fixed=True)
    plan.unpack(store_of([1.0, np.nan, 3.0]), row)
    plan.index_reduce("max", row, np.array(offsets), out)
    plan.run([], rows_of(1), 1, NO_SCALARS, 0, 0)
    assert np.isnan(plan.read(out, 1)).all()


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 3, 4, 5), (3, 1, 7, 16), (1, 9, 5, 37)])
@pytest.mark.parametrize("layout", ["rows", "flat"])
@both_thread_counts
def test_sample_matmul(shape: tuple[int, int, int, int], layout: str, threads: int) -> None:
    count, m, k, p = shape
    x, y = draw(6, count * m * k), draw(6, count * k * p, seed=1)

    def matrices(plan: _native.Plan, rows: int, cols: int) -> int:
        return plan.buffer(cols, rows) if layout == "rows" else plan.buffer(rows * cols)

    plan = _native.Plan(6)
    a, b = matrices(plan, count * m, k), matrices(plan, count * k, p)
    out = matrices(plan, count * m, p)
    plan.gather(0, a)
    plan.gather(1, b)
    plan.sample_matmul(a, b, out, *shape)
    run_once(plan, x, y, threads=threads)
    expected = wide(x).reshape(6, count, m, k) @ wide(y).reshape(6, count, k, p)
    KERNELS_VS_FLOAT64.check(plan.read(out, 6).reshape(expected.shape), expected)
    assert plan.flops == 2 * count * m * k * p


def test_sample_matmul_with_a_fixed_factor() -> None:
    x, w = draw(5, 6), draw(3, 4)
    plan = _native.Plan(5)
    a, b, out = plan.buffer(3, 2), plan.buffer(12, fixed=True), plan.buffer(4, 2)
    plan.gather(0, a)
    plan.unpack(store_of(w), b)
    plan.sample_matmul(a, b, out, 1, 2, 3, 4)
    run_once(plan, x, threads=2)
    KERNELS_VS_FLOAT64.check(plan.read(out, 5).reshape(5, 2, 4), wide(x).reshape(5, 2, 3) @ wide(w))


@pytest.mark.parametrize("per_sample", [1, 4])
@both_thread_counts
def test_tally_sums_columns_over_batches(per_sample: int, threads: int) -> None:
    x = draw(10, 3 * per_sample)
    plan = _native.Plan(4)
    a, _, *columns = plan.buffer(3, per_sample), *(plan.accumulator() for _ in range(4))
    plan.gather(0, a)
    plan.tally(a, columns[0])
    plan.run([x], rows_of(10), 4, NO_SCALARS, 0, 0, [], threads)
    expected = [0.0, *wide(x).reshape(-1, 3).sum(axis=0)]
    KERNELS_VS_FLOAT64.check(plan.totals(), expected)
    plan.reset_totals()
    np.testing.assert_array_equal(plan.totals(), np.zeros(4))


def test_tally_of_a_fixed_row_counts_the_samples() -> None:
    plan = _native.Plan(4)
    row = plan.buffer(2, fixed=True)
    first = plan.accumulator()
    plan.accumulator()
    plan.unpack(store_of([0.5, -2.0]), row)
    plan.tally(row, first)
    plan.run([], rows_of(10), 4, NO_SCALARS, 0, 0)
    np.testing.assert_array_equal(plan.totals(), [5.0, -20.0])


@pytest.mark.parametrize("shape", [(3, 1), (11, 5), (200, 130), (200, 4)])
@pytest.mark.parametrize("per_sample", [1, 3])
@both_thread_counts
def test_take_rows_and_their_gradient(
    shape: tuple[int, int], per_sample: int, threads: int
) -> None:
    vocabulary, width = shape
    table = draw(*shape)
    which = np.random.default_rng(2).integers(0, vocabulary, (20, per_sample))
    dy = draw(20, per_sample * width)
    gradient = store_of(draw(*shape, seed=4))  # what it held is overwritten
    plan = _native.Plan(20)
    labels, y, d = plan.labels(per_sample), *(plan.buffer(width, per_sample) for _ in "yd")
    plan.gather_labels(0, labels, vocabulary)
    plan.gather(1, d)
    plan.take_rows(store_of(table), labels, y)
    plan.take_rows_gradient(labels, d, gradient)
    run_once(plan, which, dy, threads=threads)
    np.testing.assert_array_equal(plan.read(y, 20), table[which.reshape(-1)])
    expected = np.zeros(shape)
    np.add.at(expected, which.reshape(-1), wide(dy).reshape(-1, width))
    KERNELS_VS_FLOAT64.check(gradient.read(), expected)


def test_gradients_of_taken_rows_have_the_same_bits_on_any_thread_count() -> None:
    which = np.random.default_rng(2).integers(0, 300, 500) ** 2 // 300
    dy = draw(500, 20)
    found = []
    for threads in (1, 2, 3):
        gradient = _native.Store((300, 20))
        plan = _native.Plan(500)
        labels, d = plan.labels(), plan.buffer(20)
        plan.gather_labels(0, labels, 300)
        plan.gather(1, d)
        plan.take_rows_gradient(labels, d, gradient)
        run_once(plan, which, dy, threads=threads)
        found.append(gradient.read())
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


@pytest.mark.parametrize("cols", [1, 5, 40])
@both_thread_counts
def test_argmax_is_the_first_largest(cols: int, threads: int) -> None:
    x = np.round(draw(30, cols))  # with ties
    plan = _native.Plan(30)
    a, out = plan.buffer(cols), plan.buffer(1)
    plan.gather(0, a)
    plan.argmax(a, out)
    run_once(plan, x, threads=threads)
    np.testing.assert_array_equal(plan.read(out, 30)[:, 0], x.argmax(axis=1))


def test_argmax_finds_nan_as_numpy_does() -> None:
    plan = _native.Plan(1)
    row, out = plan.buffer(3, fixed=True), plan.buffer(1, fixed=True)
    plan.unpack(store_of([1.0, np.nan, 3.0]), row)
    plan.argmax(row, out)
    plan.run([], rows_of(1), 1, NO_SCALARS, 0, 0)
    assert plan.read(out, 1) == 1.0


@pytest.mark.parametrize(("cols", "k"), [(1, 1), (5, 1), (5, 3), (5, 5), (40, 7), (1000, 5)])
@both_thread_counts
def test_top_k_mask(cols: int, k: int, threads: int) -> None:
    x = np.round(draw(30, cols) * 2)  # with ties
    plan = _native.Plan(30)
    a, out = plan.buffer(cols), plan.buffer(cols)
    plan.gather(0, a)
    plan.top_k_mask(a, k, out)
    run_once(plan, x, threads=threads)
    # A stable sort leaves equals in the order of their columns.
    chosen = np.argsort(-x, axis=1, kind="stable")[:, :k]
    expected = np.zeros_like(x)
    np.put_along_axis(expected, chosen, 1.0, axis=1)
    np.testing.assert_array_equal(plan.read(out, 30), expected)


def test_top_k_mask_counts_nan_as_the_largest() -> None:
    plan = _native.Plan(1)
    row, out = plan.buffer(5, fixed=True), plan.buffer(5, fixed=True)
    plan.unpack(store_of([1.0, np.nan, 3.0, np.inf, np.nan]), row)
    plan.top_k_mask(row, 2, out)
    plan.run([], rows_of(1), 1, NO_SCALARS, 0, 0)
    np.testing.assert_array_equal(plan.read(out, 1), [[0.0, 1.0, 0.0, 1.0, 0.0]])


# What each operation is asked for: where it is defined and far from the ends of float32.
DOMAINS = {
    **dict.fromkeys(("log", "log1p", "sqrt", "rsqrt"), (0.1, 9.0)),
    **dict.fromkeys(("div", "pow"), (0.2, 3.0)),
}


@pytest.mark.parametrize("op", SCALAR_OPS)
def test_every_scalar_operation_has_its_meaning(op: str) -> None:
    row = SCALAR_OPS[op]
    low, high = DOMAINS.get(op, (-4.0, 4.0))
    operands = np.random.default_rng(3).uniform(low, high, (row.arity, 6, 37)).astype(np.float32)
    operands[:, 0, :7] = 1.0  # equal operands, for the comparisons
    plan = _native.Plan(6)
    ins, out = [plan.buffer(37) for _ in range(row.arity)], plan.buffer(37)
    for source, buffer in enumerate(ins):
        plan.gather(source, buffer)
    registers = tuple(range(row.arity)) + (0,) * (3 - row.arity)
    plan.map_rows(make_map(row.arity, [(op, row.arity, *registers)], [row.arity]), ins, [out])
    run_once(plan, *operands)
    KERNELS_VS_FLOAT64.check(plan.read(out, 6), row.meaning(*wide(operands)), op)


SEED, STREAM, STEP = 0x123456789ABCDEF0, 5, 2**32 + 6


def drawn(kind: str, n: int, cols: int, threads: int = 1) -> NDArray[np.float32]:
    plan = _native.Plan(n)
    out = plan.buffer(cols)
    getattr(plan, kind)(out, STREAM)
    plan.run([], rows_of(n), n, NO_SCALARS, STEP, SEED, [], threads)
    values: NDArray[np.float32] = plan.read(out, n)
    return values


@pytest.mark.parametrize("cols", [1, 16, 70])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_uniform_numbers_are_those_of_the_definition(cols: int, threads: int) -> None:
    expected = rng.random_uniform(SEED, STREAM, STEP, 40, cols)
    np.testing.assert_array_equal(drawn("random_uniform", 40, cols, threads), expected)


@pytest.mark.parametrize("cols", [1, 16, 70])
def test_normal_numbers_are_those_of_the_definition(cols: int) -> None:
    expected = rng.random_normal(SEED, STREAM, STEP, 40, cols)
    KERNELS_VS_FLOAT64.check(drawn("random_normal", 40, cols), expected)


@pytest.mark.parametrize("kind", ["dropout_mask", "random_normal", "random_uniform"])
def test_numbers_of_a_seed_of_their_own_ignore_that_of_the_run(kind: str) -> None:
    plan = _native.Plan(40)
    own, of_run = plan.buffer(20), plan.buffer(20)
    rate = (0.5,) if kind == "dropout_mask" else ()
    getattr(plan, kind)(own, *rate, STREAM, SEED)
    getattr(plan, kind)(of_run, *rate, STREAM)
    read: list[NDArray[np.float32]] = []
    for seed in (SEED, SEED + 1):
        plan.run([], rows_of(40), 40, NO_SCALARS, STEP, seed, [], 2)
        read += [plan.read(own, 40), plan.read(of_run, 40)]
    np.testing.assert_array_equal(read[0], read[1])
    np.testing.assert_array_equal(read[0], read[2])
    assert not np.array_equal(read[0], read[3])


def test_normal_numbers_have_the_same_bits_on_any_thread_count() -> None:
    one = drawn("random_normal", 100, 70)
    np.testing.assert_array_equal(drawn("random_normal", 100, 70, 2), one)
    np.testing.assert_array_equal(drawn("random_normal", 100, 70, 3), one)


def test_a_fixed_value_is_drawn_once_for_the_batch() -> None:
    plan = _native.Plan(4)
    row, y = plan.buffer(20, fixed=True), plan.buffer(20)
    plan.random_uniform(row, STREAM)
    plan.map_rows(IDENTITY, [row], [y])
    plan.run([], rows_of(4), 4, NO_SCALARS, STEP, SEED, [], 2)
    expected = rng.random_uniform(SEED, STREAM, STEP, 1, 20)
    np.testing.assert_array_equal(plan.read(y, 4), np.repeat(expected, 4, axis=0))
