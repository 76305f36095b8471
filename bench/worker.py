"""One peer in a process of its own: `python -m bench.worker PEER FOLDER`.

Reads one JSON command a line from the standard input, answers each with one JSON line, and sleeps
in between: {"do": "start", "workload": ..., "seed": ..., "rows": ...}, {"do": "epoch"},
{"do": "finish"}. "rows": train on so many, `null` for all.
"""

import json
import os
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.data import read_data
from bench.peers import Session, Trainer, load_peer
from bench.workloads import Workload

# Seconds of training of which an epoch's time is told: after a pause a processor takes a tenth of a
# second to reach its clock, which is nobody's step.
SHORTEST = 0.5


class Worker:
    def __init__(self, peer: Trainer, folder: Path) -> None:
        self.peer = peer
        self.folder = folder
        self.session: Session | None = None

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        match command["do"]:
            case "start":
                workload = Workload.from_dict(command["workload"])
                return self.start(workload, command["seed"], command["rows"])
            case "epoch":
                return self.time_epoch()
            case "finish":
                assert self.session is not None
                accuracy = self.session.measure_accuracy()
                return {"accuracy": accuracy, "peak_mb": peak_megabytes()}
            case other:
                raise ValueError(f"worker: expected start, epoch or finish, received {other!r}")

    def start(self, workload: Workload, seed: int, rows: int | None) -> dict[str, Any]:
        about: dict[str, Any] = {"title": self.peer.TITLE, "holds": self.peer.HOLDS}
        reason = self.peer.refuses(workload)
        if reason is not None:
            return {**about, "absent": reason}
        self.session = None  # what the one before held is free
        try:
            self.session = self.peer.start(workload, read_data(self.folder, workload, rows), seed)
        except ModuleNotFoundError as error:
            return {**about, "absent": f"not installed ({error.name})"}
        return {**about, "versions": {package: version(package) for package in self.peer.PACKAGES}}

    def time_epoch(self) -> dict[str, Any]:
        """The median of as many epochs as take SHORTEST, one at least."""
        assert self.session is not None
        seconds: list[float] = []
        while sum(seconds) < SHORTEST:
            start = time.perf_counter()
            self.session.train_epoch()
            seconds.append(time.perf_counter() - start)
        return {"seconds": median(seconds)}


def peak_megabytes() -> float:
    """The most memory this process has held, in units of 10^6 bytes.

    Linux's ru_maxrss is not used: it starts from what the parent held at the fork.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main(peer_name: str, folder: str) -> None:
    # Answers go to the real standard output; what a library prints goes to the standard error.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    peer = load_peer(peer_name)
    if not isinstance(peer, Trainer):
        raise SystemExit(f"worker: expected a peer that trains, received {peer_name!r}")
    worker = Worker(peer, Path(folder))
    for line in sys.stdin:
        print(json.dumps(worker.answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
