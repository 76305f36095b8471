"""Names that Keras leaves to the classes of a program: attributes and methods called so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pronghorn import Input, Model, Sequential, layers, models, ops

X, Y = np.ones((8, 3), np.float32), np.ones((8, 1), np.float32)
MODEL_NAMES = [
    *("calls", "forward", "host_calls", "input_names", "input_shape", "input_shapes", "inputs"),
    *("is_functional", "is_open", "lengths", "network", "operations", "optimizer_weights"),
    *("output_names", "output_shape", "output_shapes", "outputs", "own_loss", "own_metrics"),
    *("own_reset", "own_result", "own_steps", "shown_metrics", "state", "sublayers", "trace"),
]
LAYER_NAMES = [
    *("build_shape", "calls", "check_input", "emitted_shapes", "input_shape", "legacy_shape"),
    "sublayers",
]
KINDS = pytest.mark.parametrize("kind", ["number", "layer", "method"])


def make_class(base: type, name: str, kind: str) -> Any:
    """A subclass with a number, a layer or a method of that name; one layer more for a layer."""

    class Own(base):  # type: ignore[misc, valid-type]
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.first = layers.Dense(4)
            if kind != "method":
                setattr(self, name, 7 if kind == "number" else layers.Dense(4))

        def call(self, x: Any) -> Any:
            x = self.first(x)
            return getattr(self, name)(x) if kind == "layer" else x

    if kind == "method":
        setattr(Own, name, lambda self, *args: 3)
    return Own


def check_own(holder: Any, name: str, kind: str) -> None:
    found = getattr(holder, name)
    if kind == "layer":
        assert type(found) is layers.Dense
    else:
        assert (found if kind == "number" else found()) == {"number": 7, "method": 3}[kind]


@KINDS
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_model_works_with_it(name: str, kind: str, tmp_path: Path) -> None:
    model = make_class(Model, name, kind)()
    model.compile("adam", "mse")
    model.fit(X, np.ones((8, 4)), validation_split=0.5, verbose=0)
    model.evaluate(X, np.ones((8, 4)), verbose=0)
    assert model.predict(X, verbose=0).shape == model(X).shape == (8, 4)
    # A Dense layer of 3 × 4 has 16 weights, one of 4 × 4 has 20.
    assert model.count_params() == (36 if kind == "layer" else 16)
    model.save_weights(tmp_path / "m.weights.h5")
    model.load_weights(tmp_path / "m.weights.h5")
    model.summary(print_fn=lambda text: None)
    check_own(model, name, kind)


@KINDS
@pytest.mark.parametrize("name", LAYER_NAMES)
def test_layer_works_with_it(name: str, kind: str, tmp_path: Path) -> None:
    own = make_class(layers.Layer, name, kind)
    model = Sequential([Input((3,)), own(), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    # The last Dense layer, of 4 × 1, has 5 weights more than the model above.
    assert model.count_params() == (41 if kind == "layer" else 21)
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras", custom_objects={"Own": own})
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    for layer in (model.layers[0], again.layers[0], models.clone_model(model).layers[0]):
        check_own(layer, name, kind)


def test_counter_that_call_changes() -> None:
    """Keras's guides count the calls of a layer in an attribute."""

    class Counting(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def call(self, x: Any) -> Any:
            self.calls += 1
            return ops.multiply(x, 2.0)

    layer = Counting()
    assert layer(np.ones((1, 2))).tolist() == layer(np.ones((1, 2))).tolist() == [[2.0, 2.0]]
    assert layer.calls >= 1
