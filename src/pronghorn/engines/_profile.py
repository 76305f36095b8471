"""Where the time of a run goes: what each thread did at each step of a plan.

The executor looks at the clock around every step only while a profile is being taken; otherwise
it runs a loop that has no clock in it. Steps are summed by stage; the kind of a step is the first
word of its description.
"""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.config import is_profile_wanted

__all__ = ["Profile", "StepTimes", "active_profile", "profile", "profile_process"]

WAITING, END, OTHER = "waiting", "end of the step", "other steps"
_STAGES = {
    "gather": ("gather", "gather_labels"),
    "forward": ("dense_forward", "round_rows"),
    "loss": (
        *("softmax", "log_softmax", "softmax_gradient", "log_softmax_gradient"),
        *("sparse_xent", "sparse_xent_gradient", "dense_xent", "dense_xent_gradient"),
        *("sparse_hit", "dense_hit", "total", "tally", "guard"),
    ),
    "input gradient": ("dense_input_gradient",),
    "weight gradient and update": ("dense_weight_gradient", "column_sum", "map_store"),
}
_STAGE_OF = {kind: stage for stage, kinds in _STAGES.items() for kind in kinds}


@dataclass
class StepTimes:
    """One step of a plan: its description, and seconds of each thread before it and in it."""

    text: str
    waiting: list[float]
    working: list[float]

    @property
    def stage(self) -> str:
        """What the step is for: "gather", "forward", "loss", "input gradient", ..."""
        return _STAGE_OF.get(self.text.split(" ")[0].rstrip(","), OTHER)


@dataclass
class _PlanTimes:
    lines: list[str]
    nanoseconds: NDArray[np.int64]


@dataclass
class Profile:
    """Times of the steps that the native engine carried out, by thread.

    ``steps``: batches that were run. ``seconds``: wall time of the runs. ``print(profile)`` gives
    a table of stages; ``plans`` the steps one by one, for each plan that ran.
    """

    steps: int = 0
    seconds: float = 0.0
    _plans: dict[int, _PlanTimes] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(
        self, key: int, lines: Sequence[str], times: NDArray[Any], done: int, seconds: float
    ) -> None:
        """Add a run: nanoseconds (threads, steps + 1, 2), batches carried out, wall time.

        ``key`` stands for the plan that ran, ``lines`` describe its steps.
        """
        with self._lock:
            self.steps += done
            self.seconds += seconds
            found = self._plans.get(key)
            if found is None or len(found.lines) != len(lines):
                self._plans[key] = _PlanTimes(list(lines), np.array(times))
                return
            threads = max(len(found.nanoseconds), len(times))
            both = np.zeros((threads, len(lines) + 1, 2), np.int64)
            both[: len(found.nanoseconds)] += found.nanoseconds
            both[: len(times)] += times
            found.nanoseconds = both

    @property
    def plans(self) -> list[list[StepTimes]]:
        """The steps of each plan in their order; the last one is the end of the batch."""
        return [
            [
                StepTimes(line, *(plan.nanoseconds[:, i].T / 1e9).tolist())
                for i, line in enumerate([*plan.lines, END])
            ]
            for plan in self._plans.values()
        ]

    @property
    def stages(self) -> dict[str, list[float]]:
        """Seconds of each thread by stage, in the order of a step; "waiting" is for the others."""
        threads = max((len(plan.nanoseconds) for plan in self._plans.values()), default=0)
        found = {stage: [0.0] * threads for stage in (*_STAGES, OTHER, WAITING, END)}
        for steps in self.plans:
            for step in steps:
                stage = END if step.text == END else step.stage
                for name, times in ((stage, step.working), (WAITING, step.waiting)):
                    for thread, seconds in enumerate(times):
                        found[name][thread] += seconds
        return {name: times for name, times in found.items() if any(times)}

    def __str__(self) -> str:
        stages = self.stages
        if not self.steps or not stages:
            return "profile: no step was run"
        threads = len(next(iter(stages.values())))
        rows = [("µs a step", *(f"thread {t}" for t in range(threads)), "share")]
        whole = sum(map(sum, stages.values()))
        for stage, times in stages.items():
            each = [f"{s / self.steps * 1e6:.2f}" for s in times]
            rows.append((stage, *each, f"{sum(times) / whole:.1%}"))
        per_step = f"{self.seconds / self.steps * 1e6:.2f}"
        rows.append((f"all of {self.steps:,} steps", per_step, *[""] * threads))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                [row[0].ljust(widths[0])]
                + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            ).rstrip()
            for row in rows
        )


class _Active:
    profile: Profile | None = None


def active_profile() -> Profile | None:
    """The profile that runs are added to, if one is being taken."""
    return _Active.profile


@contextmanager
def profile() -> Iterator[Profile]:
    """Take a profile of every run of the native engine inside the block, in all threads.

    The environment variable PRONGHORN_PROFILE=1 does the same for a whole process and prints the
    table to standard error at its end. Reading the clock costs up to a tenth of a small step.

    >>> import numpy as np
    >>> from pronghorn import Sequential, config, layers
    >>> model = Sequential([layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> with config.profile() as times:
    ...     history = model.fit(np.ones((64, 3)), np.ones(64), epochs=1, verbose=0)
    >>> times.steps
    2
    >>> list(times.stages)[:2]
    ['gather', 'forward']
    """
    outer, _Active.profile = _Active.profile, Profile()
    try:
        yield _Active.profile
    finally:
        _Active.profile = outer


def profile_process() -> None:
    """Where PRONGHORN_PROFILE asks for it, take a profile until the process ends, and print it."""
    if is_profile_wanted() and _Active.profile is None:
        _Active.profile = whole = Profile()
        atexit.register(lambda: print(whole, file=sys.stderr))
