"""Nets of real size whose ten steps are kept as golden files, so that Keras need not run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from parity.draws import draw_integers, draw_uniform, draw_weights

STEPS = 10
PROBES = 48


@dataclass(frozen=True)
class LargeNet:
    """How to build and compile one net, and what it is fed; `seed` fixes weights and data."""

    about: str
    seed: int
    build: Callable[[ModuleType], Any]
    draw_inputs: Callable[[int], Any]
    draw_targets: Callable[[int], Any]
    batch: int


def draw_images(n: int) -> Callable[[int], Any]:
    return lambda seed: draw_integers(seed, 256, n, 28, 28).astype(np.uint8)


def draw_pictures(n: int) -> Callable[[int], Any]:
    """Images of a rectangle on a ground of zeros, which products leave out."""

    def draw(seed: int) -> Any:
        images = draw_images(n)(seed)
        first = draw_integers(seed + 1, 10, n, 2, 1)
        last = 27 - draw_integers(seed + 2, 10, n, 2, 1)
        place = np.arange(28)
        down, right = np.moveaxis((place >= first) & (place <= last), 1, 0)
        return images * (down[:, :, None] & right[:, None, :])

    return draw


def start_images(k: ModuleType) -> list[Any]:
    layers = k.layers
    return [layers.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten()]


def build_adam(k: ModuleType) -> Any:
    hidden = k.layers.Dense(128, activation="relu")
    model = k.Sequential([*start_images(k), hidden, k.layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def build_sgd(k: ModuleType) -> Any:
    hidden = [k.layers.Dense(units, activation="relu") for units in (300, 100)]
    model = k.Sequential([*start_images(k), *hidden, k.layers.Dense(10, activation="softmax")])
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    return model


def build_rmsprop(k: ModuleType) -> Any:
    hidden = [k.layers.Dense(150, activation="tanh", kernel_regularizer="l2") for _ in range(2)]
    model = k.Sequential([*start_images(k), *hidden, k.layers.Dense(10)])
    loss = k.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=k.optimizers.RMSprop(momentum=0.5), loss=loss)
    return model


def build_residual(k: ModuleType) -> Any:
    table, side = k.Input((61,)), k.Input((20,))
    first = k.layers.Dense(70, activation="gelu")(k.layers.Concatenate()([table, side]))
    second = k.layers.Dense(70, activation="selu")(first)
    out = k.layers.Dense(3)(k.layers.Add()([first, second]))
    model = k.Model([table, side], out)
    optimizer = k.optimizers.SGD(learning_rate=0.02, momentum=0.9, nesterov=True)
    model.compile(optimizer=optimizer, loss="mse")
    return model


LARGE_NETS = {
    "adam_784_128_10": LargeNet(
        "byte images, Adam, sparse_categorical_crossentropy on softmax",
        1000,
        build_adam,
        draw_images(32),
        lambda seed: draw_integers(seed, 10, 32),
        32,
    ),
    "sgd_784_300_100_10": LargeNet(
        "byte images, SGD, sparse_categorical_crossentropy on softmax",
        2000,
        build_sgd,
        draw_images(32),
        lambda seed: draw_integers(seed, 10, 32),
        32,
    ),
    "rmsprop_784_150_150_10": LargeNet(
        "byte images, RMSprop with momentum, categorical_crossentropy on logits, l2",
        3000,
        build_rmsprop,
        draw_images(50),
        lambda seed: np.eye(10, dtype=np.float32)[draw_integers(seed, 10, 50)],
        50,
    ),
    "adam_784_128_10_pictures": LargeNet(
        "byte images with a dark ground, Adam, sparse_categorical_crossentropy on softmax",
        5000,
        build_adam,
        draw_pictures(45),
        lambda seed: draw_integers(seed, 10, 45),
        45,
    ),
    "nesterov_residual": LargeNet(
        "two inputs, a residual sum, SGD with Nesterov momentum, mse",
        4000,
        build_residual,
        lambda seed: [draw_uniform(seed, 37, 61), draw_uniform(seed + 50, 37, 20)],
        lambda seed: draw_uniform(seed, 37, 3),
        37,
    ),
}


def describe_weights(weights: list[Any]) -> list[dict[str, Any]]:
    """Return, for each weight, its shape, its float64 sums and values at hashed places."""
    described = []
    for position, weight in enumerate(weights):
        flat = np.asarray(weight, np.float64).ravel()
        places = np.unique(draw_integers(position, flat.size, PROBES))
        described.append(
            {
                "shape": list(np.shape(weight)),
                "mean": float(flat.mean()),
                "root_mean_square": float(np.sqrt((flat**2).mean())),
                "places": places.tolist(),
                "values": flat[places].tolist(),
            }
        )
    return described


def train(k: ModuleType, net: LargeNet) -> dict[str, Any]:
    """Return the losses of ten steps and what the weights are after them."""
    model = net.build(k)
    model.set_weights(draw_weights(net.seed, [tuple(w.shape) for w in model.get_weights()]))
    losses: list[float] = []
    for step in range(STEPS):
        x, y = net.draw_inputs(net.seed + 100 + step), net.draw_targets(net.seed + 200 + step)
        history = model.fit(x, y, batch_size=net.batch, shuffle=False, verbose=0)
        losses += history.history["loss"]
    return {"losses": losses, "weights": describe_weights(model.get_weights())}
