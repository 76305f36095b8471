"""THE loop: one pass over data, for every engine, for training, evaluation and prediction.

The engine gets as many steps at once as it may: all of them where nobody watches. It comes back
for callbacks that asked for every batch, for a display about ten times a second, and when a step
is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import NumericsError
from pronghorn._core.nonfinite import nan_ends_training
from pronghorn._core.warn import warn
from pronghorn.callbacks import CallbackList
from pronghorn.engines.base import Feed, Program, RunResult
from pronghorn.layers._regularization._noise import Draws
from pronghorn.optimizers import Optimizer
from pronghorn.training._ledger import Ledger, Sums
from pronghorn.training._pace import Pace
from pronghorn.training._programs import Job
from pronghorn.training._step import LOSS, ROWS

__all__ = ["STOPS", "Pass", "Portion", "Refusal", "read_sums"]

Outputs = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Portion:
    """Rows that one program runs: a whole data set, or one batch of a stream.

    ``shown``: the batch size that callbacks count in, where the engine's batch is a multiple.
    """

    job: Job
    feed: Feed
    shown: int
    outputs: Outputs | None = None

    @property
    def steps(self) -> int:
        return self.feed.steps

    def part(self, start: int, stop: int) -> tuple[Feed, Outputs | None]:
        """Steps start to stop, and where their outputs go."""
        feed = self.feed
        if start == 0 and stop == feed.steps:
            return feed, self.outputs
        rows = slice(start * feed.batch, stop * feed.batch)
        outputs = self.outputs
        if outputs is not None:
            outputs = {name: array[rows] for name, array in outputs.items()}
        return Feed(feed.sources, feed.index[rows], feed.batch), outputs


#: Kind of a pass → what callbacks set on the model to end it.
STOPS = {"train": "stop_training", "test": "stop_evaluating", "predict": "stop_predicting"}

# Turns a run that stopped into the error that says why: result, job, feed, step of the pass.
Refusal = Callable[[RunResult, Job, Feed, int], NoReturn]


@dataclass
class Pass:
    """One pass over the data: an epoch of training, an evaluation or a prediction."""

    kind: str
    callbacks: CallbackList
    refuse: Refusal
    ledger: Ledger | None = None
    optimizer: Optimizer | None = None
    seed: int = 0
    is_watched: bool = False
    model: Any = None
    pack: Callable[[Sequence[Any]], Any] = list  # outputs, as batch hooks are shown them
    done: int = 0
    _jobs: list[Job] = field(default_factory=list)
    _carried: dict[str, Any] = field(default_factory=dict)
    # The rows in the sums that were taken last.
    _counted: float = 0.0
    _variables: Mapping[str, Any] | None = None
    # Where layers draw without training: what they draw from, (seed, first step) once a step did,
    # and the steps so far.
    draws: Draws = field(default_factory=Draws)
    _start: tuple[int, int] | None = None
    _steps: int = 0

    def begin(self, ledger: Ledger) -> None:
        """Keep the running values in ``ledger``, which forgets other rows."""
        self.ledger = ledger
        ledger.reset()
        if self._variables is not None:
            ledger.set_variables(self._variables)
        if self._carried:
            ledger.replace(self._carried)

    def go_on(self, done: int, sums: Sums, variables: Mapping[str, Any]) -> None:
        """Count on from ``done`` batches and from what ``fold`` gave; call it before ``begin``."""
        self.done, self._carried, self._variables = done, dict(sums), variables
        self._counted = sums.get(ROWS, 0.0)

    def fold(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The sums so far and the variables of metrics; programs count on from zero.

        Counting on, a resumed pass forms the same sums of the same numbers.
        """
        self._carried = self._read_sums()
        for job in self._jobs:
            job.program.reset_totals()
        return dict(self._carried), {} if self.ledger is None else self.ledger.variables()

    def run(self, portions: Iterable[Portion]) -> int:
        """Run every portion, in order; returns the number of batches that callbacks counted."""
        by_batch = self.callbacks.subscribed_to_batches(self.kind)
        pace = Pace(by_batch=by_batch, is_watched=self.is_watched)
        logs: dict[str, Any] = {}
        shows_logs = by_batch or self.is_watched
        for portion in portions:
            self._add_job(portion.job)
            before, step = self.done, 0
            while step < portion.steps:
                if by_batch:
                    self._call("begin", self.done)
                # A pass that is told to stop before a step makes that step, as in Keras.
                stop = step + (1 if self._is_stopped() else pace.choose(portion.steps - step))
                feed, outputs = portion.part(step, stop)
                started = perf_counter()
                result = self._advance(portion.job, feed, outputs)
                pace.report(stop - step, perf_counter() - started)
                self._take_sums()
                if shows_logs:
                    logs = self._read_logs()
                if result.status != "ok":
                    self._offer(result, by_batch)
                    self._end_at_nan(result, portion.job, feed)
                    if self._is_stopped():
                        self._record_nan()
                        return self.done
                    self.refuse(result, portion.job, feed, self.done + result.steps)
                step = stop
                rows = min(step * portion.feed.batch, len(portion.feed.index))
                self.done = before + -(-rows // portion.shown)
                if by_batch:
                    shown = logs if outputs is None else self._show(outputs)
                    self._call("end", self.done - 1, shown)
                if self.is_watched:
                    self.callbacks.on_progress(self.done, logs)
                if self._is_stopped():
                    return self.done
        return self.done

    def _add_job(self, job: Job) -> None:
        # Totals go on over all portions of a pass, in the order of the rows, so that what they
        # come to does not depend on how often the loop was interrupted.
        if not any(job is known for known in self._jobs):
            job.program.reset_totals()
            self._jobs.append(job)

    def _advance(self, job: Job, feed: Feed, outputs: Outputs | None) -> RunResult:
        optimizer = self.optimizer
        if optimizer is None:
            begin, self._steps = self._steps, self._steps + feed.steps
            if job.step.draws:
                self._start = self._start or self.draws.start(job.step.graph)
                self.draws.count(feed.steps)
            seed, first = self._start or (self.seed, 0)
            return job.program.run(feed, scalars={}, step=first + begin, seed=seed, outputs=outputs)
        begin = optimizer.steps_taken
        counts = np.arange(begin, begin + feed.steps, dtype=np.int64)
        try:
            result = job.program.run(
                feed, scalars=optimizer.step_scalars(counts), step=begin, seed=self.seed
            )
            optimizer.steps_taken = begin + result.steps
        except KeyboardInterrupt:
            # The engine stopped between two steps: the rows it counted say after which one.
            finished = self._read_sums()[ROWS] - self._counted
            optimizer.steps_taken = begin + int(-(-finished // feed.batch))
            raise
        return result

    def _take_sums(self) -> None:
        """Bring the ledger up to date."""
        if self.ledger is None and self.optimizer is None:
            return
        sums = self._read_sums()
        self._counted = sums.get(ROWS, 0.0)
        if self.ledger is not None:
            self.ledger.replace(sums)

    def _read_logs(self) -> dict[str, Any]:
        return {} if self.ledger is None else self.ledger.read()

    def _read_sums(self) -> dict[str, Any]:
        sums: dict[str, Any] = dict(self._carried)
        for job in self._jobs:
            for name, value in read_sums(job.program).items():
                sums[name] = sums[name] + value if name in sums else value
        return sums

    def _offer(self, result: RunResult, by_batch: bool) -> None:
        """Let callbacks that look at every batch end the training at a loss that is no number."""
        if by_batch and self.kind == "train" and result.status == "nonfinite_total":
            self._call("end", self.done, {**self._read_logs(), "loss": float("nan")})

    def _end_at_nan(self, result: RunResult, job: Job, feed: Feed) -> None:
        """End the training, with a warning, where a loss that is no number is to do that."""
        is_nan = self.kind == "train" and result.status == "nonfinite_total"
        if is_nan and nan_ends_training() and not self._is_stopped():
            try:
                self.refuse(result, job, feed, self.done + result.steps)
            except NumericsError as error:
                warn(f"{error} The training ends here.", RuntimeWarning)
            self.model.stop_training = True

    def _record_nan(self) -> None:
        """Let the mean loss of the pass be NaN: the step that failed is in no sum."""
        if self.ledger is not None:
            sums = self._read_sums()
            self.ledger.replace({**sums, LOSS: np.nan, ROWS: max(1.0, sums[ROWS])})

    def _is_stopped(self) -> bool:
        return bool(getattr(self.model, STOPS[self.kind], False))

    def _show(self, outputs: Outputs) -> dict[str, Any]:
        return {"outputs": self.pack(list(outputs.values()))}

    def _call(self, moment: str, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        hook = getattr(self.callbacks, f"on_{self.kind}_batch_{moment}")
        hook(batch, None if logs is None else dict(logs))


def read_sums(program: Program) -> dict[str, Any]:
    """The totals and the tallies of a program."""
    return {**program.totals(), **program.tallies()}
