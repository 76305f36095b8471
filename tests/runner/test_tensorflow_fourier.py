"""RandomFourierFeatures: inner products are the kernel that the features stand for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import ParameterError
from pronghorn.runner import _names
from pronghorn.runner._tensorflow._keras_fourier import RandomFourierFeatures

X = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
APART = X[:, None] - X[None]


@pytest.mark.parametrize(
    ("kind", "kernel"),
    [
        ("gaussian", np.exp(-np.square(APART).sum(-1) / (2 * 2.0**2))),
        ("laplacian", np.exp(-np.abs(APART).sum(-1) / 2.0)),
    ],
)
def test_inner_products_are_the_kernel(kind: str, kernel: Any) -> None:
    keras.utils.set_random_seed(0)
    features = np.asarray(RandomFourierFeatures(8000, kind, scale=2.0)(X), np.float64)
    # A mean of 8000 products with variance at most 1.5: five deviations.
    assert np.abs(2 * features @ features.T / 8000 - kernel).max() < 5 * np.sqrt(1.5 / 8000)


def test_in_a_model_that_is_saved(tmp_path: Path) -> None:
    layer = RandomFourierFeatures(5, trainable=True)
    model = keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(1)])
    # The scale of Keras: the square root of half of the inputs.
    assert layer.kernel_scale.numpy() == pytest.approx(np.sqrt(1.5))
    assert [w.name for w in layer.trainable_weights] == ["kernel_scale"]
    model.compile("adam", "hinge")
    fixed = layer.unscaled_kernel.numpy().copy()
    model.fit(X, np.sign(X[:, 0]), verbose=0)
    assert np.array_equal(layer.unscaled_kernel.numpy(), fixed)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert np.array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_it_is_where_programs_look_for_it() -> None:
    assert _names.find("tensorflow.keras.layers.experimental", "RandomFourierFeatures") is (
        RandomFourierFeatures
    )
    assert _names.module_for("keras_core.layers") == "pronghorn.layers"
    with pytest.raises(ParameterError, match="scale"):
        RandomFourierFeatures(5, scale=0.0)
