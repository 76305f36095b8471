"""The network of an experiment: built, compiled and pinned with the library's public names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import Constraint, Input, Model, layers, ops, optimizers, regularizers, utils
from pronghorn.errors import ParameterError
from pronghorn.lab._experiment import Config
from pronghorn.lab._problem import Problem

__all__ = [
    "OUTPUT",
    "Pinned",
    "Pins",
    "build_network",
    "dense_layers",
    "find_layer",
    "hidden_name",
    "make_optimizer",
    "make_regularizer",
    "read_weights",
]

OUTPUT = "output"
# (layer, row, column) → value; row -1 is the bias.
Pins = Mapping[tuple[int, int, int], float]


def hidden_name(number: int) -> str:
    """The name of a hidden layer, from 0."""
    return f"hidden_{number + 1}"


class Pinned(Constraint):
    """Elements of a weight that training leaves at a value: w ← value where the mask is 1.

    >>> pinned = Pinned([[1.0, 0.0]], [[0.5, 0.0]])
    >>> np.asarray(pinned(np.array([[9.0, 9.0]], np.float32))).tolist()
    [[0.5, 9.0]]
    """

    def __init__(self, mask: Any, values: Any) -> None:
        self.mask, self.values = np.asarray(mask, np.float32), np.asarray(values, np.float32)

    def __call__(self, w: Any) -> Any:
        return ops.where(self.mask, self.values, w)


def _pin(pins: Pins, layer: int, shape: tuple[int, ...]) -> Pinned | None:
    """The constraint of a kernel (k, m) or, with one axis, of a bias (m,)."""
    mask, values = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for (of, row, column), value in pins.items():
        place = (column,) if len(shape) == 1 else (row, column)
        if of == layer and (row < 0) == (len(shape) == 1):
            mask[place], values[place] = 1.0, value
    return Pinned(mask, values) if mask.any() else None


def make_optimizer(config: Config) -> Any:
    """The optimizer of an experiment, with its schedule where it has one.

    Raises ParameterError for arguments that the library refuses.
    """
    chosen = config["optimizer"]
    parameters = dict(chosen["parameters"])
    if config["schedule"] is not None:
        schedule = config["schedule"]
        parameters["learning_rate"] = optimizers.schedules.deserialize(
            _describe(schedule["name"], schedule["parameters"])
        )
    return optimizers.deserialize(_describe(chosen["name"], parameters))


def make_regularizer(config: Config) -> Any:
    """A fresh penalty on a kernel, or None."""
    chosen = config["regularizer"]
    if chosen["name"] == "none" or not chosen["rate"]:
        return None
    made = regularizers.get(chosen["name"])
    # Every number that a penalty has is a rate: L1, L2, both of them, or a factor.
    rates = {k: chosen["rate"] for k, v in made.get_config().items() if isinstance(v, float)}
    return type(made)(**{**made.get_config(), **rates})


def _describe(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"class_name": name, "config": dict(parameters)}


def build_network(config: Config, problem: Problem, pins: Pins | None = None) -> Any:
    """The compiled model of an experiment; the same seed gives the same weights.

    Each hidden layer is Dense with its activation, then its normalization, then its dropout.
    """
    pins = pins or {}
    with utils.use_random_seed(config["seed"]):
        width = len(problem.inputs)
        inputs = Input((width,), name="features")
        h = inputs
        if problem.largest is not None:
            h = layers.Rescaling(1.0 / problem.largest, name="pixels")(h)
        plan = [*config["layers"], {"units": problem.task.units, "dropout": 0.0, "norm": "none"}]
        for i, layer in enumerate(plan):
            is_last = i == len(config["layers"])
            units = layer["units"]
            h = layers.Dense(
                units,
                activation=problem.task.output_activation if is_last else layer["activation"],
                kernel_initializer=config["initializer"],
                kernel_regularizer=make_regularizer(config),
                kernel_constraint=_pin(pins, i, (width, units)),
                bias_constraint=_pin(pins, i, (units,)),
                name=OUTPUT if is_last else hidden_name(i),
            )(h)
            if layer["norm"] != "none":
                kinds = {"batch": layers.BatchNormalization, "layer": layers.LayerNormalization}
                h = kinds[layer["norm"]](name=f"norm_{i + 1}")(h)
            if layer["dropout"]:
                h = layers.Dropout(layer["dropout"], name=f"dropout_{i + 1}")(h)
            width = units
        model = Model(inputs, h)
        try:
            model.compile(make_optimizer(config), loss=problem.task.loss)
        except TypeError as error:
            # A schedule that lacks an argument.
            raise ParameterError(f"optimizer: {error}.") from None
    return model


def dense_layers(model: Any) -> list[Any]:
    """The Dense layers, the output last: what the page calls layers."""
    return [layer for layer in model.layers if isinstance(layer, layers.Dense)]


def read_weights(model: Any) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Kernel (k, m) and bias (m,) of each Dense layer."""
    return [(layer.kernel.numpy(), layer.bias.numpy()) for layer in dense_layers(model)]


def find_layer(model: Any, layer: int) -> Any:
    """The Dense layer of a number; ParameterError where there is none."""
    found = dense_layers(model)
    if layer >= len(found):
        raise ParameterError(f"layer: expected one below {len(found)}, received {layer}.")
    return found[layer]
