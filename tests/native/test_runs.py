"""Whole runs: learning, equal bits for any thread count, what ends a run, several at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from native.plans import (
    DESCEND,
    IDENTITY,
    NO_SCALARS,
    Classifier,
    draw,
    make_map,
    rows_of,
    store_of,
)
from pronghorn import _native
from tolerances import CHAIN_IN_FLOAT32


def task(n: int, k: int, c: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows whose class is the largest of c fixed directions: a net can learn it."""
    x = draw(n, k)
    return x, np.asarray((x @ draw(k, c, seed=21)).argmax(axis=1), np.int64)


def test_gradient_descent_learns(isa: str) -> None:
    x, y = task(600, 20, 4)
    net = Classifier(20, 32, 4, 32)
    losses = []
    for _ in range(30):
        net.plan.reset_totals()
        assert net.fit(x, y, 32) == (19, "ok", 0, -1)
        losses.append(net.plan.totals()[0] / 600)
    # Four classes at random cost log 4 = 1.39.
    assert losses[0] < 1.6
    assert losses[-1] < 0.2


def test_a_short_last_batch_may_want_more_scratch() -> None:
    """Its weight gradient copies its operands; the whole batch is too large for copies."""
    whole, rest, k, hidden = 7720, 60, 128, 512
    x, y = task(whole + rest, k, 4)
    together, apart = Classifier(k, hidden, 4, whole), Classifier(k, hidden, 4, whole)
    assert together.fit(x, y, whole) == (2, "ok", 0, -1)
    assert apart.fit(x[:whole], y[:whole], whole) == (1, "ok", 0, -1)
    assert apart.fit(x[whole:], y[whole:], rest) == (1, "ok", 0, -1)
    for one, other in zip(together.weights(), apart.weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_answer_is_the_run_of_one_batch() -> None:
    store = store_of(draw(7, 3))
    plan = _native.Plan(4)
    x, y = plan.buffer(7), plan.buffer(3)
    plan.gather(0, x)
    plan.dense_forward(x, store, IDENTITY, [], [y])
    plan.emit(y, 0)
    rows = draw(4, 7).astype(np.float64)
    expected, found = np.empty((4, 3), np.float32), np.empty((4, 3), np.float32)
    plan.run([rows], rows_of(4), 4, NO_SCALARS, 0, 0, [expected])
    assert plan.answer(rows, found) is None
    np.testing.assert_array_equal(found, expected)
    rows[2, 5] = np.nan
    assert plan.answer(rows, found) == (0, "nonfinite_input", 0, 2)


def test_an_answer_needs_room_and_rows_of_the_shape() -> None:
    plan = _native.Plan(4)
    x = plan.buffer(7)
    plan.gather(0, x)
    plan.emit(x, 0)
    for rows, room in [
        (draw(4, 6), np.empty((4, 7), np.float32)),
        (draw(5, 7), np.empty((5, 7), np.float32)),
        (draw(4, 7), np.empty((3, 7), np.float32)),
        (draw(4, 7), np.empty((4, 7))),
        (draw(4, 7), np.empty((7, 4), np.float32).T),
        (np.float32(1.0).reshape(()), np.empty((4, 7), np.float32)),
    ]:
        with pytest.raises(ValueError, match="expected"):
            plan.answer(rows, room)


@pytest.mark.parametrize(
    ("k", "hidden", "zeros", "n", "batch"),
    [
        (*net, 300, batch)
        for batch in (1, 32, 200)
        for net in [(70, 131, 0.0), (130, 20, 0.0), (130, 131, 0.9)]
    ]
    # So many rows that gradients are summed in parts, and too many for two threads to gather twice;
    # what is left of them is neither.
    + [(300, 70, zeros, 2500, 2000) for zeros in (0.0, 0.9)],
)
def test_bits_do_not_depend_on_the_thread_count(
    isa: str, k: int, hidden: int, zeros: float, n: int, batch: int
) -> None:
    x, y = task(n, k, 10)
    # Whole stretches of eight columns, so that products leave some out.
    x *= np.repeat(np.random.default_rng(0).random((n, -(-k // 8))) >= zeros, 8, axis=1)[:, :k]
    results = []
    for threads in (1, 2, 3, 4, 7):
        net = Classifier(k, hidden, 10, batch, dropout=0.2)
        steps, status, _, _ = net.fit(x, y, batch, threads=threads)
        assert (steps, status) == (-(-n // batch), "ok")
        results.append([*net.weights(), net.plan.totals()])
    for other in results[1:]:
        for one, same in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, same)


def test_bits_hold_while_other_programs_take_the_cores() -> None:
    # A run that is not told a number of threads gives some up, and takes them again, on the way.
    x, y = task(6400, 300, 10)
    alone, crowded = Classifier(300, 200, 10, 64), Classifier(300, 200, 10, 64)
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(2 * _native.hardware_threads())
    ]
    try:
        for _ in range(8):
            assert crowded.fit(x, y, 64, threads=0) == (100, "ok", 0, -1)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    for _ in range(8):
        alone.fit(x, y, 64, threads=1)
    for one, same in zip(alone.weights(), crowded.weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(alone.plan.totals(), crowded.plan.totals())


def test_many_calls_equal_one_call(isa: str) -> None:
    x, y = task(128, 20, 4)
    whole, parts = Classifier(20, 16, 4, 32, dropout=0.5), Classifier(20, 16, 4, 32, dropout=0.5)
    whole.fit(x, y, 32)
    rate = np.full((1, 1), 0.1, np.float32)
    for step in range(4):
        index = rows_of(128)[32 * step : 32 * (step + 1)]
        parts.plan.run([x, y], index, 32, rate, step, 11)
    for one, same in zip(whole.weights(), parts.weights(), strict=True):
        np.testing.assert_array_equal(one, same)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("row", [0, 70, 99])
def test_a_row_that_is_not_finite_ends_the_run(
    isa: str, threads: int, bad: float, row: int
) -> None:
    x, y = task(100, 20, 4)
    net, clean = Classifier(20, 32, 4, 32), Classifier(20, 32, 4, 32)
    before = row // 32
    clean.fit(x[: before * 32], y[: before * 32], 32)
    x[row, 13] = bad
    assert net.fit(x, y, 32, threads=threads) == (before, "nonfinite_input", 0, row)
    # The steps before it count, the step itself left nothing behind.
    for one, same in zip(net.weights(), clean.weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(net.plan.totals(), clean.plan.totals())


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("bad", [-1, 4, 2**40, -(2**63)])
def test_a_label_outside_the_classes_ends_the_run(isa: str, threads: int, bad: int) -> None:
    x, y = task(100, 20, 4)
    y[41] = bad
    y[43] = bad
    net = Classifier(20, 32, 4, 32)
    assert net.fit(x, y, 32, threads=threads) == (1, "label", 1, 41)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_a_floating_label_outside_the_classes_ends_the_run(isa: str, bad: float) -> None:
    x, y = task(40, 20, 4)
    labels = y.astype(np.float64)
    labels[3] = bad
    assert Classifier(20, 32, 4, 32).fit(x, labels, 32)[1:] == ("label", 1, 3)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_loss_that_is_not_finite_is_guarded(isa: str, threads: int) -> None:
    x, y = task(96, 20, 4)
    net = Classifier(20, 32, 4, 32)
    # Weights of about 1 and inputs of 3e38: the hidden units of the second batch overflow float32.
    net.stores[0].write(net.stores[0].read() * 10)
    x[32:64] = 3e38
    done, status, accumulator, _ = net.fit(x, y, 32, threads=threads)
    assert (done, status, accumulator) == (1, "nonfinite_total", net.loss)
    assert all(np.isfinite(w).all() for w in net.weights())
    assert np.isfinite(net.plan.totals()).all()


def test_an_empty_index_runs_no_step(isa: str) -> None:
    x, y = task(4, 20, 4)
    assert Classifier(20, 32, 4, 32).fit(x[:0], y[:0], 32) == (0, "ok", 0, -1)


def test_denormals_count_as_zero_and_only_during_a_run(isa: str) -> None:
    tiny = np.float32(1e-40)
    plan = _native.Plan(1)
    x, y = plan.buffer(1), plan.buffer(1)
    plan.gather(0, x)
    plan.map_rows(make_map(1, [("mul", 1, 0, 0, 0), ("add", 2, 0, 0, 0)], [2]), [x], [y])
    plan.run([np.full((1, 1), tiny)], rows_of(1), 1, NO_SCALARS, 0, 0)
    assert plan.read(y, 1)[0, 0] == 0.0
    assert tiny + tiny > 0.0


def test_plans_run_at_once_in_several_threads(isa: str) -> None:
    x, y = task(400, 70, 10)
    alone = Classifier(70, 64, 10, 32)
    alone.fit(x, y, 32, epochs=5)
    nets = [Classifier(70, 64, 10, 32) for _ in range(3)]
    workers = [
        threading.Thread(target=net.fit, args=(x, y, 32), kwargs={"epochs": 5, "threads": 2})
        for net in nets
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert not worker.is_alive()
    for net in nets:
        for one, same in zip(alone.weights(), net.weights(), strict=True):
            np.testing.assert_array_equal(one, same)


def test_one_plan_is_run_by_one_thread_after_the_other(isa: str) -> None:
    data = draw(64, 3)
    plan = _native.Plan(8)
    x, total, value = plan.buffer(3), plan.accumulator(), plan.buffer(1)
    plan.gather(0, x)
    plan.reduce_rows("sum", x, value)
    plan.total(value, total)

    def run() -> None:
        for _ in range(50):
            plan.run([data], rows_of(64), 8, NO_SCALARS, 0, 0, [], 2)

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert not worker.is_alive()
    CHAIN_IN_FLOAT32.check(plan.totals(), [150 * data.astype(np.float64).sum()])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_threads_of_its_own() -> None:
    program = """
import os, sys
import numpy as np
from native.plans import Classifier, draw
x, y = draw(200, 20), np.arange(200) % 4
net = Classifier(20, 32, 4, 32)
net.fit(x, y, 32, threads=3)
child = os.fork()
net.fit(x, y, 32, threads=3)
if child:
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
print(float(sum(w.astype(np.float64).sum() for w in net.weights())), flush=True)
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=child_environment(),
    )
    child, parent = done.stdout.split()
    assert child == parent


def child_environment() -> dict[str, str]:
    """This process's import path, for a Python of its own."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def interrupt(threads: int) -> float:
    """Seconds from Ctrl-C to its answer; the plan is whole behind it."""
    program = f"""
import numpy as np
from native.plans import Classifier, draw
x, y = draw(2000, 100), np.arange(2000) % 10
net = Classifier(100, 64, 10, 32)
print("ready", flush=True)
try:
    net.fit(x, y, 1, rate=0.01, epochs=2000, threads={threads})
except KeyboardInterrupt:
    whole = all(np.isfinite(w).all() for w in net.weights())
    again = net.fit(x, y, 32, threads={threads})[1]
    print("interrupted", whole, net.plan.totals()[0] > 0, again, flush=True)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=child_environment()
    )
    assert child.stdout is not None
    with child:
        try:
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.5)
            sent = time.monotonic()
            child.send_signal(signal.SIGINT)
            answer = child.stdout.readline()
            taken = time.monotonic() - sent
        finally:
            child.kill()
    assert answer == "interrupted True True ok\n"
    return taken


@pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to one process there")
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_is_answered_within_a_second(threads: int) -> None:
    # One answer in time will do: what else runs on the machine only ever adds to it.
    assert any(interrupt(threads) < 1.0 for _ in range(3))


def test_a_signal_handler_that_uses_the_running_plan_is_refused() -> None:
    if not hasattr(signal, "setitimer"):
        pytest.skip("this system has no interval timer")
    x, y = task(2000, 20, 4)
    net = Classifier(20, 16, 4, 32)

    def look(*_: object) -> None:
        net.plan.totals()

    previous = signal.signal(signal.SIGALRM, look)
    # Again and again, so that it comes while the plan runs, however busy the machine is.
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.05)
    try:
        with pytest.raises(RuntimeError, match="no call while it runs"):
            net.fit(x, y, 1, epochs=2000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)
    assert net.fit(x, y, 32)[1] == "ok"


def test_stores_outlive_their_names() -> None:
    plan = _native.Plan(2)
    x, y = plan.buffer(2), plan.buffer(2)
    plan.gather(0, x)
    plan.dense_forward(x, store_of(np.eye(2)), IDENTITY, [], [y])
    data = draw(2, 2)
    plan.run([data], rows_of(2), 2, NO_SCALARS, 0, 0)
    np.testing.assert_array_equal(plan.read(y, 2), data)


def train_apart(threads: int, columns: int, batch: int, x: np.ndarray, unit: int) -> list[Any]:
    """Weights, or the refusal, of steps in which each thread multiplies rows of its own, and all
    rows with columns of its own."""
    n = len(x)
    plan = _native.Plan(batch)
    rows, z = plan.buffer(columns), plan.buffer(unit)
    weights = store_of(draw(columns, unit) / columns**0.5)
    plan.gather(0, rows)
    plan.dense_forward(rows, weights, IDENTITY, [], [z])
    plan.dense_weight_gradient(rows, z, DESCEND, [weights], [weights])
    rates = np.full((-(-n // batch), 1), 1e-3 / batch, np.float32)
    result = plan.run([x], rows_of(n)[::-1].copy(), batch, rates, 0, 0, threads=threads)
    return [result, weights.read(), plan.describe()]


@pytest.mark.parametrize("dtype", ["u1", "f4", "f8"])
@pytest.mark.parametrize(("columns", "unit"), [(40, 30), (100, 24), (784, 100), (131, 10)])
@pytest.mark.parametrize("pieces", ["never", "always"])
def test_threads_gather_what_they_read(dtype: str, columns: int, unit: int, pieces: str) -> None:
    x = np.random.default_rng(columns).integers(0, 5, (450, columns)).astype(dtype)
    _native.set_pieces(pieces)
    try:
        found = [train_apart(threads, columns, 200, x, unit) for threads in (1, 2)]
    finally:
        _native.set_pieces("auto")
    assert found[0][0] == found[1][0] and found[0][0][1] == "ok"
    np.testing.assert_array_equal(found[0][1], found[1][1])


# Few columns lie transposed, some more are one panel, and of others there is one in the middle.
@pytest.mark.parametrize("columns", [256, 300, 784])
@pytest.mark.parametrize("unit", [1, 3, 4, 7, 9, 10, 12, 16, 20, 48, 80, 100, 144, 176])
@pytest.mark.parametrize("pieces", ["never", "always"])
def test_halves_of_a_product_have_the_bits_of_the_whole(
    isa: str, columns: int, unit: int, pieces: str
) -> None:
    x = np.random.default_rng(columns).integers(0, 5, (210, columns)).astype("f4")
    _native.set_pieces(pieces)
    try:
        found = [train_apart(threads, columns, 32, x, unit) for threads in (1, 2, 3)]
    finally:
        _native.set_pieces("auto")
    for result, weights, _ in found:
        assert result == (7, "ok", 0, -1)
        np.testing.assert_array_equal(weights, found[0][1])


@pytest.mark.parametrize("unit", [10, 20])
def test_two_threads_take_halves(isa: str, unit: int) -> None:
    *_, plan = train_apart(2, 784, 32, np.ones((64, 784), np.float32), unit)
    has_two_threads = any(step.endswith("after a barrier") for step in plan)
    # Without an instruction set's vectors 20 units are three panels, none of them in the middle.
    is_cut = has_two_threads and (unit == 10 or isa != "scalar")
    assert plan[-1].startswith("dense_weight_gradient")
    assert plan[-1].removesuffix(", after a barrier").endswith(" in halves") == is_cut


@pytest.mark.parametrize("pieces", ["never", "always"])
def test_whoever_takes_a_piece_has_its_rows(pieces: str) -> None:
    x = draw(20_000, 100)
    plan = _native.Plan(200)
    rows, z = plan.buffer(100), plan.buffer(64)
    plan.gather(0, rows)
    plan.dense_forward(rows, store_of(draw(100, 64)), IDENTITY, [], [z])
    plan.emit(z, 0)
    found = [np.empty((len(x), 64), np.float32) for _ in range(2)]
    _native.set_pieces(pieces)
    try:
        for threads, out in enumerate(found, start=1):
            index, steps = rows_of(len(x)), len(x) // 200
            plan.run([x], index, 200, NO_SCALARS[:steps], 0, 0, [out], threads=threads)
    finally:
        _native.set_pieces("auto")
    np.testing.assert_array_equal(found[0], found[1])


# Of a narrow layer each thread gathers half of the columns: 384 and 400 of them.
@pytest.mark.parametrize("unit", [10, 24, 100])
@pytest.mark.parametrize("column", [0, 383, 384, 399, 400, 783])
@pytest.mark.parametrize("row", [0, 99, 100, 199, 240])
def test_threads_refuse_the_same_number(row: int, column: int, unit: int) -> None:
    x = np.random.default_rng(0).random((400, 784))
    x[399 - row, column] = np.nan
    x[399 - row - 50, 783 - column] = np.inf
    found = [train_apart(threads, 784, 200, x, unit) for threads in (1, 2)]
    assert found[0][0] == found[1][0] == (row // 200, "nonfinite_input", 0, 399 - row)
    np.testing.assert_array_equal(found[0][1], found[1][1])
