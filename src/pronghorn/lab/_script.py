"""A run as a Python program: public names only, and the same loss to the last bit."""

from __future__ import annotations

import pprint
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pronghorn import datasets, utils
from pronghorn.lab._experiment import UPLOAD, Config
from pronghorn.lab._network import OUTPUT, Pins, hidden_name, make_optimizer, make_regularizer
from pronghorn.lab._problem import Problem, Table, load_problem
from pronghorn.lab._run import Run, data_of, optimizer_of

__all__ = ["DATA_FILE", "FIRST_FILE", "write_script"]

DATA_FILE = "lab-data.csv"
# The network as it began, where its weights came from a file.
FIRST_FILE = "lab-first.keras"
_MEASURED = 5000

_TABLE = '''
def read_rows(part):
    """Columns and target of the rows of one part of the table that the lab saved."""
    with open({file!r}, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[-1] == part]
    x = np.array([row[:-2] for row in rows], np.float32)
    return x, np.array([row[-2] for row in rows], np.{kind})

'''
_PINNED = '''
class Pinned(keras.Constraint):
    """Elements of a weight that stay at a value."""

    def __init__(self, shape, places):
        self.mask, self.values = np.zeros(shape, "float32"), np.zeros(shape, "float32")
        for place, value in places.items():
            self.mask[place], self.values[place] = 1.0, value

    def __call__(self, w):
        return keras.ops.where(self.mask, self.values, w)

'''
_TRAIN = '''
def train(model, batches):
    """So many batches, from where the last ones ended; every epoch has an order of its own."""
    global epoch, batch
    while batches:
        order = np.random.default_rng([{seed}, epoch]).permutation(len(x_train))
        last = min(-(-len(x_train) // batch_size), batch + batches)
        rows = order[batch * batch_size : last * batch_size]
        model.fit(
            x_train, y_train, batch_size=batch_size, shuffle=lambda n: rows, verbose=0
        )
        batches -= last - batch
        batch = last
        if batch * batch_size >= len(x_train):
            epoch, batch = epoch + 1, 0

'''


@dataclass
class _Place:
    """Where the program is while it is being written."""

    config: Config
    problem: Problem
    epoch: int = 0
    batch: int = 0
    rate: float | None = None

    @property
    def size(self) -> int:
        return int(min(self.config["batch_size"], len(self.problem.train)))

    @property
    def batches(self) -> int:
        return -(-len(self.problem.train) // self.size)


def write_script(run: Run) -> str:
    """The program that repeats a run from its first weights, with all that was changed on the way.

    It prints the losses of its last moment, without penalties, as the lab shows them. A table of
    the user's must lie beside it, as the lab's export "data" saves it, and so must the first
    weights where they came from a file, as ``save_model`` saves them.
    """
    first = run.snapshots[0]
    place = _Place(first.config, load_problem(first.config, run.table))
    configs = [first.config, *(entry[1] for entry in run.diary if entry[0] == "configure")]
    pins = [first.pins, *(entry[2] for entry in run.diary if entry[0] == "configure")]
    lines = [*_write_head(place, configs, any(pins))]
    number = 1
    lines += _write_build(place, first.pins, number)
    lines += ["", "", f"model = build_{number}()"]
    if run.opened is not None:
        lines.append(f"model.set_weights(keras.saving.load_model({FIRST_FILE!r}).get_weights())")
    for entry in run.diary:
        if entry[0] == "train":
            lines.append(f"train(model, {entry[1]})")
            place.epoch, place.batch = divmod(
                place.epoch * place.batches + place.batch + entry[1], place.batches
            )
        elif entry[0] == "edit":
            lines += _write_edit(*entry[1:])
        else:
            number += 1
            lines += _write_change(place, entry[1], entry[2], number, run.table)
    lines += ["", *_write_end()]
    return "\n".join(lines) + "\n"


def _write_head(place: _Place, configs: list[Config], has_pins: bool) -> Iterator[str]:
    names = {config["data"]["name"] for config in configs}
    yield '"""Written by Pronghorn\'s lab: running it repeats the training to the last bit."""'
    yield ""
    if UPLOAD in names:
        yield "import csv"
        yield ""
    yield "import numpy as np"
    yield ""
    yield "import pronghorn as keras"
    pictures = sorted(names & set(datasets.names()))
    if pictures:
        yield f"from pronghorn.datasets import {', '.join(pictures)}"
    if names - set(datasets.names()) - {UPLOAD}:
        yield "from pronghorn.lab import toys"
    yield ""
    if UPLOAD in names:
        kind = "float32" if place.problem.task.kind == "regression" else "int64"
        yield from _TABLE.format(file=DATA_FILE, kind=kind).rstrip("\n").split("\n")
        yield ""
    if has_pins:
        yield from _PINNED.rstrip("\n").split("\n")
        yield ""
    yield from _TRAIN.format(seed=place.config["seed"]).rstrip("\n").split("\n")
    yield ""
    yield ""
    yield "# Where the training is, and the rows it learns from."
    yield "epoch, batch = 0, 0"
    yield f"batch_size = {place.size}"
    yield ""
    yield from _write_data(place)
    yield ""


def _write_data(place: _Place) -> Iterator[str]:
    config, problem = place.config, place.problem
    name = config["data"]["name"]
    if name == UPLOAD:
        yield "(x_train, labels_train), (x_test, labels_test) = map(read_rows, ('train', 'test'))"
    elif name in datasets.names():
        yield f"(x_train, labels_train), (x_test, labels_test) = {name}.load_data()"
        for part, rows in (("train", problem.train), ("test", problem.test)):
            yield f"x_{part} = x_{part}[:{len(rows)}].reshape({len(rows)}, -1)"
            yield f"labels_{part} = labels_{part}[:{len(rows)}].astype('int64')"
    else:
        given = {k: v for k, v in config["data"].items() if v not in (None, [])}
        text = pprint.pformat(given, width=92, sort_dicts=False)
        yield f"data = {text}"
        yield "(x_train, labels_train), (x_test, labels_test) = toys.make_data(**data)"
        yield f"features = {config['features']!r}"
        columns = f", {list(problem.columns)!r}"
        for part in ("train", "test"):
            yield f"x_{part} = toys.compute_features(features, x_{part}{columns})"
    for part in ("train", "test"):
        yield f"y_{part} = {_encode(problem, f'labels_{part}')}"
    yield ""


def _encode(problem: Problem, labels: str) -> str:
    task = problem.task
    if task.kind == "regression":
        return labels
    if task.kind == "binary":
        return f"np.where({labels} > 0, 1.0, {task.low_target}).astype('float32')"
    if task.loss.startswith("sparse_"):
        return labels
    return f"np.eye({task.classes}, dtype='float32')[{labels}]"


def _write_build(place: _Place, pins: Pins, number: int) -> Iterator[str]:
    config, problem = place.config, place.problem
    width = len(problem.inputs)
    yield f"def build_{number}():"
    yield f"    with keras.utils.use_random_seed({config['seed']}):"
    lines = [f'inputs = keras.Input(({width},), name="features")']
    before = "inputs"
    if problem.largest is not None:
        lines.append(
            f'h = keras.layers.Rescaling({1.0 / problem.largest!r}, name="pixels")(inputs)'
        )
        before = "h"
    plan = [*config["layers"], {"units": problem.task.units, "dropout": 0.0, "norm": "none"}]
    for i, layer in enumerate(plan):
        is_last = i == len(config["layers"])
        activation = problem.task.output_activation if is_last else layer["activation"]
        name = OUTPUT if is_last else hidden_name(i)
        lines.append("h = keras.layers.Dense(")
        lines.append(f"    {layer['units']},")
        lines.append(f"    activation={activation!r},")
        lines.append(f"    kernel_initializer={config['initializer']!r},")
        if (penalty := make_regularizer(config)) is not None:
            lines.append(f"    kernel_regularizer=keras.regularizers.{_call(penalty)},")
        for part, is_bias in (("kernel", False), ("bias", True)):
            shape = (layer["units"],) if is_bias else (width, layer["units"])
            held = {
                ((column,) if is_bias else (row, column)): value
                for (of, row, column), value in pins.items()
                if of == i and (row < 0) == is_bias
            }
            if held:
                lines.append(f"    {part}_constraint=Pinned({shape}, {held!r}),")
        lines.append(f"    name={name!r},")
        lines.append(f")({before})")
        before = "h"
        if layer["norm"] != "none":
            kind = {"batch": "BatchNormalization", "layer": "LayerNormalization"}[layer["norm"]]
            lines.append(f"h = keras.layers.{kind}(name='norm_{i + 1}')(h)")
        if layer["dropout"]:
            lines.append(f"h = keras.layers.Dropout({layer['dropout']}, name='dropout_{i + 1}')(h)")
        width = layer["units"]
    lines.append("model = keras.Model(inputs, h)")
    lines.append("model.compile(")
    lines.append(f"    optimizer=keras.optimizers.{_write_optimizer(config)},")
    lines.append(f"    loss={problem.task.loss!r},")
    lines.append(")")
    yield from (f"        {line}" for line in lines)
    yield "    model.optimizer.build(model.trainable_variables)"
    yield "    return model"


def _call(made: Any) -> str:
    arguments = ", ".join(f"{k}={v!r}" for k, v in made.get_config().items())
    return f"{type(made).__name__}({arguments})"


def _write_optimizer(config: Config) -> str:
    made = make_optimizer(config)
    arguments = [f"{k}={v!r}" for k, v in config["optimizer"]["parameters"].items()]
    if config["schedule"] is not None:
        arguments = [a for a in arguments if not a.startswith("learning_rate=")]
        kind = utils.registered("schedule")[config["schedule"]["name"]].__name__
        given = ", ".join(f"{k}={v!r}" for k, v in config["schedule"]["parameters"].items())
        arguments.insert(0, f"learning_rate=keras.optimizers.schedules.{kind}({given})")
    return f"{type(made).__name__}({', '.join(arguments)})"


def _write_edit(layer: str, row: int, column: int, value: float) -> list[str]:
    part = "bias" if row < 0 else "kernel"
    index = f"{column}" if row < 0 else f"{row}, {column}"
    return [
        f"weight = model.get_layer({layer!r}).{part}",
        "numbers = weight.numpy()",
        f"numbers[{index}] = {value!r}",
        "weight.assign(numbers)",
    ]


def _write_change(
    place: _Place, config: Config, pins: Pins, number: int, table: Table | None
) -> list[str]:
    """Another experiment with the weights of the one before."""
    old, batches = place.config, place.batches
    changed = data_of(old) != data_of(config)
    place.config = config
    if changed:
        place.problem = load_problem(config, table)
    lines = [""]
    if changed:
        lines += _write_data(place)
    lines += ["", *_write_build(place, pins, number), "", ""]
    lines.append("weights, state, rate = model.get_weights(), model.state(), model.optimizer.lr")
    lines.append(f"model = build_{number}()")
    lines.append("model.set_weights(weights)")
    if optimizer_of(old) == optimizer_of(config):
        lines.append("model.set_state(state)")
        if not config["schedule"]:
            asked = config["optimizer"]["parameters"].get("learning_rate")
            rate = "float(rate)" if asked is None else repr(asked)
            lines.append(f"model.optimizer.learning_rate = {rate}")
    lines.append(f"batch_size = {place.size}")
    if place.batch and (place.batches != batches or changed):
        place.epoch, place.batch = place.epoch + 1, 0
        lines.append("epoch, batch = epoch + 1, 0")
    return lines


def _write_end() -> Iterator[str]:
    yield "penalty = sum(model.losses)"
    for part in ("train", "test"):
        yield f"if len(x_{part}):"
        rows = f"x_{part}[:{_MEASURED}], y_{part}[:{_MEASURED}]"
        yield f"    loss = float(model.test_on_batch({rows})) - penalty"
        yield f'    print("{part} loss", repr(loss))'
