"""One step, looked at: every value of the forward pass, the loss, the way back and the update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import NotBuiltError, UnknownNameError, compose, suggest
from pronghorn._core.naming import name_apart
from pronghorn.layers._emission import emit
from pronghorn.layers._variable import Variable
from pronghorn.training._programs import Job
from pronghorn.training._rows import Rows
from pronghorn.training._step import LOSS, ROWS, Step, input_nodes
from pronghorn.training._trace_step import GRADIENT, PENALTY, VALUES
from pronghorn.training._trainer import Trainer

__all__ = ["LayerTrace", "Trace", "WeightTrace", "trace_batch"]

Array = NDArray[np.float32]
# A unit whose activation has a smaller slope passes next to nothing back.
_FLAT = 0.05


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """What one use of a layer took part in: arrays (n, …) of the batch, L the loss of the batch.

    ``activation`` a is the layer's output and ``activation_gradient`` ∂L/∂a. Of Dense and
    Activation layers ``pre_activation`` z is what their activation took, with ∂L/∂z, and
    ``slope`` da/dz, element by element (None for the identity, and for softmax and its like,
    whose elements depend on one another). None stands for what does not exist.
    """

    name: str
    activation: Array
    activation_gradient: Array | None
    pre_activation: Array | None
    pre_activation_gradient: Array | None
    slope: Array | None

    @property
    def dead_units(self) -> NDArray[np.bool_]:
        """(m,): units that pass nothing back, whatever the row: slope 0 (or output 0) in all."""
        values = self.activation if self.slope is None else self.slope
        silent: NDArray[np.bool_] = (values.reshape(-1, values.shape[-1]) == 0).all(axis=0)
        return silent

    @property
    def dead_share(self) -> float:
        """The share of dead units."""
        return float(np.mean(self.dead_units))

    @property
    def saturated_share(self) -> float:
        """The share of elements whose slope is below 0.05 in size; 0 without a slope."""
        return 0.0 if self.slope is None else float(np.mean(np.abs(self.slope) < _FLAT))


@dataclass(frozen=True, eq=False)
class WeightTrace:
    """One trainable weight in the step: w before, ∂L/∂w (None: the loss does not depend on it),
    the optimizer's slots before and after, and w after."""

    path: str
    before: Array
    gradient: Array | None
    after: Array
    slots_before: Mapping[str, Array]
    slots_after: Mapping[str, Array]

    @property
    def update(self) -> Array:
        """after − before."""
        return self.after - self.before

    @property
    def gradient_norm(self) -> float:
        """‖∂L/∂w‖₂, 0 without a gradient."""
        return 0.0 if self.gradient is None else _norm(self.gradient)

    @property
    def weight_norm(self) -> float:
        """‖w‖₂ before the step."""
        return _norm(self.before)

    @property
    def update_norm(self) -> float:
        """‖after − before‖₂."""
        return _norm(self.update)

    @property
    def update_ratio(self) -> float:
        """‖update‖ / ‖w‖; 0 where both are 0, infinity where w alone is."""
        if self.weight_norm == 0.0:
            return 0.0 if self.update_norm == 0.0 else float("inf")
        return self.update_norm / self.weight_norm


@dataclass(frozen=True, eq=False)
class Trace:
    """Every number of one training step on one batch of n rows.

    ``loss`` is what the step minimizes: ``data_loss`` and ``penalties``, by the path of the weight
    or the name of the layer that they are on. ``loss_terms`` (n,) are the rows' terms, whose mean
    is ``data_loss`` (None for a loss that is no mean of rows). ``layers`` stand in the order of
    the calls, ``weights`` by path. ``step`` counts from 1. ``is_finite`` says whether the step
    could be made: where it is False nothing is updated.
    """

    step: int
    learning_rate: float
    loss: float
    penalties: Mapping[str, float]
    loss_terms: Array | None
    layers: tuple[LayerTrace, ...]
    weights: Mapping[str, WeightTrace]
    is_finite: bool

    @property
    def data_loss(self) -> float:
        """The loss without penalties."""
        return self.loss - sum(self.penalties.values())

    def layer(self, name: str) -> LayerTrace:
        """The first use of the layer of that name; raises UnknownNameError with the nearest."""
        for found in self.layers:
            if found.name == name:
                return found
        names = [layer.name for layer in self.layers]
        raise UnknownNameError(
            compose(
                "trace",
                expected=f"a layer among {', '.join(names)}",
                received=repr(name),
                remedy=suggest(name, names),
            )
        )


def trace_batch(trainer: Trainer, feed: Any, apply: bool) -> Trace:
    """The trace of the step that would come next, on all rows of the feed as one batch.

    The model is left as it was, but with ``apply``, where the step was made and counts.
    """
    optimizer = trainer.optimizer
    if optimizer is None:
        raise NotBuiltError(
            compose(
                "trace",
                expected="a model that was compiled with an optimizer",
                received="one that was not",
                remedy="Call for instance model.compile('sgd', loss='mse') first",
            )
        )
    rows = trainer.fit_rows(feed)
    begin = int(optimizer.steps_taken)
    job = trainer.job("trace", rows, rows.n)
    values = _run_values(trainer, job, rows, begin)
    totals = job.program.totals()
    held = {
        name.removesuffix(GRADIENT): variable.numpy()
        for name, variable in job.step.variables.items()
        if name.endswith(GRADIENT)
    }
    weights, is_finite = _make_step(trainer, rows, held, apply)
    return Trace(
        step=begin + 1,
        learning_rate=float(optimizer.step_scalars(np.array([begin]))["learning_rate"][0]),
        loss=float(totals[LOSS] / totals[ROWS]),
        penalties={
            name.removeprefix(PENALTY): float(total / totals[ROWS])
            for name, total in totals.items()
            if name.startswith(PENALTY)
        },
        loss_terms=values.get("loss"),
        layers=tuple(_list_layers(trainer, values)),
        weights=weights,
        is_finite=is_finite,
    )


def _run_values(trainer: Trainer, job: Job, rows: Rows, begin: int) -> dict[str, Array]:
    feed = rows.one_batch()
    outputs = {
        name: np.empty((rows.n, *(int(size or 1) for size in node.shape[1:])), np.float32)
        for name, node in job.step.graph.outputs.items()
    }
    job.program.reset_totals()
    result = job.program.run(feed, scalars={}, step=begin, seed=trainer.seed, outputs=outputs)
    if result.status != "ok":
        trainer.refuse("trace", result, job, feed, begin)
    return outputs


def _make_step(
    trainer: Trainer, rows: Rows, gradients: Mapping[str, Array], apply: bool
) -> tuple[dict[str, WeightTrace], bool]:
    """The very step of ``fit``; on copies of all that it writes, unless it is to be applied."""
    optimizer = trainer.optimizer
    assert optimizer is not None
    begin = int(optimizer.steps_taken)
    train = trainer.job("train", rows, rows.n)
    job = train if apply else _copy_job(trainer, train, rows.n)
    held = job.step.variables
    before = {name: variable.numpy() for name, variable in held.items()}
    scalars = optimizer.step_scalars(np.array([begin]))
    feed = rows.one_batch()
    result = job.program.run(feed, scalars=scalars, step=begin, seed=trainer.seed)
    is_finite = result.status == "ok"
    after = {name: variable.numpy() for name, variable in held.items()}
    if apply and is_finite:
        optimizer.steps_taken = begin + 1
    trainable = set(trainer.trainable_weights())
    names = {variable: name for name, variable in train.step.variables.items()}
    found = []
    for variable, name in names.items():
        if variable not in trainable:
            continue
        slots = optimizer.slot_state.slots_of(variable)
        kept = {slot: names[v] for slot, v in slots.items() if v in names}
        found.append(
            WeightTrace(
                variable.path,
                before[name],
                gradients.get(name),
                after[name],
                {slot: before[of] for slot, of in kept.items()},
                {slot: after[of] for slot, of in kept.items()},
            )
        )
    return name_apart((weight.path, weight) for weight in found), is_finite


def _copy_job(trainer: Trainer, train: Job, n: int) -> Job:
    """The same step on variables of its own, which hold what the model's hold now."""
    step = train.step

    def copy() -> Step:
        twins = {name: Variable(v.numpy()) for name, v in step.variables.items()}
        return Step(step.graph, twins, step.scalars, step.labels)

    # The programs hold the step itself, so that its number stays its own.
    job = trainer.programs.job(("copy", id(step)), copy, n)
    for name, twin in job.step.variables.items():
        twin.assign(step.variables[name].numpy())
    return job


def _list_layers(trainer: Trainer, values: Mapping[str, Array]) -> list[LayerTrace]:
    with emit(training=True) as emission:
        trainer.model.forward(input_nodes(trainer.model))
    return [
        LayerTrace(
            layer.name,
            values[f"a{i}"],
            **{
                long: values.get(f"{short}{i}")
                for long, short in VALUES.items()
                if long != "activation"
            },
        )
        for i, (layer, _) in enumerate(emission.results)
        if f"a{i}" in values
    ]


def _norm(array: Array) -> float:
    return float(np.sqrt(np.sum(np.square(array, dtype=np.float64))))
