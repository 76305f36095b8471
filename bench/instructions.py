"""Instructions a training step, counted and not timed: `python -m bench.instructions [--record]`.

A process that trains a workload is run twice under valgrind's callgrind, with few steps and with
more; the difference of the counts, over the difference of the steps, is the cost of a step, the
same on a busy machine as on a quiet one. Valgrind knows no AVX-512, so the AVX2 kernels are
counted, on one thread. `instructions.json` keeps a record; a workload that grew by more than 5 %
is a failure, to be explained or repaired; `--record` writes a new one. It takes ten minutes.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from bench.data import draw_data
from bench.peers import pronghorn as peer
from bench.workloads import PIXELS, WORKLOADS, Workload

ROOT = Path(__file__).resolve().parents[1]
RECORD = Path(__file__).with_name("instructions.json")
# The tiny net is left out: what does not cancel of a process exceeds its steps.
COUNTED = tuple(workload for workload in WORKLOADS if workload.inputs == PIXELS)
# Enough that what is not a step (start, import, build) cancels to well below the bound; of a net
# with few weights as many more.
FEW, MANY, WEIGHTS = 8, 40, 100_000
GROWTH = 0.05
# What a process does besides its steps, up to the same in both of a pair. (NumPy's OpenBLAS has
# threads that spin while they wait.)
FIXED = {
    "PRONGHORN_ISA": "avx2",
    "PRONGHORN_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


def many_steps(workload: Workload) -> int:
    weights = sum(k * m for k, m in pairwise(workload.widths))
    return FEW + (MANY - FEW) * max(1, WEIGHTS // weights)


def train(number: int, steps: int) -> None:
    """What is counted: one epoch of that many steps."""
    workload = COUNTED[number]
    # The same drawing of rows for either count, so that it cancels too.
    data = draw_data(workload, many_steps(workload) * workload.batch, test_rows=1)
    n = steps * workload.batch
    data = replace(data, x_train=data.x_train[:n], y_train=data.y_train[:n])
    peer.start(workload, data, seed=1).train_epoch()


def count(number: int, steps: int) -> int:
    """Instructions of the whole process that trains so many steps."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"),
            *(sys.executable, "-m", "bench.instructions", "--train", str(number), str(steps)),
        ]
        environment = {**os.environ, **FIXED}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise SystemExit(f"callgrind ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return int(found[1])


def count_step(number: int) -> int:
    steps = many_steps(COUNTED[number])
    return round((count(number, steps) - count(number, FEW)) / (steps - FEW))


def compare(workload: Workload, now: int, before: int | None) -> tuple[str, bool]:
    """A row of the table, and whether the workload is within its bound."""
    if before is None:
        return f"| {workload.name} | {now:,} | – | – |", True
    growth = now / before - 1
    return f"| {workload.name} | {now:,} | {before:,} | {growth:+.1%} |", growth <= GROWTH


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description=__doc__)
    parser.add_argument("--record", action="store_true", help=f"write {RECORD.name} anew")
    parser.add_argument("--train", nargs=2, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(*options.train)
        return 0
    if shutil.which("valgrind") is None:
        print(
            "bench.instructions: expected valgrind in PATH (Debian, Ubuntu: apt install valgrind)"
        )
        return 1
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    print("| net, optimizer, batch | instructions a step | recorded | growth |")
    print("|---|--:|--:|--:|")
    counts, within = {}, True
    for number, workload in enumerate(COUNTED):
        counts[workload.name] = count_step(number)
        row, kept = compare(workload, counts[workload.name], record.get(workload.name))
        print(row, flush=True)
        within = within and kept
    if options.record:
        RECORD.write_text(json.dumps(counts, indent=2) + "\n")
        return 0
    if not within:
        print(f"a workload grew by more than {GROWTH:.0%}: repair it, or record it with a reason")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
