"""The measuring itself: one worker a peer, timed epochs in turn, so that drift hits all alike."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import sleep
from typing import Any

from bench.process import WorkerFailed, WorkerProcess, failed, missing, run_whole
from bench.workloads import Workload

Say = Callable[[str], None]

# Threads of the peer before may still be spinning (OpenMP, OpenBLAS, Eigen).
SETTLE_SECONDS = 0.5


def measure_workload(
    workload: Workload,
    peers: list[str],
    folder: Path,
    repetitions: int,
    seed: int,
    say: Say,
    settle: float = SETTLE_SECONDS,
    rows: int | None = None,
) -> dict[str, dict[str, Any]]:
    """Per peer: versions, seconds of each timed epoch, test accuracy, peak memory; or `absent`.

    An epoch is all training rows, or so many. Every peer is warmed up by one epoch (JAX compiles in
    it). Then repetition after repetition each trains one epoch while the others sleep.
    """
    results: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        workers: dict[str, WorkerProcess] = {}
        for peer in peers:
            absent = missing(peer)
            if absent is not None:
                results[peer] = absent
                continue
            say(f"{workload.name}: {peer} warms up")
            worker = stack.enter_context(WorkerProcess(peer, folder))
            try:
                results[peer] = worker.start(workload, seed, rows)
                if "absent" not in results[peer]:
                    results[peer]["warm_up_seconds"] = worker.ask("epoch")["seconds"]
                    results[peer]["seconds"] = []
                    workers[peer] = worker
            except WorkerFailed as error:
                results[peer] = failed(peer, error)
        for repetition in range(repetitions):
            say(f"{workload.name}: repetition {repetition + 1} of {repetitions}")
            for peer, worker in workers.items():
                sleep(settle)
                results[peer]["seconds"].append(worker.ask("epoch")["seconds"])
        for peer, worker in workers.items():
            results[peer] |= worker.ask("finish")
    return results


def measure_whole(
    workload: Workload, peers: list[str], folder: Path, epochs: int, say: Say
) -> dict[str, dict[str, Any]]:
    """Per peer: wall time, peak memory and accuracy of a whole process."""
    results = {}
    for peer in peers:
        say(f"{workload.name}: {peer}, the whole process, {epochs} epochs")
        try:
            results[peer] = run_whole(peer, folder, workload, epochs)
        except WorkerFailed as error:
            results[peer] = failed(peer, error)
    return results
