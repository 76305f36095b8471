"""Network: the multilayer perceptron that ``pronghorn train`` builds for a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import pronghorn as keras
from pronghorn.cli._problem import Problem


@dataclass(frozen=True)
class Design:
    """What may be chosen about the network and its training; the command line's defaults."""

    layers: tuple[int, ...] = (128,)
    activation: str = "relu"
    optimizer: str = "adam"
    # None: the optimizer's own.
    learning_rate: float | None = None
    batch: int = 32
    epochs: int = 5
    dropout: float = 0.0
    l2: float = 0.0


def build_network(problem: Problem, design: Design) -> Any:
    """Input, a front that brings the columns or grey levels to unit size, hidden layers, output.

    Classification ends in softmax and is compiled with sparse categorical crossentropy and
    accuracy, regression ends in one linear unit (per target) with mse and mae.
    """
    layers = keras.layers
    parts: list[Any] = [keras.Input(shape=problem.x_train.shape[1:])]
    if problem.scale is not None:
        parts.append(layers.Rescaling(problem.scale, offset=problem.offset, name="scaling"))
    if problem.x_train.ndim > 2:
        parts.append(layers.Flatten(name="flatten"))
    for index, units in enumerate(design.layers, start=1):
        parts.append(
            layers.Dense(
                units,
                activation=design.activation,
                kernel_regularizer=keras.regularizers.L2(design.l2) if design.l2 else None,
                name=f"hidden_{index}",
            )
        )
        if design.dropout:
            parts.append(layers.Dropout(design.dropout, name=f"dropout_{index}"))
    is_classes = problem.task == "classification"
    parts.append(
        layers.Dense(
            len(problem.class_names) if is_classes else 1,
            activation="softmax" if is_classes else None,
            name="output",
        )
    )
    model = keras.Sequential(parts, name=problem.name)
    compile_network(model, problem.task, make_optimizer(design))
    return model


def compile_network(model: Any, task: str, optimizer: Any) -> None:
    """Give the model the loss and the metric of its task."""
    if task == "classification":
        model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    else:
        model.compile(optimizer, loss="mse", metrics=["mae"])


def make_optimizer(design: Design) -> Any:
    """The optimizer by its name, with the learning rate if one was given."""
    if design.learning_rate is None:
        return keras.optimizers.get(design.optimizer)
    config = {"learning_rate": design.learning_rate}
    return keras.optimizers.get({"class_name": design.optimizer, "config": config})


def attach_units(model: Any, problem: Problem) -> Any:
    """The trained regression model with an end that turns its output into the target's units.

    It was trained on (y - mean) / deviation; the last layer takes that back.
    """
    mean, deviation = problem.target_mean, problem.target_deviation
    back = keras.layers.Rescaling(deviation, offset=mean, name="units")
    whole = keras.Sequential(
        [keras.Input(shape=problem.x_train.shape[1:]), *model.layers, back], name=problem.name
    )
    compile_network(whole, problem.task, model.optimizer)
    return whole


def describe_network(model: Any) -> str:
    """``784 → 128 relu → 10 softmax``, with the number of parameters.

    >>> from pronghorn import Input, Sequential, layers
    >>> describe_network(Sequential([Input((3,)), layers.Dense(2, activation="tanh")]))
    '3 → 2 tanh (8 parameters)'
    """
    steps = [str(int(np.prod(model.input_shape[1:])))]
    for layer in model.layers:
        config = layer.get_config()
        if "units" in config:
            activation = config["activation"]
            if isinstance(activation, dict):
                activation = activation.get("config")
            is_linear = activation in (None, "linear")
            steps.append(f"{config['units']}" if is_linear else f"{config['units']} {activation}")
        elif "rate" in config and steps:
            steps[-1] += f" (dropout {config['rate']:g})"
    return f"{' → '.join(steps)} ({model.count_params():,} parameters)"
