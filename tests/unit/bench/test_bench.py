"""The benchmark's own arithmetic, and that its worker processes answer as the table needs."""

from pathlib import Path

import numpy as np
import pytest

from bench.data import Data, invent_data
from bench.limit import least_microseconds
from bench.measure import measure_whole, measure_workload
from bench.process import WorkerFailed, WorkerProcess
from bench.table import add_figures, step_rows
from bench.workloads import WORKLOADS, Workload

TINY = Workload((8,), "adam", 32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench")
    invent_data(rows=200, test_rows=50).write(path)
    return path


@pytest.mark.parametrize(
    ("rows", "batch", "steps"), [(60_000, 32, 1875), (60_000, 128, 469), (1, 32, 1)]
)
def test_steps_count_the_short_batch(rows: int, batch: int, steps: int) -> None:
    assert Workload((), "adam", batch).steps(rows) == steps


def test_figures_are_medians_per_step() -> None:
    # 100 rows in batches of 10: ten steps. 1, 2, 9 ms an epoch: the median step takes 200 µs;
    # the peer's 4, 6 ms give 500 µs, 2.5 times as long.
    results = {
        "ours": {"title": "ours", "seconds": [0.009, 0.001, 0.002]},
        "peer": {"title": "peer", "seconds": [0.006, 0.004]},
        "gone": {"title": "gone", "absent": "not installed"},
    }
    workload = Workload((), "sgd", 10)
    add_figures(results, workload, rows=100, limit=150.0)
    assert results["ours"]["us_per_step"] == pytest.approx({"median": 200, "min": 100, "max": 900})
    assert results["peer"]["ratio"] == pytest.approx(2.5)
    for result in results.values():
        result |= {"accuracy": 0.5, "peak_mb": 1234.0}
    assert step_rows(workload, results) == [
        "| 784-10 sgd 10 | ours | 200 [100–900] | 0.75 | 1.00 | 0.5000 | 1,234 MB |",
        "| 784-10 sgd 10 | peer | 500 [400–600] | 0.30 | 2.50 | 0.5000 | 1,234 MB |",
        "| 784-10 sgd 10 | gone | – not installed | – | – | – | – |",
    ]


def test_limit_adds_products_rows_and_weights() -> None:
    # 784-128-10 with Adam, batch 32. Products: 2 · 32 (2 · 784 · 128 + 3 · 128 · 10) operations at
    # 100 GFLOP/s take 130.908 µs; 32 · 784 bytes at 25 GB/s 1.00352 µs; 101,770 weights with two
    # slots, read and written, are 2,442,480 bytes, at 100 GB/s 24.4248 µs.
    rates = {"sgemm_gflops": {"a": 90.0, "b": 100.0}, "memory_gbps": 25.0}
    limit = least_microseconds(WORKLOADS[1], rates | {"l2_bytes": 2_000_000, "l2_gbps": 100.0})
    assert limit == pytest.approx(130.90816 + 1.00352 + 24.4248)
    # Where they do not fit into L2, weights and slots come from memory: four times as long.
    limit = least_microseconds(WORKLOADS[1], rates | {"l2_bytes": 1_000_000, "l2_gbps": 100.0})
    assert limit == pytest.approx(130.90816 + 1.00352 + 4 * 24.4248)


def test_workload_survives_json() -> None:
    assert [Workload.from_dict(workload.to_dict()) for workload in WORKLOADS] == list(WORKLOADS)


def test_data_survives_the_folder(folder: Path) -> None:
    data = Data.read(folder)
    assert data.x_train.shape == (200, 784)
    assert data.x_train.dtype == np.uint8
    assert set(data.y_train) <= set(range(10))


def test_peers_train_in_turn(folder: Path) -> None:
    said: list[str] = []
    peers = ["pronghorn", "scikit_learn"]
    results = measure_workload(TINY, peers, folder, repetitions=2, seed=1, say=said.append)
    assert list(results) == peers
    for result in results.values():
        assert len(result["seconds"]) == 2
        assert 0 <= result["accuracy"] <= 1
        assert result["peak_mb"] > 10


def test_peer_that_cannot_is_named(folder: Path) -> None:
    workload = Workload((8,), "rmsprop", 32)
    results = measure_whole(workload, ["scikit_learn"], folder, epochs=1, say=lambda text: None)
    assert results["scikit_learn"]["absent"] == "has no rmsprop"


def test_failed_worker_tells_why(tmp_path: Path) -> None:
    failure = pytest.raises(WorkerFailed, match=r"(?s)ended with 1:.*x_train.npy")
    with failure, WorkerProcess("scikit_learn", tmp_path) as worker:
        worker.start(TINY, seed=1)
