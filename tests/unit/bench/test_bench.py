"""The benchmark's own arithmetic, and that its worker processes answer as the table needs."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from bench import data as data_module
from bench import environments, instructions, page, scaling
from bench.data import Data, draw_moons, invent_data, read_data, write_long_table
from bench.limit import least_microseconds
from bench.measure import measure_whole, measure_workload
from bench.peers import PEERS, load_peer
from bench.process import WorkerFailed, WorkerProcess
from bench.stages import measure_stages, stages_table
from bench.table import add_figures, step_rows
from bench.workloads import WORKLOADS, Workload

TINY = Workload((8,), "adam", 32)
MOONS = Workload((8,), "adam", 10, inputs=2, outputs=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench")
    invent_data(rows=200, test_rows=50).write(path / "images")
    draw_moons(rows=200, test_rows=50).write(path / "moons")
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
    data = Data.read(folder / "images")
    assert data.x_train.shape == (200, 784)
    assert data.x_train.dtype == np.uint8
    assert set(data.y_train) <= set(range(10))


@pytest.mark.parametrize("workload", [TINY, MOONS], ids=lambda workload: workload.name)
def test_peers_train_in_turn(folder: Path, workload: Workload) -> None:
    said: list[str] = []
    peers = ["pronghorn", "scikit_learn"]
    results = measure_workload(workload, peers, folder, 2, seed=1, say=said.append, settle=0.0)
    assert list(results) == peers
    for result in results.values():
        assert len(result["seconds"]) == 2
        assert 0 <= result["accuracy"] <= 1
        assert result["peak_mb"] > 10


def test_stages_of_a_step_are_told(folder: Path) -> None:
    found = measure_stages([TINY], folder, seed=1, most_steps=4)[TINY.name]
    assert {"gather", "forward", "loss", "weight gradient and update"} <= set(found)
    assert all(us >= 0 for us in found.values())
    table = stages_table({"net": {"gather": 1234.5}, "other": {"forward": 2.0}})
    assert "| gather | 1,234.50 | – |\n| forward | – | 2.00 |" in table


def test_peer_that_cannot_is_named(folder: Path) -> None:
    workload = Workload((8,), "rmsprop", 32)
    results = measure_whole(workload, ["scikit_learn"], folder, epochs=1, say=lambda text: None)
    assert results["scikit_learn"]["absent"] == "has no rmsprop"


def test_failed_worker_tells_why(tmp_path: Path) -> None:
    failure = pytest.raises(WorkerFailed, match=r"(?s)ended with 1:.*x_train.npy")
    with failure, WorkerProcess("scikit_learn", tmp_path) as worker:
        worker.start(TINY, seed=1)


def test_peer_without_its_environment_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "FOLDER", folder / "nowhere")
    results = measure_workload(TINY, ["torch_eager"], folder, 1, seed=1, say=lambda text: None)
    assert results["torch_eager"]["absent"] == "not installed (make bench-peers)"


def test_environments_of_the_peers_have_requirements() -> None:
    named = {load_peer(name).ENVIRONMENT for name in PEERS} - {""}
    assert named == set(environments.requirements())


def test_long_table_repeats_its_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_module, "BLOCK", 40)
    write_long_table(tmp_path / "table", 100)
    table = read_data(tmp_path, Workload((64,), "adam", 256, inputs=32))
    assert isinstance(table.x_train, np.memmap)
    assert table.x_train.shape == (100, 32)
    assert np.array_equal(table.x_train[:20], table.x_train[80:])
    assert np.array_equal(table.y_train[40:80], table.y_train[:40])


def test_sweep_skips_what_would_take_too_long(tmp_path: Path) -> None:
    runner = scaling.Runner(["pronghorn"], tmp_path, longest=1.0)
    # 100 rows took 0.05 s: 2,000 take a second, 2,001 more.
    before = {"100": {"us": 500.0, "seconds": [0.05, 0.04, 0.06], "rows": 100}}
    assert runner.too_long(before, 2000) is None
    assert runner.too_long(before, 2001) is not None


@pytest.mark.parametrize("sweep", scaling.SWEEPS, ids=lambda sweep: sweep.name)
def test_sweep_trains_whole_batches_of_what_there_is(sweep: scaling.Sweep) -> None:
    for value in sweep.values:
        rows = sweep.rows(value)
        assert sweep.workload(value).batch <= rows or sweep.name == "rows"
        assert rows <= scaling.IMAGES or sweep.name == "rows"


def test_page_block_is_filled_and_the_rest_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("a\n<!-- bench: one -->\nold\n<!-- bench: end -->\nb\n")
    page.fill(path, "one", "| new |")
    page.fill(path, "one", "| newer |")
    text = "a\n<!-- bench: one -->\n\n| newer |\n\n<!-- bench: end -->\nb\n"
    assert path.read_text() == text
    with pytest.raises(SystemExit, match="expected the block"):
        page.fill(path, "two", "")


def test_page_table_has_a_row_a_peer() -> None:
    results = {
        "pronghorn": {"title": "Pronghorn", "us_per_step": {"median": 20.0}, "share": 0.25},
        "keras_jax": {"title": "Keras", "us_per_step": {"median": 200.0}, "ratio": 10.0},
        "scikit_learn": {"title": "scikit-learn", "absent": "has no rmsprop"},
    }
    table = page.steps_table({"steps": {"net": results}, "limits": {"net": 5.0}})
    assert "| limit of the machine | 5.0 |\n| Pronghorn | **20.0** |\n" in table
    assert "| … share of the limit | 0.25 |" in table
    assert "| Keras on JAX | 200 (10.0×) |" in table
    assert "Not in the table: scikit-learn: has no rmsprop." in table
    assert "PyTorch" not in table  # that was not asked


def test_peer_that_breaks_down_loses_no_other(tmp_path: Path) -> None:
    # No data in the folder: every worker ends with an error, and says which.
    results = measure_workload(TINY, ["scikit_learn"], tmp_path, 1, seed=1, say=lambda text: None)
    assert re.fullmatch(r"failed \(.*x_train\.npy'?\)", results["scikit_learn"]["absent"])


def test_every_counted_net_has_its_record() -> None:
    record = json.loads(instructions.RECORD.read_text(encoding="utf-8"))
    assert {workload.name for workload in instructions.COUNTED} == set(record)


@pytest.mark.parametrize(("now", "within"), [(1049, True), (1051, False), (900, True)])
def test_growth_beyond_five_percent_fails(now: int, within: bool) -> None:
    _, kept = instructions.compare(TINY, now, before=1000)
    assert kept is within
