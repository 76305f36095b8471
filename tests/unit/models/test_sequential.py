from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from pronghorn import layers
from pronghorn.errors import GraphError, NotBuiltError, ParameterError, ShapeError

X = np.random.default_rng(3).normal(size=(12, 4)).astype("float32")
Y = np.arange(12) % 3


def compile_and_fit(model: keras.Sequential) -> None:
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)


def test_list_and_add_make_the_same_model() -> None:
    one = keras.Sequential([keras.Input((4,)), layers.Dense(5, name="a"), layers.Dense(3)])
    two = keras.Sequential()
    two.add(keras.Input((4,)))
    two.add(layers.Dense(5, name="a"))
    two.add(layers.Dense(3))
    assert [v.shape for v in one.weights] == [v.shape for v in two.weights]
    assert one.count_params() == two.count_params() == 4 * 5 + 5 + 5 * 3 + 3
    assert [type(layer).__name__ for layer in two.layers] == ["Dense", "Dense"]


def test_first_layer_brings_the_shape() -> None:
    model = keras.Sequential([layers.Dense(3, input_dim=4)])
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 3))


def test_shape_from_the_first_data() -> None:
    model = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(3)])
    assert model.weights == []
    with pytest.raises(NotBuiltError, match="input shape"):
        model.output_shape  # noqa: B018
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(X, Y, verbose=0)
    assert model.input_shape == (None, 4)
    with pytest.raises(ShapeError, match=r"\(4,\)"):
        model.fit(X[:, :3], Y, verbose=0)


def test_build_by_hand() -> None:
    model = keras.Sequential([layers.Dense(5)])
    model.build((None, 4))
    assert model.count_params() == 25


@pytest.mark.parametrize("first", [[], [keras.Input((4,))]], ids=["by hand", "by Input"])
def test_build_for_other_rows(first: list[Any]) -> None:
    model = keras.Sequential([*first, layers.Activation("relu")])
    model.build((None, 4))
    model.build((None, 4))
    # Keras: "has already been configured to use input shape (None, 4)".
    with pytest.raises(ShapeError, match=r"\(None, 4\), received \(None, 3\)"):
        model.build((None, 3))
    assert model.input_shape == (None, 4)


def test_flat_data_is_one_column() -> None:
    model = keras.Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.arange(8.0), np.arange(8.0), verbose=0)
    assert model.predict(np.arange(3.0), verbose=0).shape == (3, 1)


def test_pop_and_add_after_training() -> None:
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5), layers.Dense(3, activation="softmax")]
    )
    compile_and_fit(model)
    kept = model.layers[0].get_weights()
    last = model.pop()
    assert model.output_shape == (None, 5)
    assert last.units == 3
    model.add(layers.Dense(7, activation="softmax"))
    assert model.predict(X, verbose=0).shape == (12, 7)
    assert (model.layers[0].get_weights()[0] == kept[0]).all()
    compile_and_fit(model)


def test_pop_from_nothing() -> None:
    with pytest.raises(GraphError, match="none left"):
        keras.Sequential([keras.Input((4,))]).pop()


@pytest.mark.parametrize(
    ("added", "error"),
    [
        (lambda: layers.Dense, ParameterError),
        (lambda: "dense", ParameterError),
        (lambda: layers.Dense(2, name="taken"), GraphError),
        (lambda: keras.Input((4,)), GraphError),
    ],
    ids=["class", "text", "name", "input"],
)
def test_what_cannot_be_added(added: object, error: type[Exception]) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="taken")])
    with pytest.raises(error):
        model.add(added())  # type: ignore[operator]
    assert len(model.layers) == 1
    assert model.predict(X, verbose=0).shape == (12, 3)


def test_model_in_a_model(engine: str) -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="tanh")])
    outer = keras.Sequential([inner, layers.Dense(3, activation="softmax")])
    before = inner.get_weights()
    compile_and_fit(outer)
    # The inner model's weights are the outer model's, and were trained with them.
    assert (inner.get_weights()[0] != before[0]).any()
    tolerances.WEIGHTS_VS_REFERENCE.check(outer.layers[1](inner(X)), outer(X))
    assert outer.count_params() == 25 + 18


@pytest.mark.parametrize("given", [layers.Dense(3), "dense", 3, keras.Input((2,))], ids=repr)
def test_one_thing_is_no_list_of_layers(given: Any) -> None:
    with pytest.raises(ParameterError, match=r"expected a list of layers, received .*\[layer\]"):
        keras.Sequential(given)


def test_build_config_is_the_shape_that_the_data_brought() -> None:
    model = keras.Sequential([layers.Dense(3)])
    assert model.get_build_config() is None
    compile_and_fit(model)
    twin = keras.Sequential([layers.Dense(3)])
    twin.build_from_config(model.get_build_config())
    twin.set_weights(model.get_weights())
    assert (twin.predict(X, verbose=0) == model.predict(X, verbose=0)).all()
