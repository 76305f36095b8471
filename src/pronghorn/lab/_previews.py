"""Curves of what was chosen, before it runs: the loss by its output, the rate by the step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import losses
from pronghorn.lab._network import make_optimizer
from pronghorn.lab._playground import Playground
from pronghorn.lab._session import action
from pronghorn.lab._tasks import Task

__all__ = ["loss_curves", "rate_curve"]

Array = NDArray[Any]
_POINTS = 121
# Nobody plans for fewer steps; a schedule's own length counts too.
_FEWEST_STEPS = 1000
# Away from 0 and 1, where logarithms end.
_EDGE = 0.005


@action("preview")
def preview(playground: Playground) -> dict[str, Any]:
    """{"loss": see ``loss_curves``, "schedule": null | {"steps", "rates"}}."""
    run = playground.run
    scheduled = run.config["schedule"] is not None
    return {
        "loss": loss_curves(run.problem.task),
        "schedule": rate_curve(run.config, 10 * run.batches) if scheduled else None,
    }


def loss_curves(task: Task) -> dict[str, Any]:
    """The loss of one row by the network's output, for each of a few targets.

    Of two classes the output is the probability of the second (or, with targets ±1, a number); of
    several it is the probability of the right one, the others sharing the rest; of a quantity it
    is the value, beside a target of 0, or of 1 where the loss takes values above 0 only.

    >>> from pronghorn.lab._tasks import make_task
    >>> found = loss_curves(make_task("regression", "mean_squared_error", 0, None))
    >>> float(found["x"][0]), float(found["curves"][0]["y"][0]), found["curves"][0]["name"]
    (-2.0, 4.0, 'target 0')
    """
    function = losses.get(task.loss)
    if task.kind == "multiclass":
        x, labels, name = np.linspace(_EDGE, 1.0 - _EDGE, _POINTS), [0], "p of the right class"
        rest = (1.0 - x) / max(task.classes - 1, 1)
        outputs = np.column_stack([x, np.tile(rest[:, None], (1, task.classes - 1))])
        names = ["loss"]
    elif task.kind == "binary":
        low = task.low_target
        x = np.linspace(_EDGE, 1.0 - _EDGE, _POINTS) if low == 0.0 else np.linspace(-2, 2, _POINTS)
        labels, name, outputs = [0, 1], "output", x[:, None]
        names = [f"target {low:g}", "target 1"]
    else:
        is_positive = task.output_activation == "softplus"
        x = np.linspace(0.05, 4.0, _POINTS) if is_positive else np.linspace(-2, 2, _POINTS)
        labels, name = [1 if is_positive else 0], "output"
        outputs = np.column_stack([x, *[np.ones(_POINTS)] * (task.units - 1)])
        names = [f"target {labels[0]}"]
    curves = []
    for label, text in zip(labels, names, strict=True):
        targets = task.encode(np.full(_POINTS, label))
        targets = targets[:, None] if task.kind != "multiclass" else targets
        values = np.asarray(function(targets, outputs.astype(np.float32)))
        curves.append({"name": text, "y": np.where(np.isfinite(values), values, np.nan)})
    return {"name": task.loss, "x": x, "x_name": name, "curves": curves}


def rate_curve(config: dict[str, Any], steps: int) -> dict[str, Array]:
    """The learning rate at steps from 0 on: so many, or as many as the schedule is long.

    >>> from pronghorn.lab._experiment import read_experiment
    >>> schedule = {"name": "cosine_decay",
    ...             "parameters": {"initial_learning_rate": 0.1, "decay_steps": 2000}}
    >>> found = rate_curve(read_experiment({"schedule": schedule}), 10)
    >>> round(float(found["rates"][0]), 6), int(found["steps"][-1])
    (0.1, 2400)
    """
    own = config["schedule"]["parameters"].values()
    numbers = [
        number for value in own for number in (value if isinstance(value, list) else [value])
    ]
    lengths = [n for n in numbers if isinstance(n, int | float) and not isinstance(n, bool)]
    last = max(_FEWEST_STEPS, steps, int(1.2 * max(lengths, default=0)))
    at = np.unique(np.linspace(0, last, _POINTS).astype(np.int64))
    return {"steps": at, "rates": make_optimizer(config).step_scalars(at)["learning_rate"]}
