"""Ten training steps through the public, Keras-shaped API of any library that has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from parity.draws import draw_integers, draw_uniform, draw_weights

STEPS = 10
ROWS = 8
INPUTS = 7
HIDDEN = 9


@dataclass(frozen=True)
class Head:
    """The last layer's activation, the loss on it and the kind of target it wants."""

    units: int
    activation: str
    target: str
    make_loss: Callable[[ModuleType], Any]


# Outputs are kept wide of 0 and 1 (see draw_weights), where Keras on JAX clips probabilities.
HEADS = {
    "mse": Head(2, "linear", "real", lambda k: "mse"),
    "mae": Head(2, "linear", "real", lambda k: "mae"),
    "binary_crossentropy": Head(3, "sigmoid", "binary", lambda k: "binary_crossentropy"),
    "binary_crossentropy_logits": Head(
        3, "linear", "binary", lambda k: k.losses.BinaryCrossentropy(from_logits=True)
    ),
    "categorical_crossentropy": Head(4, "softmax", "one_hot", lambda k: "categorical_crossentropy"),
    "categorical_crossentropy_logits": Head(
        4, "linear", "one_hot", lambda k: k.losses.CategoricalCrossentropy(from_logits=True)
    ),
    "sparse_categorical_crossentropy": Head(
        4, "softmax", "index", lambda k: "sparse_categorical_crossentropy"
    ),
    "sparse_categorical_crossentropy_logits": Head(
        4, "linear", "index", lambda k: k.losses.SparseCategoricalCrossentropy(from_logits=True)
    ),
}

OPTIMIZERS: dict[str, Callable[[ModuleType], Any]] = {
    "sgd": lambda k: k.optimizers.SGD(learning_rate=0.05),
    "momentum": lambda k: k.optimizers.SGD(learning_rate=0.05, momentum=0.9),
    "nesterov": lambda k: k.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda k: k.optimizers.RMSprop(learning_rate=0.01),
    "rmsprop_momentum": lambda k: k.optimizers.RMSprop(learning_rate=0.01, rho=0.8, momentum=0.5),
    "rmsprop_centered": lambda k: k.optimizers.RMSprop(learning_rate=0.01, centered=True),
    "adam": lambda k: k.optimizers.Adam(learning_rate=0.01),
    "amsgrad": lambda k: k.optimizers.Adam(learning_rate=0.01, beta_2=0.9, amsgrad=True),
}


def draw_targets(kind: str, units: int, n: int, seed: int) -> Any:
    if kind == "real":
        return draw_uniform(seed, n, units)
    if kind == "binary":
        return draw_integers(seed, 2, n, units).astype(np.float32)
    labels = draw_integers(seed, units, n)
    return np.eye(units, dtype=np.float32)[labels] if kind == "one_hot" else labels


def build_net(k: ModuleType, head: Head, make_optimizer: Callable[[ModuleType], Any]) -> Any:
    """Return a compiled 7-9-units net with fixed weights."""
    model = k.Sequential(
        [
            k.layers.Input((INPUTS,)),
            k.layers.Dense(HIDDEN, activation="relu"),
            k.layers.Dense(head.units, activation=head.activation),
        ]
    )
    shapes = [(INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, head.units), (head.units,)]
    model.set_weights(draw_weights(11, shapes))
    model.compile(optimizer=make_optimizer(k), loss=head.make_loss(k))
    return model


def draw_batches(head: Head, steps: int = STEPS, n: int = ROWS) -> list[tuple[Any, Any]]:
    """Return `steps` different batches of n rows."""
    return [
        (
            draw_uniform(100 + step, n, INPUTS),
            draw_targets(head.target, head.units, n, 200 + step),
        )
        for step in range(steps)
    ]


@dataclass(frozen=True)
class Trained:
    losses: list[float]
    weights: list[Any]


def run_steps(model: Any, batches: Iterable[tuple[Any, Any]]) -> Trained:
    """Fit one batch at a time, so that every history entry is the loss of one step."""
    losses: list[float] = []
    for x, y in batches:
        history = model.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0)
        losses += history.history["loss"]
    return Trained(losses, model.get_weights())
