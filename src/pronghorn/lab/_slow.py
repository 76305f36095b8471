"""One batch in slow motion: every number of one step, with the formulas that made them.

``trace`` rows=[…] (of the training data) | row=7 | next_batch=true → ::

    {"step", "epoch", "learning_rate", "is_finite", "rows": [row, …], "labels": [class or value],
     "columns": (n, c) coordinates, "inputs": (n, k) what goes in, "input_names": [k names],
     "layers": [{"name", "units", "shown": units whose numbers are here, "inputs_shown",
                 "activation", "activation_formula",
                 "kernel": (k, m), "bias": (m,), "inputs": (n, k), "z", "a": (n, m),
                 "dz", "da": (n, m) dL/dz and dL/da, "slope": (n, m) da/dz or null,
                 "after": (n, m) what leaves its normalization and dropout, or null,
                 "dead_units": [unit, …], "dead_share", "saturated_share",
                 "kernel_step" and "bias_step": {"gradient", "before", "after", "update",
                    "slots_before": {name: numbers}, "slots_after",
                    "gradient_norm", "update_ratio"}}, …],
     "loss": {"name", "formula", "terms": (n,) | null, "data_loss", "penalties": {name: number},
              "loss", "targets": what the loss compares with, "outputs": (n, units)},
     "optimizer": {"name", "formula" of its documentation, "numbers": {"learning_rate": …} of this
                   step, "parameters", "terms": {"w": term, slot: term}}} (see ``_race_track``)

L is the loss of the rows named, so dL/dz of a batch of n has the 1/n of its mean in it. Nothing
is trained: the step that is shown is the one that ``step_batch`` would take next if the rows are
those of the next batch. Of layers with more than 64 units the first 64 are given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import activations, optimizers, utils
from pronghorn.errors import ParameterError
from pronghorn.inspection import LayerTrace, Trace, WeightTrace
from pronghorn.lab._network import dense_layers
from pronghorn.lab._playground import Playground
from pronghorn.lab._race_track import shorten
from pronghorn.lab._run import Run
from pronghorn.lab._schema import Flag, Items, Maybe, Whole
from pronghorn.lab._session import action

__all__ = ["describe_trace"]

_MOST_ROWS = 64
_MOST_UNITS = 64
_ROW = Whole(0, 10_000_000)


@action(
    "trace",
    rows=Maybe(Items(_ROW, _MOST_ROWS, fewest=1)),
    row=Maybe(_ROW),
    next_batch=Maybe(Flag()),
)
def trace(
    playground: Playground, rows: list[int] | None, row: int | None, next_batch: bool | None
) -> dict[str, Any]:
    """See the top of this file."""
    run = playground.run
    chosen = run.next_rows()[:_MOST_ROWS].tolist() if next_batch else rows
    if chosen is None:
        chosen = [0 if row is None else row]
    count = len(run.problem.train)
    if max(chosen) >= count:
        raise ParameterError(f"trace rows: expected numbers below {count}, received {max(chosen)}.")
    return describe_trace(run, chosen)


def describe_trace(run: Run, rows: list[int]) -> dict[str, Any]:
    """Everything about the step on these rows of the training data."""
    problem = run.problem
    x, y = problem.x_train[rows], problem.y_train[rows]
    found: Trace = run.model.trace(x, y)
    described, coming = [], np.asarray(x)
    for dense in dense_layers(run.model):
        values = found.layer(dense.name)
        after = _after(found, dense.name)
        described.append(_describe_layer(found, values, coming, after, dense))
        coming = values.activation if after is None else after
    outputs = found.layer(dense_layers(run.model)[-1].name).activation
    return {
        "step": found.step,
        "epoch": run.exact_epoch,
        "learning_rate": found.learning_rate,
        "is_finite": found.is_finite,
        "rows": rows,
        "labels": problem.train.labels[rows],
        "columns": problem.train.columns[rows][:, :_MOST_UNITS],
        "inputs": x[:, :_MOST_UNITS],
        "input_names": problem.inputs[:_MOST_UNITS],
        "layers": described,
        "loss": _describe_loss(run, found, y, outputs),
        "optimizer": _describe_optimizer(run),
    }


def _after(found: Trace, name: str) -> NDArray[np.float32] | None:
    """What leaves the normalization and dropout behind a Dense layer."""
    names = [layer.name for layer in found.layers]
    last = None
    for layer in found.layers[names.index(name) + 1 :]:
        if not layer.name.startswith(("norm_", "dropout_")):
            break
        last = layer.activation
    return last


def _describe_layer(
    found: Trace,
    values: LayerTrace,
    inputs: NDArray[Any],
    after: NDArray[Any] | None,
    dense: Any,
) -> dict[str, Any]:
    most = slice(0, _MOST_UNITS)
    kernel, bias = found.weights[f"{dense.name}/kernel"], found.weights[f"{dense.name}/bias"]

    def cut(array: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if array is None else array[:, most]

    return {
        "name": dense.name,
        "units": dense.units,
        "shown": min(dense.units, _MOST_UNITS),
        "inputs_shown": min(inputs.shape[1], _MOST_UNITS),
        "activation": activations.serialize(dense.activation),
        "activation_formula": _formula_in(dense.activation),
        "kernel": kernel.before[most, most],
        "bias": bias.before[most],
        "inputs": inputs[:, most],
        "z": cut(values.pre_activation),
        "a": cut(values.activation),
        "dz": cut(values.pre_activation_gradient),
        "da": cut(values.activation_gradient),
        "slope": cut(values.slope),
        "after": cut(after),
        "dead_units": np.flatnonzero(values.dead_units),
        "dead_share": values.dead_share,
        "saturated_share": values.saturated_share,
        "kernel_step": _describe_step(kernel, (most, most)),
        "bias_step": _describe_step(bias, (most,)),
    }


def _describe_step(weight: WeightTrace, part: tuple[slice, ...]) -> dict[str, Any]:
    return {
        "gradient": None if weight.gradient is None else weight.gradient[part],
        "before": weight.before[part],
        "after": weight.after[part],
        "update": weight.update[part],
        "slots_before": {name: slot[part] for name, slot in weight.slots_before.items()},
        "slots_after": {name: slot[part] for name, slot in weight.slots_after.items()},
        "gradient_norm": weight.gradient_norm,
        "update_ratio": weight.update_ratio,
    }


def _describe_loss(
    run: Run, found: Trace, targets: NDArray[Any], outputs: NDArray[Any]
) -> dict[str, Any]:
    return {
        "name": run.problem.task.loss,
        "formula": _formula_in(utils.registered("loss")[run.problem.task.loss]),
        "terms": found.loss_terms,
        "data_loss": found.data_loss,
        "penalties": dict(found.penalties),
        "loss": found.loss,
        "targets": targets,
        "outputs": outputs,
    }


def _describe_optimizer(run: Run) -> dict[str, Any]:
    optimizer = run.model.optimizer
    step = np.array([int(optimizer.steps_taken)])
    terms = optimizers.formula_of(optimizer)
    return {
        "name": run.config["optimizer"]["name"],
        "formula": _formula_in(type(optimizer)),
        "numbers": {name: float(v[0]) for name, v in optimizer.step_scalars(step).items()},
        "parameters": run.config["optimizer"]["parameters"],
        "terms": {name: shorten(terms, name) for name in terms},
    }


def _formula_in(target: Any) -> str:
    """The first line of the documentation, which is the formula."""
    return (getattr(target, "__doc__", None) or "").strip().split("\n", 1)[0]
