"""A layer on two threads, half of its inputs each, makes the numbers of one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import config, layers

X = np.random.default_rng(0).integers(0, 256, (200, 784), dtype=np.uint8)
Y = np.random.default_rng(1).integers(0, 10, 200)


def make_model(kind: str) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((784,))
    rows = layers.Rescaling(1 / 255)(inputs)
    penalty = keras.regularizers.l2(1e-3) if "penalty" in kind else None
    if "hidden" in kind:
        widths = [int(width) for width in kind.split()[0].split("-")]
        for width in widths:
            rows = layers.Dense(width, "relu", kernel_regularizer=penalty)(rows)
    outputs = [layers.Dense(10, "softmax", kernel_regularizer=penalty)(rows)]
    if kind == "two layers":
        outputs.append(layers.Dense(12, "softmax")(rows))
    if kind == "wide beside":
        hidden = layers.Dense(40, "relu")(rows)
        outputs = [layers.Add()([outputs[0], layers.Dense(10, "softmax")(hidden)])]
    if kind == "rows of others":
        outputs = [layers.Add()([outputs[0], layers.Dense(10)(layers.Multiply()([rows, rows]))])]
    return keras.Model(inputs, outputs)


OPTIMIZERS: dict[str, Any] = {
    "adam": lambda: keras.optimizers.Adam(),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "clipped": lambda: keras.optimizers.Adam(global_clipnorm=0.1),
    "accumulated": lambda: keras.optimizers.RMSprop(gradient_accumulation_steps=3),
}


def train(kind: str, optimizer: str, threads: int) -> tuple[list[Any], list[float]]:
    model = make_model(kind)
    many = len(model.outputs)
    loss = "mse" if kind == "rows of others" else "sparse_categorical_crossentropy"
    targets = np.eye(10)[Y] if loss == "mse" else Y
    model.compile(OPTIMIZERS[optimizer](), [loss] * many)
    with config.use_thread_limit(threads):
        history = model.fit(X, [targets] * many, batch_size=64, epochs=2, verbose=0).history
    return model.get_weights(), history["loss"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
# Where other steps read the rows too, there is no copy of them for each thread, and no halves.
@pytest.mark.parametrize(
    "kind",
    [
        *["one layer", "two layers", "penalty", "wide beside", "rows of others"],
        *["20 hidden", "100 hidden", "100 hidden, penalty", "300-40 hidden"],
    ],
)
def test_halves_make_the_numbers_of_one_thread(kind: str, optimizer: str) -> None:
    alone, losses = train(kind, optimizer, 1)
    both, same_losses = train(kind, optimizer, 2)
    assert losses == same_losses
    for one, same in zip(alone, both, strict=True):
        np.testing.assert_array_equal(one, same)
