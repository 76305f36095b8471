"""What a model does with data before it is compiled: predictions, in passes and batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pronghorn.callbacks import CallbackList
from pronghorn.callbacks._base import overrides
from pronghorn.engines.base import Feed, RunResult
from pronghorn.ir.graph import Shape
from pronghorn.layers._regularization._noise import Draws
from pronghorn.training._loop import Pass, Portion
from pronghorn.training._programs import Job, Programs
from pronghorn.training._refusal import refuse_run
from pronghorn.training._rows import Rows, in_order
from pronghorn.training._step import Step, Trainable, build_predict

__all__ = ["LARGE_BATCH", "Predictions", "choose_batch", "is_watched"]

#: Evaluation and prediction run larger batches than they count in: the bits are the same.
LARGE_BATCH = 256
_USUAL_BATCH = 32

# Of rows whose length differs with the data: input → shape.
Lengths: TypeAlias = tuple[tuple[str, Shape], ...]

_NO_SCALARS: Mapping[str, NDArray[np.float64]] = {}


class Predictions:
    """The programs of one model, and what comes out of them."""

    def __init__(self, model: Trainable) -> None:
        self.model = model
        self.programs = Programs()
        self.seed = 0
        #: For what is drawn where no optimizer counts the steps.
        self.draws = Draws()
        self._output_sizes: dict[str, tuple[int, ...]] | None = None

    def forget(self) -> None:
        """Drop every program: the model has changed, or what is asked of it."""
        self.programs.forget()
        self._output_sizes = None

    def predict(
        self,
        owner: Any,
        source: Rows | Iterator[Rows],
        batch_size: int,
        steps: int | None,
        callbacks: CallbackList,
    ) -> list[NDArray[np.float32]]:
        """The outputs for all rows, one float32 array an output."""
        refuse = self._refuse_at("predict")
        run = Pass("predict", callbacks, refuse, model=owner, draws=self.draws)
        run.pack = self.model.pack_outputs
        run.is_watched = is_watched(callbacks)
        owner.stop_predicting = False
        callbacks.on_predict_begin()
        parts: list[Mapping[str, NDArray[np.float32]]] = []

        def portions() -> Iterator[Portion]:
            by_batch = callbacks.subscribed_to_batches("predict")
            for rows in [source] if isinstance(source, Rows) else source:
                n, shown = rows.n, rows.n
                batch = n
                if isinstance(source, Rows):
                    n = n if steps is None else min(n, steps * batch_size)
                    batch, shown = min(n, choose_batch(batch_size, by_batch)), batch_size
                job = self.predict_job(batch, rows.lengths)
                parts.append(self.outputs(n, job))
                feed = rows.feed(in_order(n), batch)
                yield Portion(job, feed, min(shown, n), parts[-1])

        done = run.run(portions())
        callbacks.on_predict_end()
        if len(parts) == 1:
            found = list(parts[0].values())
            is_cut = isinstance(source, Rows) and done * batch_size < len(found[0])
            # A callback ended the pass.
            return [array[: done * batch_size].copy() for array in found] if is_cut else found
        return [np.concatenate([part[name] for part in parts]) for name in parts[0]]

    def predict_job(self, batch: int, lengths: Lengths = ()) -> Job:
        """The job that gives the outputs for batches of ``batch`` rows of these lengths."""
        # Room for usual batches, so that batches of every size do not lower it again and again.
        rows = max(batch, _USUAL_BATCH)
        if not lengths:
            return self.programs.job("predict", lambda: build_predict(self.model), rows)

        # One job is built at a time, so that no other thread's lengths come in between.
        def build() -> Step:
            self.model.lengths = dict(lengths)
            return build_predict(self.model)

        return self.programs.job(("predict", lengths), build, rows)

    def outputs(self, n: int, job: Job) -> dict[str, NDArray[np.float32]]:
        """Room for the outputs of n rows, by the names of the prediction graph."""
        if self._output_sizes is not None:
            return _make_room(n, self._output_sizes)
        if self.model.is_open:
            made = job.step.graph.outputs.values()
            return _make_room(n, _read_sizes([node.shape for node in made]))
        self._output_sizes = _read_sizes(self.model.output_shapes)
        return _make_room(n, self._output_sizes)

    def predict_rows(self, rows: Rows) -> list[NDArray[np.float32]]:
        """The outputs for all rows in one batch."""
        sources = {k: source.array for k, source in rows.sources.items()}
        return self.predict_batch(sources, rows.n, rows.lengths)

    def predict_batch(
        self, sources: Mapping[str, NDArray[Any]], n: int, lengths: Lengths = ()
    ) -> list[NDArray[np.float32]]:
        """The outputs for n rows of arrays in the shapes of the model, by the graph's names."""
        ready = None if lengths else self.programs.ready("predict", n)
        job = ready or self.predict_job(n, lengths)
        found = self.outputs(n, job)
        feed = Feed(sources, in_order(n), n)
        # Layers that draw in prediction too, as for Monte Carlo dropout, draw anew in each call.
        seed, step = self.draws.take(job.step.graph) if job.step.draws else (0, 0)
        result = job.program.run(feed, scalars=_NO_SCALARS, step=step, seed=seed, outputs=found)
        if result.status != "ok":
            self.refuse("predict", result, job, feed, 0)
        return list(found.values())

    def answer(self, source: str, x: NDArray[Any]) -> NDArray[np.float32]:
        """``predict_batch`` for a model of one input and one output, with less around it."""
        n = len(x)
        job, sizes = self.programs.ready("predict", n), self._output_sizes
        if job is None or sizes is None or job.step.draws:
            return self.predict_batch({source: x}, n)[0]
        (size,) = sizes.values()
        output = np.empty((n, *size), np.float32)
        result = job.program.answer(x, output)
        if result is not None:
            self.refuse("predict", result, job, Feed({source: x}, in_order(n), n), 0)
        return output

    def _refuse_at(self, where: str) -> Callable[[RunResult, Job, Feed, int], NoReturn]:
        def refuse(result: RunResult, job: Job, feed: Feed, step: int) -> NoReturn:
            self.refuse(where, result, job, feed, 0)

        return refuse

    def refuse(
        self, where: str, result: RunResult, job: Job, feed: Feed, iteration: int
    ) -> NoReturn:
        """Raise the error that says why a run stopped."""
        refuse_run(
            result,
            feed,
            self.model,
            self.programs,
            job,
            where=where,
            seed=self.seed,
            iteration=iteration,
        )


def _read_sizes(shapes: Sequence[Shape]) -> dict[str, tuple[int, ...]]:
    """The shape of one row of each output, by the names of the prediction graph."""
    return {str(i): tuple(int(s or 1) for s in shape[1:]) for i, shape in enumerate(shapes)}


def _make_room(n: int, sizes: Mapping[str, tuple[int, ...]]) -> dict[str, NDArray[np.float32]]:
    return {name: np.empty((n, *size), np.float32) for name, size in sizes.items()}


def choose_batch(batch_size: int, is_fixed: bool) -> int:
    """The batch to run for the batch to count in."""
    return batch_size if is_fixed else batch_size * max(1, LARGE_BATCH // batch_size)


def is_watched(callbacks: CallbackList) -> bool:
    """Whether a display wants a look at a pass."""
    return any(overrides(member, "on_progress") for member in callbacks.callbacks)
