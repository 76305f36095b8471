"""Commands of saved models: open a file, look at it with data, take the present network out."""

from __future__ import annotations

import base64
import copy
from typing import Any

import numpy as np

from pronghorn import activations, datasets
from pronghorn.errors import ParameterError, PronghornError
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import (
    UPLOAD,
    Config,
    columns_of,
    parameters_of,
    read_experiment,
    usable_names,
)
from pronghorn.lab._network import build_network
from pronghorn.lab._playground import Playground
from pronghorn.lab._problem import load_problem
from pronghorn.lab._protocol import command
from pronghorn.lab._run import Opened, Run
from pronghorn.lab._saved import Plan, Saved, name_of, read_saved, write_saved
from pronghorn.lab._schema import Flag, Maybe, Text
from pronghorn.lab._script import FIRST_FILE
from pronghorn.lab._session import action, change
from pronghorn.lab._tasks import losses_of
from pronghorn.lab._toys import MOST_CLASSES, find_toy, toys

__all__ = ["write_model"]

# Rows by which the network of the file and the one that is drawn are compared.
_COMPARED = 16
_CLOSE = {"rtol": 1e-3, "atol": 1e-4}


@command("open_model", upload=Text(64), name=Maybe(Text(200), "model.keras"))
def open_model(desk: Desk, upload: str, name: str) -> dict[str, Any]:
    """Read a model that was sent to POST /upload; "data": the data sets it can be seen with."""
    content = desk.uploads.take(upload)
    if content is None:
        raise ParameterError(
            "open_model: expected the name that POST /upload gave, received another."
        )
    saved = read_saved(content, name)
    playground = desk.part(Playground)
    return playground.worker.call(lambda: _keep(playground, saved))


def _keep(playground: Playground, saved: Saved) -> dict[str, Any]:
    playground.saved = saved
    described = saved.describe()
    try:
        plan = saved.plan()
    except ParameterError as error:
        return {**described, "data": [], "obstacle": str(error)}
    found = _list_data(playground, plan)
    obstacle = None if found else _say_misfit(playground, plan)
    return {**described, "data": found, "obstacle": obstacle}


def _list_data(playground: Playground, plan: Plan) -> list[dict[str, str]]:
    """The data sets with as many inputs and outputs as a network has, the present one first."""
    run = playground.run
    present = run.config["data"]["name"]
    found = []
    if (len(run.problem.inputs), run.problem.task.units) == (plan.width, plan.units):
        found.append({"name": present, "title": "the present data"})
    for toy in toys():
        outputs = range(2, MOST_CLASSES + 1) if toy.task == "multiclass" else (1,)
        fits = toy.columns == plan.width and plan.units in outputs
        if fits and (toy.name != present or not found):
            found.append({"name": toy.name, "title": toy.title})
    for name in datasets.names():
        known = datasets.get(name)
        size = (int(np.prod(known.sample_shape)), len(known.class_names))
        if size == (plan.width, plan.units) and name != present:
            found.append({"name": name, "title": known.title})
    return found


def _say_misfit(playground: Playground, plan: Plan) -> str:
    problem = playground.run.problem
    return (
        f"The model has {plan.width} inputs and {plan.units} outputs, the present data "
        f"{len(problem.inputs)} and {problem.task.units}, and no data set of the lab has as many. "
        "Choose inputs or open a table of your own that fit, then open the model again."
    )


@change("take_model", data=Maybe(Text(60)))
def take_model(playground: Playground, data: str | None) -> None:
    """Begin a run with the weights of the model that was opened, on a data set of its list."""
    saved = playground.saved
    if saved is None:
        raise ParameterError("take_model: expected a model that was opened before, received none.")
    plan = saved.plan()
    fitting = [entry["name"] for entry in _list_data(playground, plan)]
    if data is not None and data not in fitting:
        raise ParameterError(
            f"take_model: expected data that fits the model ({', '.join(fitting) or 'none does'}), "
            f"received {data!r}."
        )
    playground.pause()
    playground.begin(_make_run(playground, saved, plan, data))
    playground.run.note(f"weights of {saved.name}")


def _make_run(playground: Playground, saved: Saved, plan: Plan, data: str | None) -> Run:
    config = _choose_data(copy.deepcopy(playground.run.config), plan, data)
    config["layers"] = plan.layers[:-1]
    config["loss"] = config["output_activation"] = None
    run = Run(read_experiment(config), playground.table)
    if (len(run.problem.inputs), run.problem.task.units) != (plan.width, plan.units):
        raise ParameterError(_say_misfit(playground, plan))
    function = _choose_output(config, saved, plan, run.problem.task.kind)
    _choose_optimizer(config, saved.model)
    complete = read_experiment(config)
    run = Run(complete, playground.table)
    plan.fill(run.model)
    _compare(run, saved, plan, function)
    return Run(
        complete,
        playground.table,
        opened=Opened(saved.name, complete, run.model.get_weights()),
    )


def _choose_data(config: Config, plan: Plan, data: str | None) -> Config:
    if data is None or data == config["data"]["name"]:
        return config
    config["data"] = {"name": data}
    config["features"] = columns_of(data)
    if data not in datasets.names() and data != UPLOAD and find_toy(data).task == "multiclass":
        config["data"]["classes"] = plan.units
    return config


def _choose_output(config: Config, saved: Saved, plan: Plan, task: str) -> Any:
    """Set the output's activation and the loss; what has to follow the file's own output, or None.

    A loss of logits is here a loss of what the sigmoid or softmax makes of them.
    """
    activation = plan.layers[-1]["activation"]
    given = getattr(saved.model, "loss", None)
    name = name_of("loss", given)
    config["loss"] = name if name in usable_names("loss") and name in losses_of(task) else None
    follows = None
    if activation == "linear" and task != "regression" and getattr(given, "from_logits", False):
        activation = "softmax" if task == "multiclass" else "sigmoid"
        follows = activations.get(activation)
    elif config["loss"] is None and activation not in ("sigmoid", "softmax"):
        # The usual losses of classes are of probabilities.
        config["loss"] = "mean_squared_error"
    config["output_activation"] = activation
    return follows


def _choose_optimizer(config: Config, model: Any) -> None:
    """The file's optimizer with its numbers, where it is one of the menu."""
    optimizer: Any = getattr(model, "optimizer", None)
    name = name_of("optimizer", optimizer)
    if name is None:
        return
    allowed = {entry["name"] for entry in parameters_of(type(optimizer))}
    given = {k: v for k, v in optimizer.get_config().items() if k in allowed and v is not None}
    if not isinstance(given.get("learning_rate"), int | float):
        given["learning_rate"] = float(optimizer.learning_rate)
    tried = {**config, "optimizer": {"name": name, "parameters": given}, "schedule": None}
    try:
        read_experiment(tried)
    except PronghornError:
        return
    config.update(optimizer=tried["optimizer"], schedule=None)


def _compare(run: Run, saved: Saved, plan: Plan, follows: Any) -> None:
    """Refuse a network that is drawn with other outputs than the file's."""
    problem = run.problem
    rows = np.asarray(problem.x_train[:_COMPARED], np.float32)
    drawn = run.predict(rows)
    given = rows
    if problem.largest is not None and not plan.is_rescaled:
        # Without a layer for it, pictures were divided before they came to the network.
        given = rows / np.float32(problem.largest)
    expected = saved.predict(given)
    if follows is not None:
        expected = np.asarray(follows(expected))
    if not np.allclose(drawn, expected, **_CLOSE, equal_nan=True):
        raise ParameterError(
            "model: expected layers one after the other, with the usual numbers, "
            "received a network that gives other outputs than the one the playground would draw."
        )


def write_model(run: Run, is_first: bool = False) -> dict[str, str]:
    """The network of a run as a .keras file, base64: as it is, or as it began."""
    config, problem, weights = run.config, run.problem, run.model.get_weights()
    if is_first:
        first = run.snapshots[0]
        config, problem = first.config, load_problem(first.config, run.table)
        weights = first.weights
    # Without what holds single weights: a file names registered things only.
    model = build_network(config, problem)
    model.set_weights(weights)
    name = FIRST_FILE if is_first else "lab.keras"
    return {"name": name, "content": base64.b64encode(write_saved(model)).decode("ascii")}


@action("save_model", first=Maybe(Flag(), False))
def save_model(playground: Playground, first: bool) -> dict[str, str]:
    """The network, to be opened by ``pronghorn.saving.load_model``, Keras, or the lab again."""
    return write_model(playground.run, first)
