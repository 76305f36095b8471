"""A seed of a layer fixes its numbers: no other seed, place or layer has a part in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import config, layers, utils

rng = np.random.default_rng(2)
X = rng.normal(size=(20, 6)).astype(np.float32)
Y = rng.normal(size=(20, 1)).astype(np.float32)
WEIGHTS = [rng.normal(size=shape) for shape in ((6, 5), (5,), (5, 1), (1,))]
ONES = np.ones((8, 70), np.float32)

KINDS: dict[str, Callable[[int], Any]] = {
    "Dropout": lambda seed: layers.Dropout(0.5, seed=seed),
    "Dropout of columns": lambda seed: layers.Dropout(0.5, noise_shape=(1, None), seed=seed),
    "AlphaDropout": lambda seed: layers.AlphaDropout(0.5, seed=seed),
    "GaussianDropout": lambda seed: layers.GaussianDropout(0.5, seed=seed),
    "GaussianNoise": lambda seed: layers.GaussianNoise(0.5, seed=seed),
}
every_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


def train(noise: Any, global_seed: int, *in_front: Any) -> list[Any]:
    utils.set_random_seed(global_seed)
    ends = [layers.Dense(5, activation="tanh"), noise, layers.Dense(1)]
    model = keras.Sequential([keras.Input((6,)), *in_front, *ends])
    model.set_weights(WEIGHTS)
    model.compile("adam", "mse")
    model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    weights: list[Any] = model.get_weights()
    return weights


def are_equal(one: list[Any], other: list[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@every_kind
def test_training_is_the_same_whatever_the_global_seed(make: Any, engine: str) -> None:
    assert are_equal(train(make(3), 1), train(make(3), 2))


@every_kind
def test_another_seed_trains_otherwise(make: Any) -> None:
    assert not are_equal(train(make(3), 1), train(make(4), 1))


def test_the_place_in_the_model_has_no_part() -> None:
    alone = train(layers.Dropout(0.5, seed=3), 1)
    # Noise of no size draws, and changes nothing.
    assert are_equal(alone, train(layers.Dropout(0.5, seed=3), 1, layers.GaussianNoise(1e-30)))


@every_kind
def test_layers_of_one_seed_draw_the_same_and_every_call_anew(make: Any, engine: str) -> None:
    one, other = make(3), make(3)
    utils.set_random_seed(1)
    first = [one(ONES, training=True) for _ in range(2)]
    utils.set_random_seed(2)
    second = [other(ONES, training=True) for _ in range(2)]
    assert are_equal(first, second)
    assert not np.array_equal(*first)


def test_both_engines_draw_the_same_bits() -> None:
    drawn = []
    for name in ("native", "reference"):
        with config.use_engine(name):
            drawn.append(layers.Dropout(0.3, seed=2**40 + 1)(ONES, training=True))
    np.testing.assert_array_equal(*drawn)


def test_a_layer_that_is_used_twice_draws_twice() -> None:
    noise = layers.Dropout(0.5, seed=3)
    x = keras.Input((70,))
    model = keras.Model(x, [noise(x), noise(x)])
    one, other = model(ONES, training=True)
    assert not np.array_equal(one, other)


class Always(layers.Dropout):
    def call(self, x: Any, training: bool | None = None) -> Any:
        return super().call(x, training=True)


WAYS: dict[str, Callable[[Any], Any]] = {
    "predict": lambda model: model.predict(ONES, batch_size=3, verbose=0),
    "predict_on_batch": lambda model: model.predict_on_batch(ONES),
    "call": lambda model: model(ONES),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_predictions_that_draw_go_on(way: Callable[[Any], Any], engine: str) -> None:
    sequences = []
    for global_seed in (1, 2):
        utils.set_random_seed(global_seed)
        x = keras.Input((70,))
        model = keras.Model(x, Always(0.5, seed=3)(x))
        sequences.append([way(model) for _ in range(3)])
    assert are_equal(*sequences)
    assert len({part.tobytes() for part in sequences[0]}) == 3
