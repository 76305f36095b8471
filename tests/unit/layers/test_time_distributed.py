"""A layer on each step: what Keras computes, trains and reads with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn
import tolerances
from pronghorn import Input, Sequential, layers
from pronghorn.errors import ParameterError, ShapeError

RNG = np.random.default_rng(6)
X = RNG.normal(size=(6, 5, 4)).astype(np.float32)

INNER: dict[str, Callable[[Any], Any]] = {
    "dense": lambda k: k.layers.Dense(3, "relu"),
    "model": lambda k: k.Sequential([k.layers.Dense(3, "tanh"), k.layers.Dense(2)]),
    "normalization of each step": lambda k: k.layers.BatchNormalization(),
    "reshape": lambda k: k.layers.Reshape((2, 2)),
}


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*")
@pytest.mark.parametrize("make", INNER.values(), ids=INNER)
def test_steps_are_those_of_keras(make: Callable[[Any], Any], tmp_path: Path) -> None:
    keras: Any = pytest.importorskip("keras", reason="real Keras is not installed")
    wrapped = keras.layers.TimeDistributed(make(keras))
    theirs = keras.Sequential([keras.Input((5, 4)), wrapped])
    theirs.save(tmp_path / "net.keras")
    ours: Any = pronghorn.models.load_model(tmp_path / "net.keras")
    assert ours.output_shape == theirs.output_shape
    for model, library in ((ours, pronghorn), (theirs, keras)):
        model.compile(library.optimizers.SGD(0.1), "mse")
        if model.trainable_weights:
            model.fit(X, np.zeros(ours.output_shape[1:])[None].repeat(6, 0), verbose=0)
    expected = theirs.predict(X, verbose=0)
    tolerances.OUTPUTS_VS_KERAS.check(ours.predict(X, verbose=0), expected)
    ours.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    tolerances.OUTPUTS_VS_KERAS.check(again.predict(X, verbose=0), expected)


def test_rows_of_several_lengths_pass_a_dense_layer() -> None:
    model = Sequential([Input((None, 4)), layers.TimeDistributed(layers.Dense(2))])
    whole = model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.predict(X[:, :3], verbose=0), whole[:, :3])


@pytest.mark.parametrize("shape", [(4,), (None, 4)], ids=["no steps", "no number of steps"])
def test_rows_without_steps_are_refused(shape: Any) -> None:
    with pytest.raises(ShapeError, match=r"with a number of steps, \(n, T, …\)"):
        layers.TimeDistributed(layers.LayerNormalization())(Input(shape))


def test_what_is_wrapped_is_a_layer() -> None:
    with pytest.raises(ParameterError, match="TimeDistributed layer: expected a layer"):
        layers.TimeDistributed(3)
