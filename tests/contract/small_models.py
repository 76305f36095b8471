"""A small compiled model around each registered thing that a model can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

from contract.examples import ARGUMENTS, BUILTIN, label, make
from contract.layer_examples import EXAMPLES
from parity.draws import draw_integers, draw_uniform
from pronghorn import Input, Model, Sequential, layers, losses, optimizers, utils
from pronghorn._core.registry import Entry

ROWS, CLASSES = 13, 3  # rows in batches of 4 leave a last batch of 1
LABELS = draw_integers(3, CLASSES, ROWS)
ONE_HOT = np.eye(CLASSES, dtype=np.float32)[LABELS]


@dataclass(frozen=True)
class Task:
    """Targets, and the last layer that suits them."""

    y: Any
    units: int = CLASSES
    activation: str = "sigmoid"
    loss: type[losses.Loss] = losses.MeanSquaredError


# Outputs between 0 and 1 for targets 0 and 1 suit every loss and metric, but these.
USUAL = Task(ONE_HOT)
BY_NUMBER = Task(LABELS, activation="softmax", loss=losses.SparseCategoricalCrossentropy)
TASKS: dict[tuple[str, str], Task] = {
    ("loss", "sparse_categorical_crossentropy"): BY_NUMBER,
    ("loss", "gaussian_nll"): Task(draw_uniform(4, ROWS, 2), 4, "linear"),
    ("metric", "sparse_categorical_crossentropy"): BY_NUMBER,
    ("metric", "sparse_categorical_accuracy"): BY_NUMBER,
    ("metric", "sparse_top_k_categorical_accuracy"): BY_NUMBER,
}


@dataclass(frozen=True)
class Small:
    """A compiled model with its data."""

    model: Any
    x: Any
    y: Any

    @property
    def inputs(self) -> list[Any]:
        return self.x if isinstance(self.x, list) else [self.x]

    def train(self, epochs: int, model: Any = None, **fit: Any) -> list[float]:
        history = (model or self.model).fit(
            self.x, self.y, batch_size=4, epochs=epochs, verbose=0, **fit
        )
        return list(history.history["loss"])

    def evaluate(self, model: Any = None) -> dict[str, Any]:
        scores: dict[str, Any] = (model or self.model).evaluate(
            self.x, self.y, verbose=0, return_dict=True
        )
        return scores


def chain(
    task: Task = USUAL,
    optimizer: Any = "adam",
    loss: Any = None,
    metrics: Any = None,
    **hidden: Any,
) -> Small:
    """A Dense of 5 units and one for the task."""
    dense = layers.Dense(5, **{"activation": "tanh", **hidden})
    head = layers.Dense(task.units, activation=task.activation)
    model = Sequential([Input((4,)), dense, head])
    model.compile(optimizer, task.loss() if loss is None else loss, metrics=metrics)
    return Small(model, draw_uniform(5, ROWS, 4), task.y)


def around_layer(entry: Entry) -> Small:
    example = EXAMPLES[entry.name]
    inputs = example.inputs()
    if entry.name == "InputLayer":
        # It stands where a model begins, not within it.
        inputs = [example.make().output]
    given = inputs if len(inputs) > 1 else inputs[0]
    h = given if entry.name == "InputLayer" else example.make()(given)
    model = Model(given, layers.Dense(2)(layers.Flatten()(h)))
    model.compile("adam", losses.MeanSquaredError())
    return Small(model, example.draw(rows=ROWS), draw_uniform(6, ROWS, 2))


def around_activation(entry: Entry) -> Small:
    arguments = ARGUMENTS.get((entry.kind, entry.name))
    if arguments is None:
        return chain(activation=entry.name)
    # One that needs arguments has no place in Dense.
    between = layers.Lambda(make(entry), arguments=arguments)
    return chain(activation=between)


def around_loss(entry: Entry) -> Small:
    return chain(TASKS.get((entry.kind, entry.name), USUAL), loss=make(entry))


def around_metric(entry: Entry) -> Small:
    return chain(TASKS.get((entry.kind, entry.name), USUAL), metrics=[make(entry)])


# How a model holds a thing, by its kind.
BUILDERS: dict[str, Callable[[Entry], Small]] = {
    "activation": around_activation,
    "constraint": lambda entry: chain(kernel_constraint=make(entry)),
    "initializer": lambda entry: chain(kernel_initializer=make(entry)),
    "layer": around_layer,
    "loss": around_loss,
    "metric": around_metric,
    "optimizer": lambda entry: chain(optimizer=make(entry)),
    "regularizer": lambda entry: chain(kernel_regularizer=make(entry)),
    "schedule": lambda entry: chain(optimizer=optimizers.SGD(make(entry), momentum=0.5)),
}


def compares(entry: Entry) -> bool:
    """Whether a metric takes targets and predictions; ``compile`` takes no other."""
    return entry.kind != "metric" or "y_true" in signature(entry.target.update_state).parameters


HELD = [entry for entry in BUILTIN if entry.kind in BUILDERS and compares(entry)]
HELD_BY_LABEL = {label(entry): entry for entry in HELD}


def build(entry: Entry) -> Small:
    """The model of an entry, with the same first weights each time."""
    utils.clear_session()
    utils.set_random_seed(8)
    return BUILDERS[entry.kind](entry)
