"""Metrics that layers keep as attributes and update in ``call``: they stand in the logs."""

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import ops


class Watching(keras.layers.Layer):
    """Gives its input; the mean of its squares is a metric."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.power = keras.metrics.Mean(name="power")

    def call(self, inputs: Any) -> Any:
        self.power.update_state(ops.mean(ops.square(inputs), axis=-1))
        return inputs


X = np.array([[1.0, 2.0], [3.0, 0.0], [0.0, 0.0]])
# (1 + 4) / 2, 9 / 2, 0: their mean is 7/3; of the last two rows it is 9/4.
POWER, LAST_TWO = 7 / 3, 9 / 4


@pytest.fixture
def model() -> keras.Model:
    inner = keras.Sequential([keras.Input((2,)), Watching(name="watching")])
    model = keras.Sequential([keras.Input((2,)), inner, keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def test_they_stand_in_the_logs_behind_those_of_compile(model: keras.Model) -> None:
    history = model.fit(
        X, X[:, 0], batch_size=2, epochs=2, validation_data=(X[1:], X[1:, 0]), verbose=0
    ).history
    assert list(history) == ["loss", "mae", "power", "val_loss", "val_mae", "val_power"]
    # Every epoch begins at zero.
    assert history["power"] == pytest.approx([POWER, POWER])
    assert history["val_power"] == pytest.approx([LAST_TWO, LAST_TWO])


def test_evaluate_gives_them(model: keras.Model) -> None:
    found = model.evaluate(X, X[:, 0], verbose=0, return_dict=True)
    assert list(found) == ["loss", "mae", "power"]
    assert found["power"] == pytest.approx(POWER)
    assert [metric.name for metric in model.metrics][-1] == "power"
    assert model.predict(X, verbose=0).shape == (3, 1)


def test_a_clone_has_metrics_of_its_own(model: keras.Model) -> None:
    clone = keras.models.clone_model(model)
    found = clone.evaluate(X[1:], X[1:, 0], verbose=0, return_dict=True)
    assert found["power"] == pytest.approx(LAST_TWO)
    watching = [m.layers[0].layers[0] for m in (model, clone)]
    assert type(watching[1]) is Watching and watching[1].power is not watching[0].power
