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

_SCHEDULED: dict[str, Callable[[ModuleType], Any]] = {
    "exponential_decay": lambda k: k.optimizers.schedules.ExponentialDecay(0.05, 5, 0.5),
    "cosine_with_warm_up": lambda k: k.optimizers.schedules.CosineDecay(
        0.0, 12, warmup_target=0.05, warmup_steps=4
    ),
    "piecewise": lambda k: k.optimizers.schedules.PiecewiseConstantDecay([3, 9], [0.05, 0.02, 0.1]),
}

# Class and arguments, by what they show; trained in one call of fit.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "adamw": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1}),
    "adamax": ("Adamax", {"learning_rate": 0.01}),
    "nadam": ("Nadam", {"learning_rate": 0.01}),
    "adagrad": ("Adagrad", {"learning_rate": 0.05}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0, "epsilon": 1e-4}),
    "ftrl": ("Ftrl", {"learning_rate": 0.05, "l1_regularization_strength": 0.01, "beta": 0.1}),
    "ftrl_power": ("Ftrl", {"learning_rate": 0.05, "learning_rate_power": -0.75}),
    "lion": ("Lion", {"learning_rate": 0.01}),
    "weight_decay": ("SGD", {"learning_rate": 0.05, "weight_decay": 0.1, "momentum": 0.9}),
    "clipnorm": ("SGD", {"learning_rate": 0.05, "clipnorm": 0.3}),
    "clipnorm_adam": ("Adam", {"learning_rate": 0.01, "clipnorm": 0.3}),
    "global_clipnorm": ("SGD", {"learning_rate": 0.05, "global_clipnorm": 0.5}),
    "global_clipnorm_adam": ("Adam", {"learning_rate": 0.01, "global_clipnorm": 0.5}),
    "clipvalue": ("RMSprop", {"learning_rate": 0.01, "clipvalue": 0.05}),
    "average": ("Adam", {"learning_rate": 0.01, "use_ema": True, "ema_momentum": 0.8}),
    "average_overwrites": (
        "SGD",
        {
            "learning_rate": 0.05,
            "use_ema": True,
            "ema_momentum": 0.8,
            "ema_overwrite_frequency": 3,
            "momentum": 0.9,
        },
    ),
    "accumulation": ("Adam", {"learning_rate": 0.01, "gradient_accumulation_steps": 3}),
    "accumulation_clipped": (
        "SGD",
        {
            "learning_rate": 0.05,
            "gradient_accumulation_steps": 2,
            "global_clipnorm": 0.5,
            "weight_decay": 0.1,
            "use_ema": True,
        },
    ),
    "loss_scale": ("SGD", {"learning_rate": 0.05, "loss_scale_factor": 128.0}),
    **{name: ("SGD", {"learning_rate": make}) for name, make in _SCHEDULED.items()},
    "schedule_and_accumulation": (
        "Nadam",
        {"learning_rate": _SCHEDULED["piecewise"], "gradient_accumulation_steps": 2},
    ),
}


def make_variant(k: ModuleType, name: str) -> Any:
    """The optimizer of one variant; an argument that is a function makes a schedule."""
    cls, arguments = VARIANTS[name]
    made = {n: v(k) if callable(v) else v for n, v in arguments.items()}
    return getattr(k.optimizers, cls)(**made)


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


def run_fit(model: Any, batches: Iterable[tuple[Any, Any]], epochs: int = 2) -> Trained:
    """Fit all batches in one call, in their order; every history entry is the loss of an epoch."""
    x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    history = model.fit(x, y, batch_size=ROWS, epochs=epochs, shuffle=False, verbose=0)
    return Trained(history.history["loss"], model.get_weights())


def run_steps(model: Any, batches: Iterable[tuple[Any, Any]]) -> Trained:
    """Fit one batch at a time, so that every history entry is the loss of one step."""
    losses: list[float] = []
    for x, y in batches:
        history = model.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0)
        losses += history.history["loss"]
    return Trained(losses, model.get_weights())
