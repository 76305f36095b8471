"""The table of what calls cost: every call is timed, and the cells are minimum and median."""

import pytest

from bench import latency


def test_every_call_of_the_table_is_timed() -> None:
    found = latency.measure(["pronghorn"], turns=1, seconds=0.01)
    times = found["pronghorn"]
    assert list(times) == [*latency.CALLS, *latency.START]
    assert all(value > 0 for values in times.values() for value in values)
    # A part is shorter than the whole.
    assert times["import"][0] < times["first training step"][0]


def test_blocks_count_single_calls() -> None:
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1
        end = latency.time.perf_counter() + 0.002
        while latency.time.perf_counter() < end:
            pass

    values = latency.time_call(call, 0.02)
    # Two calls before, then blocks of one: each takes a block's millisecond twice.
    assert len(values) == calls - 2
    assert min(values) >= 2000


def test_the_table_shows_minima_and_medians() -> None:
    text = latency.table(
        {
            "pronghorn": {"predict, 1 row": [9.0, 7.0, 1200.0], "import": [100.0]},
            "scikit_learn": {"absent": "not installed (sklearn)"},
        }
    )
    assert "| predict, 1 row | 7.0 (9.0) |" in text
    assert "| import | 100.0 (100.0) |" in text
    assert "| model(x), 1 row | – |" in text
    assert "scikit-learn: not installed (sklearn)" in text


def test_threads_at_once_pass_errors_on() -> None:
    def fail() -> None:
        raise RuntimeError("not in a thread")

    with pytest.raises(RuntimeError, match="not in a thread"):
        latency.call_at_once(fail, 1)


def test_calls_that_fail_in_threads_are_named() -> None:
    assert latency.show([]) == "raises"
    times = latency.time_calls({"predict, 1 row": lambda: None}, 0.001)
    assert list(times) == ["predict, 1 row", latency.AT_ONCE]
