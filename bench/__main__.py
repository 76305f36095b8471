"""`python -m bench`: measure, print the table, write bench/results/latest.md and latest.json."""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.data import find_data
from bench.limit import least_microseconds, rates_of_this_machine
from bench.machine import describe_machine
from bench.measure import measure_whole, measure_workload
from bench.peers import PEERS
from bench.table import add_figures, write_markdown
from bench.workloads import WHOLE, WORKLOADS, Workload

RESULTS = Path(__file__).parent / "results"


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
    parser.add_argument("--peer", action="append", choices=PEERS, help="only this peer")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the two files")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.repetitions = 2
    if arguments.repetitions < 1:
        parser.error(f"--repetitions: expected 1 or more, received {arguments.repetitions}")
    return arguments


def say(text: str) -> None:
    """Progress, apart from the table on the standard output."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)


def chosen(workloads: tuple[Workload, ...], names: list[str] | None) -> list[Workload]:
    return [w for w in workloads if names is None or any(name in w.name for name in names)]


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """The report as the JSON file holds it."""
    peers = arguments.peer or list(PEERS)
    machine = describe_machine()
    say("the machine's rates")
    rates = rates_of_this_machine()
    limits: dict[str, float] = {}
    steps, whole = {}, {}
    with tempfile.TemporaryDirectory(prefix="pronghorn-bench-") as name:
        folder = Path(name)
        data, what = find_data()
        data.write(folder)
        rows = len(data.x_train)
        for workload in chosen(WORKLOADS, arguments.workload):
            results = measure_workload(
                workload, peers, folder, arguments.repetitions, arguments.seed, say
            )
            limits[workload.name] = least_microseconds(workload, rates)
            add_figures(results, workload, rows, limits[workload.name])
            steps[workload.name] = results
        for workload in [] if arguments.quick else chosen(WHOLE, arguments.workload):
            whole[workload.name] = measure_whole(workload, peers, folder, arguments.epochs, say)
    say("done\n" if sys.stderr.isatty() else "done")
    return {
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "machine": machine,
        "data": what,
        "repetitions": arguments.repetitions,
        "epochs": arguments.epochs,
        "rates": rates,
        "limits": limits,
        "steps": steps,
        "whole": whole,
    }


def write_whole(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


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
