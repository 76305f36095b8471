"""The gradients of one batch as arrays: for a training loop written by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import NotBuiltError, compose
from pronghorn.ir.graph import Graph
from pronghorn.ir.labels import find_labels
from pronghorn.layers._variable import Variable
from pronghorn.training._objective import Objective
from pronghorn.training._rows import Rows, fit_rows
from pronghorn.training._step import (
    LOSS,
    ROWS,
    Step,
    Task,
    Trainable,
    build_forward,
    differentiate_loss,
)
from pronghorn.training._trainer import Trainer

__all__ = ["compute_gradients"]

# What a weight's name gets behind it to name the variable that holds its gradient.
_SUFFIX = "/gradient"


def compute_gradients(
    trainer: Trainer, feed: Any, loss: Any, training: bool
) -> tuple[float, dict[Variable, NDArray[np.float32] | None]]:
    """The loss over all rows of the feed, and its derivative by each trainable weight.

    ``loss`` None means the objective of ``compile``. None stands for the gradient of a weight on
    which the loss does not depend. As in a step of ``fit``, layers in their training form assign
    to their own variables.
    """
    model = trainer.model
    objective = trainer.objective
    if loss is not None:
        objective = Objective(loss, None, None, None, model.output_names)
    is_own = loss is None and model.own_loss is not None
    if objective is None or not (objective.has_loss or is_own):
        raise NotBuiltError(
            compose(
                "compute_gradients",
                expected="a loss",
                received="none",
                remedy="Pass loss=, or compile the model with one",
            )
        )
    rows = fit_rows(model, feed, objective.needs_target)
    objective.check_one_hot(feed.targets, model.output_shapes)
    targets = objective.resolve(rows.target_shapes, model.output_shapes)
    weights = list(trainer.trainable_weights())
    task = Task(targets, rows.target_shapes, rows.weight_shapes, frozenset(weights))
    key = ("gradients", training, loss, rows.target_shapes, rows.weight_shapes, rows.lengths)

    def build() -> Step:
        if rows.lengths:
            model.lengths = dict(rows.lengths)
        return build_gradients(model, task, training)

    job = trainer.programs.job(key, build, rows.n)
    value = _run(trainer, job, rows)
    held = {
        job.step.variables[name.removesuffix(_SUFFIX)]: variable.numpy()
        for name, variable in job.step.variables.items()
        if name.endswith(_SUFFIX)
    }
    return value, {weight: held.get(weight) for weight in weights}


def build_gradients(model: Trainable, task: Task, training: bool) -> Step:
    """Totals, and the gradient of every trainable weight, each written to a variable of its own."""
    forward, emission = build_forward(model, task, training=training)
    variables = dict(emission.variables)
    writes = dict(forward.writes)
    for name, (weight, gradient) in differentiate_loss(
        forward, emission.variables, task, "compute_gradients"
    ).items():
        if gradient is not None:
            shape = tuple(int(size or 0) for size in weight.shape)
            variables[name + _SUFFIX] = Variable(np.zeros(shape), trainable=False)
            writes[name + _SUFFIX] = gradient
    graph = Graph(totals=forward.totals, writes=writes, guard=LOSS, tallies=forward.tallies)
    return Step(graph, variables, (), find_labels(forward))


def _run(trainer: Trainer, job: Any, rows: Rows) -> float:
    # The numbers of the step that would come next: dropout draws what `fit` would draw. Where no
    # optimizer counts steps, it draws anew in each call.
    if trainer.optimizer is None:
        seed, begin = trainer.draws.take(job.step.graph)
    else:
        seed, begin = trainer.seed, int(trainer.optimizer.steps_taken)
    feed = rows.one_batch()
    job.program.reset_totals()
    result = job.program.run(feed, scalars={}, step=begin, seed=seed)
    if result.status != "ok":
        trainer.refuse("compute_gradients", result, job, feed, begin)
    totals = job.program.totals()
    return float(totals[LOSS] / totals[ROWS])
