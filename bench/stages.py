"""Where the time of a training step goes: Pronghorn's own profile of each net."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.data import read_data
from bench.peers import pronghorn as peer
from bench.workloads import Workload

Stages = Mapping[str, Mapping[str, float]]


def measure_stages(
    workloads: Iterable[Workload], folder: Path, seed: int, most_steps: int | None = None
) -> dict[str, dict[str, float]]:
    """By net and stage, microseconds of a step in the mean of the threads; an epoch after one.

    The clock is read around everything the engine does, which small nets notice.
    """
    from pronghorn import config

    found = {}
    for workload in workloads:
        rows = None if most_steps is None else most_steps * workload.batch
        session = peer.start(workload, read_data(folder, workload, rows), seed)
        session.train_epoch()
        with config.profile() as times:
            session.train_epoch()
        found[workload.name] = {
            stage: sum(seconds) / len(seconds) / times.steps * 1e6
            for stage, seconds in times.stages.items()
        }
    return found


def stages_table(found: Stages) -> str:
    """A row a stage, a column a net."""
    stages = list(dict.fromkeys(stage for times in found.values() for stage in times))
    lines = ["| µs a step | " + " | ".join(found) + " |", "|---|" + "--:|" * len(found)]
    for stage in stages:
        cells = [f"{times[stage]:,.2f}" if stage in times else "–" for times in found.values()]
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
