"""Layers that draw without training: every prediction has numbers of its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from tolerances import five_errors


class MonteCarloDropout(keras.layers.Dropout):
    def call(self, x: Any, training: bool = False) -> Any:
        return super().call(x, training=True)


ROWS = np.ones((40, 8), np.float32)
WAYS: dict[str, Callable[[Any], Any]] = {
    "predict": lambda model: model.predict(ROWS, batch_size=8, verbose=0),
    "predict_on_batch": lambda model: model.predict_on_batch(ROWS),
    "call": lambda model: model(ROWS),
    "layer": lambda model: model.layers[0](ROWS),
}


def make_model() -> keras.Sequential:
    return keras.Sequential([keras.Input((8,)), MonteCarloDropout(0.5)])


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_call_draws_anew(engine: str, way: Callable[[Any], Any]) -> None:
    model = make_model()
    keras.utils.set_random_seed(4)
    first, second = way(model), way(model)
    assert not np.array_equal(first, second)
    # Half of the values are left, and rows differ from each other.
    assert np.mean(first == 0.0) == five_errors(0.5, 320).approx(0.5)
    assert len(np.unique(first, axis=0)) > 20


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_seed_gives_the_same_again(engine: str, way: Callable[[Any], Any]) -> None:
    model = make_model()
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(4)
        found.append(way(model))
    assert np.array_equal(*found)
