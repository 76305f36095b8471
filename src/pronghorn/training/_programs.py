"""Steps lowered on an engine, each once, for the largest batch seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from pronghorn._core import config
from pronghorn.engines.base import Engine, Program, Store, engine_named
from pronghorn.layers._variable import Variable
from pronghorn.training._step import Step

__all__ = ["Job", "Programs"]

# Variables are shared by models, so what moves them to stores waits for what moves others.
_making = threading.RLock()


@dataclass
class Job:
    """A step that is ready to run for batches of up to ``capacity`` rows.

    ``moves``: ``Variable.moves`` when its variables were last found in ``stores``.
    """

    step: Step
    program: Program
    stores: dict[str, Store]
    capacity: int
    moves: int


class Programs:
    """The jobs of one model, by what they are for."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._steps: dict[Hashable, Step] = {}
        self._jobs: dict[Hashable, Job] = {}

    @property
    def engine(self) -> Engine:
        """The engine that was chosen when it was first needed, or when the model was compiled."""
        if self._engine is None:
            self._engine = engine_named(config.engine())
        return self._engine

    def choose_engine(self) -> None:
        """Take the engine that the settings name now."""
        chosen = engine_named(config.engine())
        if self._engine is not chosen:
            self._engine = chosen
            self._jobs.clear()

    def __getstate__(self) -> dict[str, Any]:
        # Programs belong to a process; a copy of a model lowers its own.
        return {"_engine": None if self._engine is None else self._engine.name}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]
        if state["_engine"] is not None:
            self._engine = engine_named(state["_engine"])

    def forget(self) -> None:
        """Drop everything: the model or what is asked of it has changed."""
        self._steps.clear()
        self._jobs.clear()

    def step(self, key: Hashable, build: Callable[[], Step]) -> Step:
        """The step of this key, built when first asked for."""
        if key not in self._steps:
            self._steps[key] = build()
        return self._steps[key]

    def ready(self, key: Hashable, rows: int) -> Job | None:
        """The job of this key, if it can run ``rows`` as it is."""
        job = self._jobs.get(key)
        if job is not None and job.capacity >= rows and job.moves == Variable.moves:
            return job
        return None

    def job(self, key: Hashable, build: Callable[[], Step], rows: int) -> Job:
        """The job of this key for batches of ``rows``, lowered anew where the last was smaller."""
        ready = self.ready(key, rows)
        if ready is not None:
            return ready
        with _making:
            job = self._jobs.get(key)
            if job is None or job.capacity < rows or not self._is_current(job):
                step = self.step(key, build)
                stores = {name: v.adopt(self.engine) for name, v in step.variables.items()}
                program = self.engine.lower(step.graph, stores, rows)
                job = Job(step, program, stores, rows, Variable.moves)
                self._jobs[key] = job
            return job

    def _is_current(self, job: Job) -> bool:
        """Whether the variables still live where the job reads them."""
        # Another model with a shared layer, or the same one under another engine, moves them.
        is_current = all(
            job.step.variables[name].adopt(self.engine) is store
            for name, store in job.stores.items()
        )
        job.moves = Variable.moves
        return is_current
