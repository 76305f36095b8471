"""What a compiled model does with data: fit, evaluate, predict, and the single steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pronghorn import data
from pronghorn._core import rng
from pronghorn._core.errors import NotBuiltError, compose
from pronghorn.callbacks import CallbackList
from pronghorn.engines.base import Feed, RunResult
from pronghorn.layers._variable import Variable
from pronghorn.optimizers import Optimizer
from pronghorn.optimizers._state import State
from pronghorn.training._course import Course
from pronghorn.training._ledger import Ledger
from pronghorn.training._loop import Pass, Portion, read_sums
from pronghorn.training._objective import Objective
from pronghorn.training._plan import FitPlan, order_batches, replay, skip_batches
from pronghorn.training._predictions import LARGE_BATCH, Predictions, choose_batch, is_watched
from pronghorn.training._programs import Job
from pronghorn.training._rows import Rows, fit_rows, in_order
from pronghorn.training._step import (
    Step,
    Task,
    Trainable,
    build_test,
    build_train,
)
from pronghorn.training._trace_step import build_trace

__all__ = ["Trainer"]

Data = Rows | data.BatchStream


class Trainer(Predictions):
    """The programs of one model, and the state that training adds to it."""

    def __init__(self, model: Trainable) -> None:
        super().__init__(model)
        self.objective: Objective | None = None
        self.optimizer: Optimizer | None = None
        #: What the model shows as its loss.
        self.loss: Any = None
        self.ledger: Ledger | None = None
        self._trainable: list[Variable] | None = None

    def compile(self, optimizer: Optimizer | None, objective: Objective) -> None:
        """Take an optimizer, with the slots it has, and what is asked of the outputs."""
        self.optimizer, self.objective = optimizer, objective
        self.seed = rng.next_seed()
        self.programs.choose_engine()
        self.forget()

    def forget(self) -> None:
        """Drop every program: the model has changed, or what is asked of it."""
        super().forget()
        self.ledger = None
        self._trainable = None

    def trainable_weights(self) -> list[Variable]:
        """The weights that were trainable when the model was compiled or last changed."""
        if self._trainable is None:
            self._trainable = self.model.trainable_weights
        return self._trainable

    def slot_variables(self) -> list[Variable]:
        """The optimizer's state, weight by weight; none before the first step."""
        return [] if self.slots is None else self.slots.variables(self.trainable_weights())

    @property
    def slots(self) -> State | None:
        """What the optimizer remembers; None before ``compile``."""
        return None if self.optimizer is None else self.optimizer.slot_state

    def optimizer_arrays(self) -> list[tuple[str, NDArray[Any]]]:
        """Name and value of each variable of the optimizer, in Keras's order."""
        return [] if self.slots is None else self.slots.arrays()

    def set_optimizer_arrays(self, arrays: Sequence[Any]) -> None:
        """Take over what ``optimizer_arrays`` gave; raises ShapeError, changing nothing."""
        optimizer = self._require_optimizer()
        optimizer.build(self.trainable_weights())
        optimizer.slot_state.assign(arrays)

    # Data.

    def fit_rows(self, feed: data.Feed, *, with_targets: bool = True) -> Rows:
        """The feed in the shapes of the model; see ``fit_rows``."""
        if not with_targets:
            return fit_rows(self.model, feed)
        objective = self._objective()
        needs = objective.needs_target
        if self.model.own_loss is not None:
            # It may take targets that nothing in compile() asks for, or none.
            needs = [bool(feed.targets)] * len(needs)
        rows = fit_rows(self.model, feed, needs)
        objective.check_one_hot(feed.targets, self.model.output_shapes)
        return rows

    def _objective(self) -> Objective:
        if self.objective is None:
            raise _not_compiled()
        return self.objective

    def _require_optimizer(self) -> Optimizer:
        if self.optimizer is None:
            raise _not_compiled("an optimizer")
        return self.optimizer

    def check(self, rows: Rows) -> Rows:
        """Read the rows once before anything changes; builds the training step.

        Returns them for reading them many times more.
        """
        labels = self._train_step(rows).labels
        held = rows.hold(self.programs.engine, labels)
        held.check(labels)
        return held

    # Jobs.

    def _key(self, kind: str, rows: Rows) -> tuple[Any, ...]:
        return (kind, rows.target_shapes, rows.weight_shapes, rows.lengths)

    def _train_step(self, rows: Rows) -> Step:
        return self.programs.step(self._key("train", rows), lambda: self._build("train", rows))

    def job(self, kind: str, rows: Rows, batch: int) -> Job:
        """The job of a kind ("train", "test", "trace") for rows like these, in such batches."""
        key = self._key(kind, rows)
        return self.programs.job(key, lambda: self._build(kind, rows), batch)

    def _build(self, kind: str, rows: Rows) -> Step:
        objective, model = self._objective(), self.model
        if rows.lengths:
            model.lengths = dict(rows.lengths)
        targets = objective.resolve(rows.target_shapes, model.output_shapes)
        weights = self.trainable_weights()
        task = Task(targets, rows.target_shapes, rows.weight_shapes, frozenset(weights))
        if kind == "test":
            return build_test(model, task)
        if kind == "trace":
            return build_trace(model, task)
        optimizer = self._require_optimizer()
        return build_train(model, task, optimizer, optimizer.slot_state.prepare(weights))

    def take_ledger(self, rows: Rows) -> Ledger:
        """The running values for targets of these shapes."""
        if self.ledger is None:
            targets = self._objective().resolve(rows.target_shapes, self.model.output_shapes)
            self.ledger = Ledger(targets, self.model.own_metrics)
            shown = self.model.shown_metrics
            if shown is not None:
                self.ledger.show(shown)
            if self.model.own_result is not None:
                self.ledger.answer_with(self.model.own_result)
            if self.model.own_reset is not None:
                self.ledger.reset_with(self.model.own_reset)
        return self.ledger

    # Passes.

    def fit(
        self,
        owner: Any,
        source: Data,
        validation: Data | None,
        plan: FitPlan,
        callbacks: CallbackList,
        transform: Callable[[data.Feed], data.Feed] | None = None,
    ) -> None:
        """Train for the epochs of the plan; ``transform`` changes each batch of a stream."""
        if isinstance(source, Rows):
            source = self.check(source)
        if isinstance(validation, Rows):
            step = self.job("test", validation, min(validation.n, LARGE_BATCH)).step
            validation = validation.hold(self.programs.engine, step.labels)
            validation.check(step.labels)
        owner.stop_training = False
        course = Course(self, owner, callbacks, plan.initial_epoch)
        callbacks.attach(course)
        callbacks.on_train_begin()
        logs = course.logs
        if course.epoch > plan.initial_epoch:
            replay(source, validation, plan, self.seed, course.began_at, course.epoch)
        epochs = range(course.epoch, course.epoch if course.is_over else plan.epochs)
        if isinstance(source, Rows) and plan.shuffle and epochs:
            job = self.job("train", source, min(plan.batch_size, source.n))
            source = source.find_places(job.program)
        for epoch in epochs:
            callbacks.on_epoch_begin(epoch)
            logs = self._train_epoch(owner, source, plan, callbacks, course, transform)
            if validation is not None and plan.validates(epoch):
                found = self.evaluate(
                    owner, validation, plan.validation_batch_size, plan.validation_steps, callbacks
                )
                logs = {**logs, **{f"val_{name}": value for name, value in found.items()}}
            course.leave(logs)
            callbacks.on_epoch_end(epoch, logs)
            if owner.stop_training or getattr(source, "is_exhausted", False):
                break
        self._require_optimizer().finalize_variable_values(self.trainable_weights())
        callbacks.on_train_end(logs)

    def _train_epoch(
        self,
        owner: Any,
        source: Data,
        plan: FitPlan,
        callbacks: CallbackList,
        course: Course,
        transform: Callable[[data.Feed], data.Feed] | None,
    ) -> dict[str, Any]:
        optimizer = self._require_optimizer()

        def refuse(result: RunResult, job: Job, feed: Feed, step: int) -> NoReturn:
            where = f"fit, epoch {course.epoch + 1}, step {step + 1}"
            self.refuse(where, result, job, feed, optimizer.steps_taken)

        run = Pass("train", callbacks, refuse, None, optimizer, self.seed, model=owner)
        run.is_watched = is_watched(callbacks)
        done = course.enter(run)
        if isinstance(source, Rows):
            run.begin(self.take_ledger(source))
            run.run(self._order_rows(source, plan, course, done))
        else:
            order = order_batches(source, plan, self.seed, course.drawn)
            run.run(self._stream("train", source, run, order, transform, done))
        course.epoch += 1
        return run.ledger.read() if run.ledger is not None else {}

    def _order_rows(
        self, rows: Rows, plan: FitPlan, course: Course, done: int
    ) -> Iterator[Portion]:
        batch = min(plan.batch_size, rows.n)
        passed = skip_batches(plan, course.drawn - course.began_at, -(-rows.n // batch))
        index = data.epoch_order(
            rows.n,
            self.seed,
            course.drawn - passed,
            shuffle=plan.shuffle,
            batch_size=plan.batch_size,
        )
        if plan.steps_per_epoch is not None:
            index = index[passed * batch :][: plan.steps_per_epoch * batch]
        feed = rows.feed(rows.group(index[done * batch :], batch), batch)
        yield Portion(self.job("train", rows, batch), feed, batch)

    def _stream(
        self,
        kind: str,
        stream: data.BatchStream,
        run: Pass,
        order: Sequence[int] | None = None,
        transform: Callable[[data.Feed], data.Feed] | None = None,
        done: int = 0,
    ) -> Iterator[Portion]:
        for i, feed in enumerate(stream.epoch(order)):
            rows = self.fit_rows(feed if transform is None else transform(feed))
            if run.ledger is None:
                run.begin(self.take_ledger(rows))
            if i < done:
                continue
            yield Portion(self.job(kind, rows, rows.n), rows.one_batch(), rows.n)

    def evaluate(
        self,
        owner: Any,
        source: Data,
        batch_size: int,
        steps: int | None,
        callbacks: CallbackList,
    ) -> dict[str, Any]:
        """Loss and metrics over the data, in the order of ``compile``."""
        refuse = self._refuse_at("evaluate")
        run = Pass("test", callbacks, refuse, model=owner, draws=self.draws)
        run.is_watched = is_watched(callbacks)
        owner.stop_evaluating = False
        callbacks.on_test_begin()
        if isinstance(source, Rows):
            run.begin(self.take_ledger(source))
            n = source.n if steps is None else min(source.n, steps * batch_size)
            by_batch = callbacks.subscribed_to_batches("test")
            step = self.programs.step(
                self._key("test", source), lambda: self._build("test", source)
            )
            batch = min(n, choose_batch(batch_size, by_batch or not step.is_free_of_batches))
            feed = source.feed(in_order(n), batch)
            run.run([Portion(self.job("test", source, batch), feed, min(batch_size, n))])
        else:
            # The same batches each time, so that validations can be compared.
            source.rewind()
            run.run(self._stream("test", source, run))
        logs = run.ledger.read() if run.ledger is not None else {}
        callbacks.on_test_end(logs)
        return logs

    # Single steps.

    def run_batch(self, kind: str, rows: Rows, *, goes_on: bool = False) -> dict[str, Any]:
        """One step of "train" or "test" on all rows; its loss and metrics.

        ``goes_on``: over the rows of the steps before as well, since metrics were reset.
        """
        job = self.job(kind, rows, rows.n)
        ledger = self.take_ledger(rows)
        feed = rows.one_batch()
        optimizer = self._require_optimizer() if kind == "train" else None
        begin = 0 if self.optimizer is None else self.optimizer.steps_taken
        scalars = {} if optimizer is None else optimizer.step_scalars(np.array([begin]))
        job.program.reset_totals()
        if not goes_on:
            ledger.reset()
        result = job.program.run(feed, scalars=scalars, step=begin, seed=self.seed)
        if result.status != "ok":
            self.refuse(f"{kind}_on_batch", result, job, feed, begin)
        if optimizer is not None:
            optimizer.steps_taken = begin + 1
        ledger.add(read_sums(job.program))
        return ledger.read()


def _not_compiled(lacking: str = "a call of compile() first") -> NotBuiltError:
    return NotBuiltError(
        compose(
            "model",
            expected=lacking,
            received="none",
            remedy="For instance model.compile('adam', loss='mse')",
        )
    )
