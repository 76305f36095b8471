"""Every registered activation in a net, by its name: the native engine as the reference."""

from __future__ import annotations

import numpy as np
import pytest

from pronghorn import config, layers, models, utils
from pronghorn._core import registry
from tolerances import LOSS_VS_REFERENCE

# `threshold` has no defaults, so its name alone means nothing.
NAMES = [e.name for e in registry.entries("activation") if e.is_builtin and e.name != "threshold"]
_RNG = np.random.default_rng(3)
X = _RNG.normal(0.0, 2.0, (32, 6)).astype(np.float32)
Y = _RNG.normal(size=(32, 2)).astype(np.float32)


def train(engine: str, name: str) -> tuple[list[float], np.ndarray]:
    utils.set_random_seed(1)
    with config.use_engine(engine):
        stack = [layers.Input((6,)), layers.Dense(7, activation=name), layers.Dense(2)]
        model = models.Sequential(stack)
        model.compile("adam", "mse")
        history = model.fit(X, Y, batch_size=10, epochs=3, verbose=0)
        return history.history["loss"], model.get_weights()[0]


@pytest.mark.parametrize("name", NAMES)
def test_engines_agree(name: str) -> None:
    LOSS_VS_REFERENCE.check(train("native", name)[0], train("reference", name)[0])


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_weights_before_a_step_stay_and_those_after_it_learn(engine: str) -> None:
    losses, kernel = train(engine, "binary_step")
    utils.set_random_seed(1)
    layer = layers.Dense(7)
    layer.build((None, 6))
    np.testing.assert_array_equal(kernel, layer.get_weights()[0])
    assert losses[-1] < losses[0]
