"""`python -m bench`: measure, print the table, write bench/results/latest.md and latest.json."""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.data import read_data, write_data
from bench.limit import least_microseconds, rates_of_this_machine
from bench.machine import describe_machine
from bench.measure import SETTLE_SECONDS, measure_whole, measure_workload
from bench.peers import trainers
from bench.report import RESULTS, say, write_whole
from bench.stages import measure_stages
from bench.table import add_figures, write_markdown
from bench.workloads import WHOLE, WORKLOADS, Workload


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2 repetitions, no whole processes")
    parser.add_argument("--repetitions", type=int, default=7, help="timed epochs a peer")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of a whole process")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--workload",
        action="append",
        metavar="TEXT",
        help="only nets whose name contains this, for example 784-128-10 (may be repeated)",
    )
    parser.add_argument("--peer", action="append", choices=trainers(), help="only this peer")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the two files")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.repetitions = 2
    if arguments.repetitions < 1:
        parser.error(f"--repetitions: expected 1 or more, received {arguments.repetitions}")
    return arguments


def chosen(workloads: tuple[Workload, ...], names: list[str] | None) -> list[Workload]:
    return [w for w in workloads if names is None or any(name in w.name for name in names)]


def measure_steps(
    workloads: Sequence[Workload],
    peers: list[str],
    repetitions: int,
    seed: int,
    settle: float = SETTLE_SECONDS,
    most_steps: int | None = None,
) -> dict[str, Any]:
    """Machine, rates, limits and, per workload and peer, the times of training steps.

    Of Pronghorn's steps the times of their stages as well.

    An epoch is all training rows, or those of `most_steps`.
    """
    date, machine = time.strftime("%Y-%m-%d %H:%M"), describe_machine()
    say("the machine's rates")
    rates = rates_of_this_machine()
    limits: dict[str, float] = {}
    steps = {}
    with tempfile.TemporaryDirectory(prefix="pronghorn-bench-") as name:
        folder = Path(name)
        what = write_data(folder)
        for workload in workloads:
            rows = len(read_data(folder, workload).x_train)
            if most_steps is not None:
                rows = min(rows, most_steps * workload.batch)
            results = measure_workload(
                workload, peers, folder, repetitions, seed, say, settle, rows
            )
            limits[workload.name] = least_microseconds(workload, rates)
            add_figures(results, workload, rows, limits[workload.name])
            steps[workload.name] = results
        say("where the time of a step goes")
        stages = measure_stages(workloads, folder, seed, most_steps)
    return {
        "date": date,
        "machine": machine,
        "data": what,
        "repetitions": repetitions,
        "rates": rates,
        "limits": limits,
        "steps": steps,
        "stages": stages,
    }


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """The report as the JSON file holds it."""
    peers = arguments.peer or trainers()
    nets = chosen(WORKLOADS, arguments.workload)
    report = measure_steps(nets, peers, arguments.repetitions, arguments.seed)
    whole = {}
    with tempfile.TemporaryDirectory(prefix="pronghorn-bench-") as name:
        folder = Path(name)
        write_data(folder)
        for workload in [] if arguments.quick else chosen(WHOLE, arguments.workload):
            whole[workload.name] = measure_whole(workload, peers, folder, arguments.epochs, say)
    say("done\n" if sys.stderr.isatty() else "done")
    return {**report, "epochs": arguments.epochs, "whole": whole}


def main() -> None:
    arguments = parse_arguments()
    # Stopped from outside, the workers end and the temporary folder goes, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        report = measure(arguments)
    except KeyboardInterrupt:
        sys.exit("\nbench: stopped; nothing written")
    table = write_markdown(report, {w.name: w for w in WORKLOADS})
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_whole(arguments.out / "latest.md", table)
    write_whole(arguments.out / "latest.json", json.dumps(report, indent=1, ensure_ascii=False))
    print(table)
    print(f"written: {arguments.out / 'latest.md'}, {arguments.out / 'latest.json'}")


if __name__ == "__main__":
    main()
