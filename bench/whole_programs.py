"""`python -m bench.whole_programs`: programs of bench/programs as processes, by each library.

A program is written for Keras, its progress bar is on and its output goes to a pipe. Pronghorn
takes it unchanged (`python -m pronghorn FILE`), Keras on JAX and on TensorFlow as their users run
it. The images lie where Keras keeps its downloads, compressed as they come. The libraries take
turns; wall time and processor time are those of the process, from its start to its end.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.data import find_data
from bench.environments import interpreter_of
from bench.machine import describe_machine
from bench.peers import load_peer
from bench.report import say

PROGRAMS = Path(__file__).parent / "programs"
TURNS = 3
# Peer → the backend that Keras is told, and what stands between the interpreter and the file.
RUNNERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "pronghorn": ("", ("-m", "pronghorn")),
    "keras_jax": ("jax", ()),
    "keras_tensorflow": ("tensorflow", ()),
}
# IDX: two zero bytes, 8 for unsigned bytes, the number of axes.
IDX_BYTES = 0x0800
FILES = ("train-{}-idx{}-ubyte.gz", "t10k-{}-idx{}-ubyte.gz")

Say = Callable[[str], None]


def write_keras_home(folder: Path) -> str:
    """Fashion-MNIST as Keras keeps it, below its home folder; what the images are, in words."""
    data, description = find_data()
    target = folder / "datasets" / "fashion-mnist"
    target.mkdir(parents=True)
    parts = ((data.x_train, data.y_train), (data.x_test, data.y_test))
    for name, (x, y) in zip(FILES, parts, strict=True):
        images = np.asarray(x, np.uint8).reshape(-1, 28, 28)
        for kind, array in (("images", images), ("labels", np.asarray(y, np.uint8))):
            head = struct.pack(f">I{array.ndim}I", IDX_BYTES + array.ndim, *array.shape)
            file = target / name.format(kind, array.ndim)
            file.write_bytes(gzip.compress(head + array.tobytes(), 6))
    return description


def run(peer: str, program: Path, home: Path) -> dict[str, Any]:
    """One process: its `seconds`, those of the processor (`cpu`), `accuracy`; or `absent`."""
    about = load_peer(peer)
    backend, between = RUNNERS[peer]
    python = interpreter_of(about.ENVIRONMENT)
    if python is None:
        return {"absent": "not installed (make bench-peers)"}
    environment = {key: os.environ[key] for key in os.environ if key != "PRONGHORN_DATA"}
    environment |= {"KERAS_HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3"}
    if backend:
        environment["KERAS_BACKEND"] = backend
    with tempfile.TemporaryFile("w+") as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [python, *between, str(program)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            return {"absent": f"failed ({errors.read().strip().rpartition(chr(10))[2]})"}
    found = re.search(r"accuracy (0\.\d+)\s*$", printed)
    return {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "accuracy": float(found[1]) if found else None,
    }


def measure(turns: int = TURNS, tell: Say = say) -> dict[str, dict[str, dict[str, Any]]]:
    """Program → peer → `seconds` and `cpu` of each turn and the last accuracy, or `absent`."""
    results: dict[str, dict[str, dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory(prefix="pronghorn-programs-") as name:
        tell("writing the images as Keras keeps them")
        write_keras_home(Path(name))
        for program in sorted(PROGRAMS.glob("*.py")):
            found: dict[str, dict[str, Any]] = {peer: {} for peer in RUNNERS}
            for turn in range(turns):
                for peer in RUNNERS:
                    if "absent" in found[peer]:
                        continue
                    tell(f"{program.stem}: {peer}, turn {turn + 1} of {turns}")
                    once = run(peer, program, Path(name))
                    for key in ("seconds", "cpu"):
                        if key in once:
                            found[peer].setdefault(key, []).append(once.pop(key))
                    found[peer].update(once)
            results[program.stem] = found
    return results


def table(results: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """A row a program and peer: medians, and their ratio to the first peer's."""
    lines = [
        "| program | run by | wall time | × Pronghorn | processor time | accuracy |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for program, found in results.items():
        base = None
        for peer, result in found.items():
            title = load_peer(peer).TITLE
            if "absent" in result:
                lines.append(f"| {program} | {title} | – {result['absent']} | – | – | – |")
                continue
            wall, cpu = statistics.median(result["seconds"]), statistics.median(result["cpu"])
            base = wall if base is None else base
            accuracy = "–" if result["accuracy"] is None else f"{result['accuracy']:.4f}"
            lines.append(
                f"| {program} | {title} | {wall:.2f} s | {wall / base:.1f} | {cpu:.2f} s "
                f"| {accuracy} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whole_programs", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="processes of each library")
    turns = parser.parse_args().turns
    print(describe_machine())
    print(table(measure(turns)))


if __name__ == "__main__":
    main()
