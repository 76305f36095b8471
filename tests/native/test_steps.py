"""Each step of a plan against the same mathematics in NumPy, float64."""

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

SHAPES = [
    (1, 1, 1),
    (3, 5, 2),
    (32, 70, 10),
    (33, 17, 50),
    (7, 100, 131),
    (130, 40, 33),
    (9, 130, 1),
]


def softmax_of(z: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = e / e.sum(axis=1, keepdims=True)
    return result


@pytest.mark.parametrize("shape", [(3,), (1, 1), (5, 7), (40, 97), (90, 3), (2, 3, 4), ()])
def test_store_gives_back_what_was_written(shape: tuple[int, ...]) -> None:
    values = draw(*shape)
    store = store_of(values)
    assert store.shape == shape
    np.testing.assert_array_equal(store.read(), values)
    copy = _native.Store(shape)
    assert not copy.read().any()
    copy.copy_from(store)
    np.testing.assert_array_equal(copy.read(), values)
    copy.fill(2.5)
    assert (copy.read() == 2.5).all()


@pytest.mark.parametrize(
    "dtype",
    ["f2", "f4", "f8", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "?"],
)
@pytest.mark.parametrize("per_sample", [1, 3])
def test_gather_converts_scales_and_shifts(dtype: str, per_sample: int) -> None:
    data = (np.arange(6 * 21).reshape(6, 21) % 100).astype(dtype)
    index = np.array([5, 0, 3, 3], np.int64)
    plan = _native.Plan(4)
    out = plan.buffer(21 // per_sample, per_sample)
    plan.gather(0, out, 0.5, -1.0)
    plan.run([data], index, 4, NO_SCALARS, 0, 0)
    expected = wide(data[index]) * 0.5 - 1.0
    np.testing.assert_array_equal(plan.read(out, 4), expected.reshape(4 * per_sample, -1))


def test_gather_takes_strided_and_read_only_rows() -> None:
    data = draw(20, 12)
    rows = data[::-2, :5]
    rows.flags.writeable = False
    plan = _native.Plan(3)
    out = plan.buffer(5)
    plan.gather(0, out)
    plan.run([rows], np.array([9, 0, 4], np.int64), 3, NO_SCALARS, 0, 0)
    np.testing.assert_array_equal(plan.read(out, 3), rows[[9, 0, 4]])


@pytest.mark.parametrize(
    ("columns", "units", "offset", "listed"),
    [(80, 20, 0.0, 1600), (80, 20, 0.5, 0), (20, 20, 0.0, 0), (80, 2, 0.0, 0)],
    ids=["packed", "shifted", "few inputs", "few outputs"],
)
def test_weights_of_products_that_leave_out_zeros(
    columns: int, units: int, offset: float, listed: int
) -> None:
    plan = _native.Plan(8)
    x, y = plan.buffer(columns), plan.buffer(units)
    plan.gather(1, x, 0.5, offset)
    plan.dense_forward(x, _native.Store((columns, units)), IDENTITY, [], [y])
    assert plan.listed_weights(1) == listed
    assert plan.listed_weights(0) == 0


@pytest.mark.parametrize("dtype", ["u1", "i4", "i8", "f4", "f8"])
@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_labels_are_gathered(dtype: str, shape: tuple[int, ...]) -> None:
    data = np.array([3, 1, 4, 1, 5], dtype).reshape(shape)
    plan = _native.Plan(5)
    labels, hot = plan.labels(), plan.buffer(6)
    plan.gather_labels(0, labels, 6)
    plan.one_hot(labels, hot)
    run_once(plan, data)
    np.testing.assert_array_equal(plan.read(labels, 5), [3, 1, 4, 1, 5])
    np.testing.assert_array_equal(plan.read(hot, 5), np.eye(6)[[3, 1, 4, 1, 5]])


@pytest.mark.parametrize(("n", "k", "m"), SHAPES)
@pytest.mark.parametrize("threads", [1, 2])
def test_dense_forward(n: int, k: int, m: int, threads: int) -> None:
    x, w, b = draw(n, k), draw(k, m), draw(m)
    plan = _native.Plan(n)
    a, y = plan.buffer(k), plan.buffer(m)
    plan.gather(0, a)
    plan.dense_forward(a, store_of(w), RELU_OF_SUM, [store_of(b)], [y])
    run_once(plan, x, threads=threads)
    expected = np.maximum(wide(x) @ wide(w) + wide(b), 0.0)
    KERNELS_VS_FLOAT64.check(plan.read(y, n), expected)


@pytest.mark.parametrize(("n", "k", "m"), SHAPES)
@pytest.mark.parametrize("threads", [1, 2])
def test_dense_gradients(n: int, k: int, m: int, threads: int) -> None:
    x, dz, w = draw(n, k), draw(n, m, seed=1), draw(k, m)
    weights, gradient, column = store_of(w), _native.Store((k, m)), _native.Store((m,))
    plan = _native.Plan(n)
    a, d, dx = plan.buffer(k), plan.buffer(m), plan.buffer(k)
    plan.gather(0, a)
    plan.gather(1, d)
    plan.dense_input_gradient(d, weights, MUL, [a], [dx])
    both = make_map(2, [("add", 2, 0, 1, 0)], [2, 0])
    plan.dense_weight_gradient(a, d, both, [weights], [weights, gradient])
    plan.column_sum(d, IDENTITY, [], [column])
    run_once(plan, x, dz, threads=threads)
    KERNELS_VS_FLOAT64.check(plan.read(dx, n), wide(dz) @ wide(w).T * wide(x))
    KERNELS_VS_FLOAT64.check(gradient.read(), wide(x).T @ wide(dz))
    KERNELS_VS_FLOAT64.check(weights.read(), wide(x).T @ wide(dz) + wide(w))
    KERNELS_VS_FLOAT64.check(column.read(), wide(dz).sum(axis=0))


def test_products_treat_each_row_of_a_sample_alike() -> None:
    x, w = draw(5, 3 * 8), draw(8, 4)
    plan = _native.Plan(5)
    a, y = plan.buffer(8, 3), plan.buffer(4, 3)
    plan.gather(0, a)
    plan.dense_forward(a, store_of(w), IDENTITY, [], [y])
    run_once(plan, x)
    KERNELS_VS_FLOAT64.check(plan.read(y, 5), wide(x).reshape(15, 8) @ wide(w))


def test_column_sum_into_a_fixed_row_that_rows_then_use() -> None:
    x = draw(9, 20)
    plan = _native.Plan(9)
    a, row, y = plan.buffer(20), plan.buffer(20, fixed=True), plan.buffer(20)
    plan.gather(0, a)
    plan.column_sum(a, IDENTITY, [], [row])
    plan.map_rows(ADD, [a, row], [y])
    run_once(plan, x, threads=2)
    KERNELS_VS_FLOAT64.check(plan.read(row, 9), wide(x).sum(axis=0, keepdims=True))
    KERNELS_VS_FLOAT64.check(plan.read(y, 9), wide(x) + wide(x).sum(axis=0))


@pytest.mark.parametrize("kind", ["row", "column", "one", "full"])
def test_map_rows_repeats_smaller_operands(kind: str) -> None:
    x, column = draw(11, 19), draw(11, 1, seed=3)
    operands: dict[str, tuple[Any, NDArray[Any]]] = {
        "row": (store_of(draw(19)), draw(19)),
        "one": (store_of(draw(1)), draw(1)),
    }
    plan = _native.Plan(11)
    a, c, y = plan.buffer(19), plan.buffer(1), plan.buffer(19)
    operands |= {"column": (c, column), "full": (a, x)}
    operand, values = operands[kind]
    plan.gather(0, a)
    plan.gather(1, c)
    plan.map_rows(MUL, [a, operand], [y])
    run_once(plan, x, column)
    # One product of two float32 numbers, rounded once.
    np.testing.assert_array_equal(plan.read(y, 11), x * values)


def test_map_rows_in_place_and_with_two_results() -> None:
    x = draw(4, 3)
    both = make_map(1, [("neg", 1, 0, 0, 0), ("abs", 2, 0, 0, 0)], [1, 2])
    plan = _native.Plan(4)
    a, y = plan.buffer(3), plan.buffer(3)
    plan.gather(0, a)
    plan.map_rows(both, [a], [a, y])
    run_once(plan, x)
    np.testing.assert_array_equal(plan.read(a, 4), -x)
    np.testing.assert_array_equal(plan.read(y, 4), np.abs(x))


def test_scalars_follow_the_step_and_the_batch() -> None:
    weight = _native.Store((2,))
    # w + rate * samples
    grow = make_map(1, [("mul", 3, 1, 2, 0), ("add", 4, 0, 3, 0)], [4], [("step", 1), ("rows", 0)])
    plan = _native.Plan(4)
    plan.map_store(grow, [weight], [weight])
    rates = np.array([[9.0, 1.0], [9.0, 10.0], [9.0, 100.0]], np.float32)
    plan.run([], rows_of(10), 4, rates, 0, 0)
    # Batches of 4, 4 and 2: 4 * 1 + 4 * 10 + 2 * 100 = 244.
    np.testing.assert_array_equal(weight.read(), [244.0, 244.0])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("per_sample", [1, 3])
def test_products_leave_out_the_zeros_of_their_own_rows(per_sample: int, threads: int) -> None:
    cols, n = 40, 50
    rows = draw(n, per_sample * cols)
    rows.reshape(-1, cols)[:, ::2] = 0
    w, other = store_of(draw(cols, 70)), draw(n, per_sample * cols, seed=9)
    gradient = _native.Store((cols, 70))
    plan = _native.Plan(n)
    x, changed, dz = (plan.buffer(c, per_sample) for c in (cols, cols, 70))
    y, z = plan.buffer(70, per_sample), plan.buffer(70, per_sample)
    plan.gather(0, x)
    plan.gather(0, changed)
    plan.gather(1, dz)
    plan.dense_forward(x, w, IDENTITY, [], [y])
    # Not what was gathered any more when the products read it.
    source = plan.buffer(cols, per_sample)
    plan.gather(2, source)
    plan.map_rows(IDENTITY, [source], [changed])
    plan.dense_forward(changed, w, IDENTITY, [], [z])
    plan.dense_weight_gradient(changed, dz, IDENTITY, [], [gradient])
    signal = draw(n, per_sample * 70, seed=5)
    for _ in range(2):  # a whole batch, then a short one over the marks of the first
        plan.run([rows, signal, other], rows_of(n), n, NO_SCALARS, 0, 0, [], threads)
        expected = [wide(a).reshape(-1, cols) @ wide(w.read()) for a in (rows, other)]
        for value, want in zip((y, z), expected, strict=True):
            KERNELS_VS_FLOAT64.check(plan.read(value, n), want)
        full = wide(other).reshape(-1, cols).T @ wide(signal).reshape(-1, 70)
        KERNELS_VS_FLOAT64.check(gradient.read(), full)
        n = 7
        rows, signal, other = rows[1:8].copy(), signal[1:8].copy(), other[1:8].copy()


@pytest.mark.parametrize("shape", [(1,), (37,), (5, 50), (70, 131), (900, 9)])
def test_map_store_and_sums(shape: tuple[int, ...]) -> None:
    values = draw(*shape)
    store, scale, out = store_of(values), store_of([3.0]), _native.Store(shape)
    sum_store = _native.Store((1,))
    plan = _native.Plan(5)
    square = make_map(1, [("mul", 1, 0, 0, 0)], [1])
    total, value = plan.accumulator(), plan.buffer(1, fixed=True)
    plan.map_store(MUL, [store, scale], [out])
    of_squares = plan.store_sum(square, [store])
    plan.sum_total(of_squares, total)
    plan.sum_value(of_squares, value)
    plan.sum_value(of_squares, sum_store)
    plan.total(value, total)
    plan.run([], rows_of(8), 5, NO_SCALARS, 0, 0, [], 2)
    squares = float((wide(values) ** 2).sum())
    np.testing.assert_array_equal(out.read(), values * np.float32(3.0))
    KERNELS_VS_FLOAT64.check(plan.read(value, 1), [[squares]])
    KERNELS_VS_FLOAT64.check(sum_store.read(), [squares])
    # Twice the sum for each of eight samples.
    KERNELS_VS_FLOAT64.check(plan.totals(), [16 * squares])


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_formula_total(threads: int) -> None:
    values = [draw(130, 70), draw(37)]
    stores = [store_of(x) for x in values]
    plan = _native.Plan(5)
    total = plan.accumulator()
    sums = [plan.store_sum(IDENTITY, [store]) for store in stores]
    # (x0 - x1) * rate / rows
    code = [("sub", 4, 0, 1, 0), ("mul", 4, 4, 2, 0), ("div", 4, 4, 3, 0)]
    formula = make_map(2, code, [4], [("step", 0.0), ("rows", 0.0)])
    plan.formula_total(formula, sums, total)
    rates = np.array([[2.0], [3.0]], np.float32)
    plan.run([], rows_of(8), 5, rates, 0, 0, [], threads)
    a, b = (float(wide(x).sum()) for x in values)
    # Batches of 5 and 3: each counts rows times the formula, so that rows cancel.
    KERNELS_VS_FLOAT64.check(plan.totals(), [(2.0 + 3.0) * (a - b)])


def test_the_sum_of_a_store_is_as_it_was_where_the_sum_stands() -> None:
    store = store_of([1.0, 2.0])
    plan = _native.Plan(4)
    total = plan.accumulator()
    before = plan.store_sum(IDENTITY, [store])
    plan.map_store(make_map(1, [("mul", 2, 0, 1, 0)], [2], [("const", 10.0)]), [store], [store])
    after = plan.store_sum(IDENTITY, [store])
    plan.formula_total(make_map(2, [("sub", 2, 1, 0, 0)], [2]), [before, after], total)
    plan.run([], rows_of(1), 4, NO_SCALARS, 0, 0, [], 2)
    np.testing.assert_array_equal(plan.totals(), [30.0 - 3.0])


NUMPY_NAMES = {"product": "prod"}


@pytest.mark.parametrize("kind", ["sum", "mean", "max", "product"])
@pytest.mark.parametrize("cols", [1, 5, 40])
def test_reduce_rows(kind: str, cols: int) -> None:
    x = draw(6, cols)
    plan = _native.Plan(6)
    a, y = plan.buffer(cols), plan.buffer(1)
    plan.gather(0, a)
    plan.reduce_rows(kind, a, y)
    run_once(plan, x)
    expected = getattr(np, NUMPY_NAMES.get(kind, kind))(wide(x), axis=1)
    KERNELS_VS_FLOAT64.check(plan.read(y, 6)[:, 0], expected)


@pytest.mark.parametrize("kind", ["max", "product", "argmax"])
@pytest.mark.parametrize(("cols", "per_sample"), [(1, 1), (5, 3), (40, 1)])
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_reduce_columns(kind: str, cols: int, per_sample: int, threads: int) -> None:
    # 11 samples in batches of 8: the last one is short, and rows from before must not count.
    x = draw(11, per_sample * cols)
    x[:8] *= 4.0
    plan = _native.Plan(8)
    a, row, y = plan.buffer(cols, per_sample), plan.buffer(cols, fixed=True), plan.buffer(cols)
    plan.gather(0, a)
    plan.reduce_columns(kind, a, row)
    plan.map_rows(IDENTITY, [row], [y])
    plan.emit(y, 0)
    out = np.empty((11, cols), np.float32)
    plan.run([x], rows_of(11), 8, NO_SCALARS, 0, 0, [out], threads)
    for rows in (slice(0, 8), slice(8, 11)):
        over = wide(x[rows]).reshape(-1, cols)
        expected = getattr(np, NUMPY_NAMES.get(kind, kind))(over, axis=0)
        KERNELS_VS_FLOAT64.check(out[rows], np.broadcast_to(expected, out[rows].shape))


@pytest.mark.parametrize("c", [2, 10, 37])
def test_softmax_and_its_gradients(c: int) -> None:
    z, g = draw(9, c) * 3, draw(9, c, seed=5)
    plan = _native.Plan(9)
    a, b, p, y, dp, dy = (plan.buffer(c) for _ in range(6))
    plan.gather(0, a)
    plan.gather(1, b)
    plan.softmax(a, p)
    plan.log_softmax(a, y)
    plan.softmax_gradient(p, b, dp)
    plan.log_softmax_gradient(y, b, dy)
    run_once(plan, z, g)
    s, up = softmax_of(wide(z)), wide(g)
    KERNELS_VS_FLOAT64.check(plan.read(p, 9), s)
    KERNELS_VS_FLOAT64.check(plan.read(y, 9), np.log(s))
    # Jacobians written out: diag(s) - s s^T, and I - 1 s^T.
    jacobian = np.einsum("ni,ij->nij", s, np.eye(c)) - np.einsum("ni,nj->nij", s, s)
    KERNELS_VS_FLOAT64.check(plan.read(dp, 9), np.einsum("nij,nj->ni", jacobian, up))
    log_jacobian = np.eye(c)[None] - np.repeat(s[:, None, :], c, axis=1)
    KERNELS_VS_FLOAT64.check(plan.read(dy, 9), np.einsum("nij,ni->nj", log_jacobian, up))


@pytest.mark.parametrize("c", [2, 10, 37])
def test_cross_entropies_and_hits(c: int) -> None:
    z, y = draw(12, c) * 2, np.arange(12) % c
    t, g = softmax_of(wide(draw(12, c, seed=8))).astype(np.float32), draw(12, 1, seed=9)
    plan = _native.Plan(12)
    a, b, weight, labels = plan.buffer(c), plan.buffer(c), plan.buffer(1), plan.labels()
    sparse, dense, hit, dense_hit = (plan.buffer(1) for _ in range(4))
    d_sparse, d_dense = plan.buffer(c), plan.buffer(c)
    for source, buffer in enumerate((a, b, weight)):
        plan.gather(source, buffer)
    plan.gather_labels(3, labels, c)
    plan.sparse_xent(a, labels, sparse)
    plan.sparse_xent_gradient(a, labels, weight, d_sparse)
    plan.dense_xent(a, b, dense)
    plan.dense_xent_gradient(a, b, weight, d_dense)
    plan.sparse_hit(a, labels, hit)
    plan.dense_hit(a, b, dense_hit)
    run_once(plan, z, t, g, y)
    s, hot = softmax_of(wide(z)), np.eye(c)[y]
    KERNELS_VS_FLOAT64.check(plan.read(sparse, 12)[:, 0], -np.log(s[np.arange(12), y]))
    KERNELS_VS_FLOAT64.check(plan.read(d_sparse, 12), (s - hot) * wide(g))
    KERNELS_VS_FLOAT64.check(plan.read(dense, 12)[:, 0], -(wide(t) * np.log(s)).sum(axis=1))
    expected = (s * wide(t).sum(axis=1, keepdims=True) - wide(t)) * wide(g)
    KERNELS_VS_FLOAT64.check(plan.read(d_dense, 12), expected)
    np.testing.assert_array_equal(plan.read(hit, 12)[:, 0], z.argmax(axis=1) == y)
    np.testing.assert_array_equal(plan.read(dense_hit, 12)[:, 0], z.argmax(1) == t.argmax(1))


def philox(key: int, counter: tuple[int, int, int, int]) -> list[int]:
    """Philox4x32-10 as Salmon et al. (2011) define it: ten rounds, a Weyl key."""
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    x0, x1, x2, x3 = counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = (
            (p1 >> 32) ^ x1 ^ k0,
            p1 & 0xFFFFFFFF,
            (p0 >> 32) ^ x3 ^ k1,
            p0 & 0xFFFFFFFF,
        )
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [x0, x1, x2, x3]


def test_dropout_mask_is_drawn_from_seed_stream_step_and_place() -> None:
    seed, stream, step, n, cols = 0x123456789ABCDEF0, 5, 2**32 + 6, 3, 70
    plan = _native.Plan(n)
    mask = plan.buffer(cols)
    plan.dropout_mask(mask, 0.25, stream)
    plan.run([], rows_of(n * 2), n, NO_SCALARS, step, seed)
    expected = np.zeros((n, cols), np.float32)
    for i, j in np.ndindex(n, cols):
        place = (i * 2 + j // 64) * 16 + j % 16  # 70 columns are two stretches of 64
        words = philox(seed, (place, stream, (step + 1) & 0xFFFFFFFF, (step + 1) >> 32))
        if words[j % 64 // 16] < 3 * 2**30:
            expected[i, j] = np.float32(1.0) / np.float32(0.75)
    np.testing.assert_array_equal(plan.read(mask, n), expected)


def test_copies_concatenate_slice_and_reshape() -> None:
    x, y = draw(5, 6), draw(5, 4, seed=2)
    plan = _native.Plan(5)
    a, b, joined, part = plan.buffer(6), plan.buffer(4), plan.buffer(10), plan.buffer(3)
    tall, odd = plan.buffer(2, 3), plan.buffer(3, 2)
    plan.gather(0, a)
    plan.gather(1, b)
    plan.copy_columns(a, 0, joined, 0, 6)
    plan.copy_columns(b, 0, joined, 6, 4)
    plan.copy_columns(joined, 4, part, 0, 3)
    plan.reshape(a, tall)
    plan.reshape(tall, odd)
    run_once(plan, x, y, threads=2)
    np.testing.assert_array_equal(plan.read(joined, 5), np.hstack([x, y]))
    np.testing.assert_array_equal(plan.read(part, 5), np.hstack([x, y])[:, 4:7])
    np.testing.assert_array_equal(plan.read(tall, 5), x.reshape(15, 2))
    np.testing.assert_array_equal(plan.read(odd, 5), x.reshape(10, 3))


@pytest.mark.parametrize("threads", [1, 3])
def test_emit_writes_every_batch_and_the_short_last_one(threads: int) -> None:
    x = draw(23, 7)
    index = np.random.default_rng(4).permutation(23)[:19].astype(np.int64)
    plan = _native.Plan(8)
    a, y = plan.buffer(7), plan.buffer(7)
    plan.gather(0, a)
    plan.map_rows(ADD, [a, a], [y])
    plan.emit(y, 0)
    out = np.empty((19, 7), np.float32)
    assert plan.run([x], index, 8, NO_SCALARS, 0, 0, [out], threads) == (3, "ok", 0, -1)
    np.testing.assert_array_equal(out, x[index] * 2)


def test_totals_add_up_until_reset() -> None:
    x = draw(10, 1)
    plan = _native.Plan(4)
    a, total = plan.buffer(1), plan.accumulator()
    plan.gather(0, a)
    plan.total(a, total)
    for _ in range(2):
        plan.run([x], rows_of(10), 4, NO_SCALARS, 0, 0)
    KERNELS_VS_FLOAT64.check(plan.totals(), [2 * wide(x).sum()])
    plan.reset_totals()
    np.testing.assert_array_equal(plan.totals(), [0.0])


def test_one_step_of_gradient_descent_worked_by_hand() -> None:
    # x = [1, 2], w = [[3], [4]], dz = [5]: gradient [[5], [10]], rate 0.1.
    weights = store_of([[3.0], [4.0]])
    plan = _native.Plan(1)
    a, d = plan.buffer(2), plan.buffer(1)
    plan.gather(0, a)
    plan.gather(1, d)
    plan.dense_weight_gradient(a, d, DESCEND, [weights], [weights])
    rate = np.array([[0.1]], np.float32)
    plan.run([np.array([[1.0, 2.0]]), np.array([[5.0]])], rows_of(1), 1, rate, 0, 0)
    KERNELS_VS_FLOAT64.check(weights.read(), [[2.5], [3.0]])


def test_plans_describe_themselves() -> None:
    plan = _native.Plan(32)
    a, y, weight = plan.buffer(784), plan.buffer(10), plan.buffer(1)
    plan.gather(0, a)
    plan.dense_forward(a, _native.Store((784, 10)), IDENTITY, [], [y])
    plan.map_rows(MEAN_WEIGHT, [], [weight])
    gather, *halves, forward, mean = plan.describe()
    assert gather.startswith("gather source 0 -> (n, 784)")
    assert all(step.startswith("dense_forward (n, 784) @ (784, 10)") for step in [*halves, forward])
    assert "interpreted" in mean
    # A multiplication and an addition for each weight.
    assert plan.flops == 2 * 7840
