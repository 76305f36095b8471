"""Passes of a model whose class defines its own steps: batch by batch, in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn import data
from pronghorn._core.errors import ParameterError, PronghornError, compose, describe
from pronghorn._core.results import as_result
from pronghorn.callbacks import CallbackList
from pronghorn.data._tuples import pack_x_y_sample_weight, unpack_x_y_sample_weight
from pronghorn.layers._shapes import is_nested
from pronghorn.layers._tensor import Tensor, map_leaves
from pronghorn.models._arguments import peek_batches
from pronghorn.models._network import align, map_structure
from pronghorn.training._loop import STOPS
from pronghorn.training._plan import order_batches

if TYPE_CHECKING:
    from pronghorn.models._model import Model
    from pronghorn.training import FitPlan

__all__ = [
    "Batches",
    "evaluate_by_steps",
    "fit_by_steps",
    "know_metrics",
    "predict_by_steps",
    "read_batches",
    "read_logs",
]

_LOOK = 0.1  # seconds between two looks of a display


@dataclass(frozen=True)
class Batches:
    """Where batches come from: rows of a feed, or a stream.

    ``layouts``: the structures (array, list or dict) in which the user gave x and y, and batches
    have them, with the number of an array in its place; None: there are none.
    """

    source: data.Feed | data.BatchStream
    layouts: tuple[Any, Any]
    size: int
    steps: int | None = None
    transform: Callable[[data.Feed], data.Feed] | None = None

    def visit(self, order: Any = None) -> Iterator[Any]:
        """x, (x, y) or (x, y, sample_weight) of each batch; ``order``: of rows or batches."""
        for feed in self._feeds(order):
            made = feed if self.transform is None else self.transform(feed)
            x = _pack(self.layouts[0], [source.array for source in made.inputs])
            y = _pack(self.layouts[1], [source.array for source in made.targets])
            weights = [None if source is None else source.array for source in made.weights]
            w = None if not any(part is not None for part in weights) else weights
            yield as_result(pack_x_y_sample_weight(x, y, w[0] if w and len(w) == 1 else w))

    def _feeds(self, order: Any) -> Iterator[data.Feed]:
        if isinstance(self.source, data.BatchStream):
            yield from self.source.epoch(order)
            return
        index = np.arange(self.source.n) if order is None else order
        count = -(-len(index) // self.size)
        for step in range(count if self.steps is None else min(count, self.steps)):
            yield _take(self.source, index[step * self.size :][: self.size])

    def order(self, plan: FitPlan, seed: int, epoch: int) -> Any:
        """The order of rows, or of batches that are indexed, in an epoch."""
        if isinstance(self.source, data.BatchStream):
            return order_batches(self.source, plan, seed, epoch)
        n = self.source.n
        return data.epoch_order(n, seed, epoch, shuffle=plan.shuffle, batch_size=self.size)

    def split(self, share: float) -> tuple[Batches, Batches]:
        """What trains and what validates; see ``data.split_validation``."""
        assert isinstance(self.source, data.Feed)
        train, held_out = data.split_validation(self.source, share)
        return replace(self, source=train), replace(self, source=held_out, transform=None)

    @property
    def shown(self) -> int | None:
        """Batches of a pass, where that is known."""
        if isinstance(self.source, data.BatchStream):
            return self.source.steps
        count = -(-self.source.n // self.size)
        return count if self.steps is None else min(count, self.steps)

    @property
    def is_exhausted(self) -> bool:
        """Whether there is nothing left for a further epoch."""
        return getattr(self.source, "is_exhausted", False)


def read_batches(
    model: Model,
    given: tuple[Any, Any, Any],
    size: int,
    steps: int | None = None,
    epochs: int = 1,
    class_weight: Mapping[Any, float] | None = None,
) -> Batches:
    """The batches of x, y and sample_weight, or of an iterable x; checked as ``fit`` does."""
    x, y, sample_weight = given
    weigh = None
    if class_weight is not None:
        weights = class_weight
        weigh = lambda feed: data.weigh_classes(feed, weights)  # noqa: E731
    source: data.Feed | data.BatchStream
    if data.is_batches(x):
        data.refuse_beside_batches(y=y, sample_weight=sample_weight)
        first, x = peek_batches(x)
        source = model._stream(x, steps, epochs)
        x, y, _ = unpack_x_y_sample_weight(first)
    else:
        source = model._unpack(x, y, sample_weight)
    network = model._known_network
    layouts = (
        _lay_out(x, network.inputs, network.input_tensors, network.input_names),
        _lay_out(y, network.outputs, network.output_tensors, network.output_names),
    )
    return Batches(source, layouts, size, steps, weigh)


def fit_by_steps(
    model: Model,
    batches: Batches,
    validation: Batches | None,
    plan: FitPlan,
    callbacks: CallbackList,
) -> None:
    """Train with ``train_step`` of the model; the order of an epoch follows from its number."""
    for member in callbacks.callbacks:
        if hasattr(member, "attach"):
            raise ParameterError(
                compose(
                    f"{type(member).__name__}",
                    expected="a model whose class leaves train_step and test_step as they are",
                    received=type(model).__name__,
                    remedy="Save the weights with ModelCheckpoint",
                )
            )
    model.stop_training = False
    callbacks.on_train_begin()
    logs: dict[str, Any] = {}
    for epoch in range(plan.initial_epoch, plan.epochs):
        callbacks.on_epoch_begin(epoch)
        visit = batches.visit(batches.order(plan, model._trainer.seed, epoch))
        logs = _run("train", model, model.train_step, visit, callbacks)
        if validation is not None and plan.validates(epoch):
            found = evaluate_by_steps(model, validation, callbacks)
            logs = {**logs, **{f"val_{name}": value for name, value in found.items()}}
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training or batches.is_exhausted:
            break
    if model.optimizer is not None:
        model.optimizer.finalize_variable_values(model._trainer.trainable_weights())
    callbacks.on_train_end(logs)


def evaluate_by_steps(model: Model, batches: Batches, callbacks: CallbackList) -> dict[str, Any]:
    """The logs of the last ``test_step``."""
    if isinstance(batches.source, data.BatchStream):
        batches.source.rewind()  # the same batches each time, as validations without own steps
    model.stop_evaluating = False
    callbacks.on_test_begin()
    logs = _run("test", model, model.test_step, batches.visit(), callbacks)
    callbacks.on_test_end(logs)
    return logs


def predict_by_steps(model: Model, batches: Batches, callbacks: CallbackList) -> Any:
    """What ``predict_step`` gives, joined along the rows."""
    parts: list[Any] = []

    def step(batch: Any) -> dict[str, Any]:
        parts.append(map_leaves(model.predict_step(batch), np.asarray))
        return {"outputs": parts[-1]}

    model.stop_predicting = False
    callbacks.on_predict_begin()
    _run("predict", model, step, batches.visit(), callbacks)
    callbacks.on_predict_end()
    columns = iter(zip(*(_leaves(part) for part in parts), strict=True))
    return map_leaves(parts[0], lambda _: np.concatenate(next(columns)))


def _run(
    kind: str,
    model: Model,
    step: Callable[[Any], Any],
    batches: Iterator[Any],
    callbacks: CallbackList,
) -> dict[str, Any]:
    if kind != "predict":
        model.reset_metrics()
    logs: dict[str, Any] = {}
    done, looked = 0, perf_counter()
    for batch in batches:
        if not done and kind != "predict":
            know_metrics(model, batch)
        getattr(callbacks, f"on_{kind}_batch_begin")(done)
        logs = read_logs(model, kind, step(batch))
        getattr(callbacks, f"on_{kind}_batch_end")(done, logs)
        done += 1
        if getattr(model, STOPS[kind]):
            break
        if perf_counter() - looked > _LOOK:
            callbacks.on_progress(done, logs)
            looked = perf_counter()
    callbacks.on_progress(done, {} if kind == "predict" else logs)
    return logs


def know_metrics(model: Any, batch: Any) -> None:
    """Make the metrics of ``compile``, which a step may update, for data like this batch."""
    trainer = model._trainer
    if trainer.ledger is None:
        # What a step of its own takes need not fit the model.
        with suppress(PronghornError):
            rows = trainer.fit_rows(model._unpack(*unpack_x_y_sample_weight(batch)))
            trainer.take_ledger(rows)


def read_logs(model: Any, kind: str, given: Any) -> dict[str, Any]:
    """What a step gave, as plain numbers; raises ParameterError for what is no dict of them."""
    if kind == "predict":
        return dict(given)
    if not isinstance(given, Mapping):
        raise ParameterError(
            compose(
                f"{type(model).__name__}.{kind}_step",
                expected="a dict of names and values",
                received=describe(given),
                remedy="Return for instance {'loss': loss}",
            )
        )
    return {str(name): _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array


def _take(feed: data.Feed, index: Any) -> data.Feed:
    def pick(source: Any) -> Any:
        return None if source is None else replace(source, array=source.array[index])

    return data.Feed(
        tuple(map(pick, feed.inputs)),
        tuple(map(pick, feed.targets)),
        tuple(map(pick, feed.weights)),
    )


def _lay_out(given: Any, ends: Any, tensors: list[Tensor], names: list[str]) -> Any:
    """The structure of what was given, with the number of each array in its place."""
    if given is None:
        return None
    if is_nested(ends) and align(given, ends) is not None:
        return map_structure(ends, {tensor: i for i, tensor in enumerate(tensors)})
    if isinstance(given, Mapping):
        return {name: i for i, name in enumerate(names)}
    return list(range(len(names))) if len(names) > 1 else 0


def _pack(layout: Any, arrays: list[Any]) -> Any:
    """Arrays in their structure, floats as float32."""
    if not arrays:
        return None
    floats = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]
    return map_leaves(layout, floats.__getitem__)


def _leaves(structure: Any) -> list[Any]:
    found: list[Any] = []
    map_leaves(structure, found.append)
    return found
