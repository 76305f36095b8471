"""Classes of models and layers that users write: what their constructors were given is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import layers, ops

rng = np.random.default_rng(8)
X = rng.normal(size=(24, 4)).astype("float32")
Y = rng.normal(size=(24, 3)).astype("float32")


class Called(keras.Model):
    """Layers in ``__init__``, connected in ``call``; an argument called as a key of configs is."""

    def __init__(self, layers: Any = (5,), activation: Any = "relu", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = layers
        self.hidden = [keras.layers.Dense(n, activation=activation) for n in layers]
        self.out = keras.layers.Dense(3)

    def call(self, x: Any) -> Any:
        for layer in self.hidden:
            x = layer(x)
        return self.out(x)


class Extends(Called):
    """Keras's own way: what the base says, and more."""

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layers": self.units}


class Connects(keras.Model):
    """Connected in the constructor, which takes something else than inputs and outputs."""

    def __init__(self, units: int = 5) -> None:
        x = keras.Input((4,))
        super().__init__(x, layers.Dense(3)(layers.Dense(units)(x)))


class HandsOn(keras.Model):
    def __init__(self, *args: Any, factor: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.factor = factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Chain(keras.Sequential):
    def __init__(self, units: int = 5) -> None:
        super().__init__([keras.Input((4,)), layers.Dense(units), layers.Dense(3)])


class Pair(keras.Model):
    """Given layers and a function, not numbers."""

    def __init__(self, first: Any, second: Any, between: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first, self.second, self.between = first, second, between

    def call(self, x: Any) -> Any:
        return self.second(self.between(self.first(x)))


def make_hands_on() -> Any:
    x = keras.Input((4,))
    return HandsOn(x, layers.Dense(3)(x), factor=3)


MODELS: dict[str, Callable[[], Any]] = {
    "called": lambda: Called([6, 5], activation="tanh"),
    "extends": lambda: Extends([6]),
    "connects": lambda: Connects(6),
    "hands_on": make_hands_on,
    "chain": lambda: Chain(6),
    "pair": lambda: Pair(keras.Sequential([layers.Dense(4)]), layers.Dense(3), ops.tanh),
}
models = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
OWN = {c.__name__: c for c in (Called, Extends, Connects, HandsOn, Chain, Pair)}


def fit(model: Any) -> list[float]:
    return list(model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"])


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@models
def test_own_model_comes_back_and_trains_on(
    make: Callable[[], Any], ending: str, tmp_path: Path
) -> None:
    model = make()
    model.compile("adam", "mse")
    fit(model)
    model.save(tmp_path / f"model{ending}")
    again = keras.models.load_model(tmp_path / f"model{ending}", custom_objects=OWN)
    assert type(again) is type(model)
    assert model.predict(X, verbose=0).tobytes() == again.predict(X, verbose=0).tobytes()
    assert fit(again) == fit(model)


@models
def test_clone_of_an_own_model(make: Callable[[], Any]) -> None:
    model = make()
    model.build((None, 4))
    with keras.saving.custom_object_scope(OWN):
        clone = keras.models.clone_model(model)
    clone.build((None, 4))
    assert type(clone) is type(model)
    assert [w.shape for w in clone.weights] == [w.shape for w in model.weights]


def test_what_a_class_wrote_beside_its_layers_is_given_back() -> None:
    assert HandsOn.from_config(make_hands_on().get_config()).factor == 3


class Wrapped(layers.Layer):
    def __init__(self, inner: Any, after: Any = ops.exp, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner, self.after = inner, after

    def call(self, x: Any) -> Any:
        return self.after(self.inner(x))


def test_a_layer_that_was_given_a_layer_and_a_function() -> None:
    layer = Wrapped(layers.Dense(3, name="inner"), after=keras.activations.relu)
    config = json.loads(json.dumps(layer.get_config()))
    again = Wrapped.from_config(config)
    assert again.inner.units == 3 and again.inner.name == "inner"
    assert again.after is keras.activations.relu


def make_compiled() -> Any:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.compile(keras.optimizers.SGD(0.25), "mean_absolute_error", metrics=["mse"])
    return model


@pytest.mark.parametrize(
    "copy_model",
    [keras.models.clone_model, lambda model: keras.models.model_from_json(model.to_json())],
    ids=["clone", "json"],
)
def test_copies_are_compiled_alike_with_a_fresh_optimizer(copy_model: Any) -> None:
    """As in Keras 3."""
    model = make_compiled()
    model.fit(X, Y, verbose=0)
    again = copy_model(model)
    assert again.loss == model.loss and again.optimizer.iterations == 0
    assert float(again.optimizer.learning_rate) == 0.25
    assert set(again.evaluate(X, Y, verbose=0, return_dict=True)) == {"loss", "mse"}


def test_json_leaves_out_a_loss_without_a_name() -> None:
    model = make_compiled()
    model.compile("sgd", lambda a, b: ops.mean(ops.abs(a - b), axis=-1))
    assert not keras.models.model_from_json(model.to_json()).compiled


class OwnCompile(Chain):
    """Its ``compile`` takes what only it knows."""

    def compile(self, rule: Any, goal: Any) -> None:  # type: ignore[override]
        super().compile(rule, goal)


class ReadsCompile(OwnCompile):
    def get_compile_config(self) -> dict[str, Any]:
        return {"rule": self.optimizer.name, "goal": "mae"}

    def compile_from_config(self, config: Any) -> None:
        self.compile(**config)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz"])
def test_own_compile_is_left_to_the_program(ending: str, tmp_path: Path) -> None:
    """As in Keras, which warns alike."""
    model = OwnCompile()
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / f"own{ending}")
    with pytest.warns(UserWarning, match="OwnCompile defines compile"):
        again = keras.models.load_model(tmp_path / f"own{ending}", {"OwnCompile": OwnCompile})
    assert not again.compiled
    assert np.array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz"])
def test_own_config_of_compile_is_read_by_the_class(ending: str, tmp_path: Path) -> None:
    model = ReadsCompile()
    model.compile("adam", "mae")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / f"own{ending}")
    again = keras.models.load_model(tmp_path / f"own{ending}", {"ReadsCompile": ReadsCompile})
    assert again.loss == "mae"
    assert again.optimizer.iterations == 1
    assert fit(again) == fit(model)


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz"])
def test_model_without_an_optimizer(ending: str, tmp_path: Path) -> None:
    """Keras cannot write it; here it comes back as it was."""
    model = Chain()
    model.compile(None, "mse")
    model.save(tmp_path / f"own{ending}")
    again = keras.models.load_model(tmp_path / f"own{ending}", {"Chain": Chain})
    assert again.compiled
    assert again.optimizer is None
    assert again.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)


@keras.saving.register_keras_serializable("own")
class Total(layers.Layer):
    """Whatever it is given besides, added up."""

    def call(self, x: Any, *others: Any) -> Any:
        return x + sum(others)


def test_further_inputs_in_order_come_back(tmp_path: Path) -> None:
    a, b = keras.Input((2,)), keras.Input((2,))
    model = keras.Model([a, b], Total()(a, b, a * 2.0))
    model.save(tmp_path / "model.keras")
    # As Keras writes them: in order, not by name.
    written = json.loads(model.to_json())["config"]["layers"][-1]["inbound_nodes"][0]
    assert len(written["args"]) == 3
    for again in (
        keras.models.load_model(tmp_path / "model.keras"),
        keras.models.clone_model(model),
    ):
        found = again.predict([np.ones((1, 2)), np.full((1, 2), 5.0)], verbose=0)
        assert found.tolist() == [[8.0, 8.0]]
