"""`python -m bench.scaling`: how time grows with cores, width, depth, batch and rows.

Each sweep changes one number of a workload; each point is trained by all peers in turn, in
processes that live through the sweep, and the median of the timed epochs counts. An epoch of a
point is as many rows as make a fixed amount of work. Writes scaling.json and a picture a sweep.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.data import COLUMNS, SOURCES, write_data, write_long_table
from bench.machine import describe_machine, usable_cores
from bench.process import WorkerFailed, WorkerProcess, failed, missing
from bench.report import RESULTS, say, write_whole
from bench.workloads import Workload

# One of each library, so that the pictures can be read.
BESIDE = (
    "pronghorn",
    "jax_scan",
    "keras_jax",
    "torch_eager",
    "keras_tensorflow",
    "scikit_learn",
)
IMAGES = 60_000
# Of the timed epochs of a point: their number, and the seconds after which no further one begins.
EPOCHS, ENOUGH_SECONDS = 3, 0.8
SETTLE_SECONDS = 0.15
# What an epoch holds: about so many operations, within bounds of steps.
WORK, FEWEST, MOST = 2e10, 30, 300


@dataclass(frozen=True)
class Sweep:
    """Values of one number, and the workload that each makes."""

    name: str
    axis: str
    values: tuple[int, ...]
    net: str
    workload: Callable[[int], Workload]
    # "step" or "row": what the time is divided by.
    per: str = "step"

    def rows(self, value: int) -> int:
        """Rows of an epoch of this point."""
        if self.name == "rows":
            return value
        workload = self.workload(value)
        pairs = zip(workload.widths, workload.widths[1:], strict=False)
        operations = 6 * workload.batch * sum(k * m for k, m in pairs)
        steps = int(min(MOST, max(FEWEST, WORK / operations)))
        return min(IMAGES, max(workload.batch, steps * workload.batch))


def counts_of_cores() -> tuple[int, ...]:
    """1, 2, 4, … and all that this process may use."""
    cores = usable_cores()
    powers = [1 << i for i in range(cores.bit_length()) if 1 << i < cores]
    return (*powers, cores)


SWEEPS = (
    Sweep(
        "threads",
        "cores that the process may use",
        counts_of_cores(),
        "784-512-512-10, RMSprop, batch 128",
        lambda _: Workload((512, 512), "rmsprop", 128),
    ),
    Sweep(
        "width",
        "width of the hidden layer",
        (8, 64, 512, 4096),
        "784-width-10, Adam, batch 32",
        lambda width: Workload((width,), "adam", 32),
    ),
    Sweep(
        "depth",
        "hidden layers",
        (1, 2, 4, 8, 16),
        "784-128-…-128-10, Adam, batch 32",
        lambda depth: Workload((128,) * depth, "adam", 32),
    ),
    Sweep(
        "batch",
        "rows a batch",
        (1, 8, 64, 512, 8192),
        "784-128-10, Adam",
        lambda batch: Workload((128,), "adam", batch),
        per="row",
    ),
    Sweep(
        "rows",
        "rows of the file",
        (1_000, 10_000, 100_000, 1_000_000, 10_000_000),
        f"{COLUMNS}-64-10, Adam, batch 256, float32 rows in a mapped file",
        lambda _: Workload((64,), "adam", 256, inputs=COLUMNS),
        per="row",
    ),
)


@contextmanager
def confined_to(cores: int) -> Iterator[None]:
    """Processes that are started inside see so many cores only (where the system can do that)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:cores]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def time_epochs(worker: WorkerProcess) -> list[float]:
    """Seconds of each epoch after one that compiles and warms up."""
    worker.ask("epoch")
    seconds: list[float] = []
    while len(seconds) < EPOCHS and sum(seconds) < ENOUGH_SECONDS:
        time.sleep(SETTLE_SECONDS)
        seconds.append(worker.ask("epoch")["seconds"])
    return seconds


class Runner:
    """Measures the points of sweeps, and skips what would take too long."""

    def __init__(self, peers: list[str], folder: Path, longest: float) -> None:
        self.folder, self.longest = folder, longest
        self.absent = {peer: told["absent"] for peer in peers if (told := missing(peer))}
        self.peers = [peer for peer in peers if peer not in self.absent]

    def run(self, sweep: Sweep, values: tuple[int, ...]) -> dict[str, dict[str, Any]]:
        """Peer → value → {"us", "seconds"} or {"absent"}."""
        found: dict[str, dict[str, Any]] = {peer: {} for peer in self.peers}
        with ExitStack() as stack:
            workers: dict[str, WorkerProcess] = {}
            for value in values:
                if sweep.name == "rows":
                    write_long_table(self.folder / SOURCES[COLUMNS][0], value)
                if sweep.name == "threads" or not workers:
                    with confined_to(value if sweep.name == "threads" else usable_cores()):
                        workers = {
                            peer: stack.enter_context(WorkerProcess(peer, self.folder))
                            for peer in self.peers
                        }
                for peer, worker in workers.items():
                    say(f"{sweep.name} {value:,}: {peer}")
                    try:
                        point = self.point(sweep, value, worker, found[peer])
                    except WorkerFailed as error:
                        point = failed(peer, error)
                    found[peer][str(value)] = point
        return found

    def point(
        self, sweep: Sweep, value: int, worker: WorkerProcess, before: dict[str, Any]
    ) -> dict[str, Any]:
        workload, rows = sweep.workload(value), sweep.rows(value)
        if (known := self.too_long(before, rows)) is not None:
            return {"absent": known}
        about = worker.start(workload, 1, rows)
        if "absent" in about:
            return {"absent": about["absent"]}
        seconds = time_epochs(worker)
        units = workload.steps(rows) if sweep.per == "step" else rows
        us = statistics.median(seconds) / units * 1e6
        return {"us": us, "seconds": seconds, "rows": rows}

    def too_long(self, before: dict[str, Any], rows: int) -> str | None:
        """Why a point is left out: with the last point's time a row it would take too long."""
        measured = [point for point in before.values() if "us" in point]
        if not measured:
            return None
        last = measured[-1]
        if statistics.median(last["seconds"]) / last["rows"] * rows <= self.longest:
            return None
        return f"left out: an epoch would take more than {self.longest:g} s"


def measure(
    sweeps: list[Sweep], peers: list[str], longest: float, most: int | None = None
) -> dict[str, Any]:
    """The report as the JSON file holds it. `most`: leave out values above it."""
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="pronghorn-scaling-") as name:
        folder = Path(name)
        what = write_data(folder)
        runner = Runner(peers, folder, longest)
        found = {
            sweep.name: runner.run(
                sweep, tuple(v for v in sweep.values if most is None or v <= most)
            )
            for sweep in sweeps
        }
    return {
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "machine": machine,
        "data": what,
        "absent": runner.absent,
        "sweeps": found,
    }


def main() -> None:
    names = [sweep.name for sweep in SWEEPS]
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--sweep", action="append", choices=names, help="only this one")
    parser.add_argument("--peer", action="append", choices=BESIDE, help="only this one")
    parser.add_argument("--longest", type=float, default=5.0, help="seconds of an epoch, at most")
    parser.add_argument("--most", type=int, help="leave out values above this")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of JSON and pictures")
    arguments = parser.parse_args()
    sweeps = [s for s in SWEEPS if arguments.sweep is None or s.name in arguments.sweep]
    report = measure(sweeps, arguments.peer or list(BESIDE), arguments.longest, arguments.most)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_whole(arguments.out / "scaling.json", json.dumps(report, indent=1))
    from bench.pictures import draw_sweep

    for sweep in sweeps:
        draw_sweep(sweep, report["sweeps"][sweep.name], arguments.out / f"{sweep.name}.svg")
    print(f"written: scaling.json and a picture a sweep, in {arguments.out}")


if __name__ == "__main__":
    main()
