from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from pronghorn import layers
from pronghorn.errors import DataError, GraphError, ParameterError, UnknownNameError
from pronghorn.regularizers import L1

rng = np.random.default_rng(8)
A, B = rng.normal(size=(10, 2)), rng.normal(size=(10, 3))
KIND, SIZE = np.arange(10) % 3, rng.normal(size=10)


def make_two_ways(inputs: type = list, outputs: type = list) -> Any:
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    both = layers.concatenate([layers.Dense(4, activation="relu")(a), b])
    kind = layers.Dense(3, activation="softmax", name="kind")(both)
    size = layers.Dense(1, name="size")(both)
    model = keras.Model(
        {"a": a, "b": b} if inputs is dict else [a, b],
        {"kind": kind, "size": size} if outputs is dict else [kind, size],
    )
    model.compile(
        "sgd",
        loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
        metrics={"kind": ["accuracy"], "size": ["mae"]},
    )
    return model


@pytest.mark.parametrize("inputs", [list, dict])
@pytest.mark.parametrize("outputs", [list, dict])
def test_data_by_position_and_by_name(inputs: type, outputs: type, engine: str) -> None:
    model = make_two_ways(inputs, outputs)
    x = {"b": B, "a": A} if inputs is dict else [A, B]
    y = {"size": SIZE, "kind": KIND} if outputs is dict else [KIND, SIZE]
    history = model.fit(x, y, validation_split=0.3, verbose=0).history
    # Names and order were observed with keras 3.15.1 on JAX.
    plain = ["kind_accuracy", "kind_loss", "loss", "size_loss", "size_mae"]
    assert list(history) == [*plain, *(f"val_{name}" for name in plain)]
    assert model.metrics_names == ["loss", "kind_loss", "size_loss", "kind_accuracy", "size_mae"]
    assert len(model.evaluate(x, y, verbose=0)) == 5
    found = model.predict(x, verbose=0)
    assert isinstance(found, outputs)
    shapes = [p.shape for p in (found.values() if outputs is dict else found)]
    assert shapes == [(10, 3), (10, 1)]


@pytest.mark.parametrize(
    ("x", "says"),
    [
        ([A], "2 arrays"),
        ({"a": A, "c": B}, "unknown 'c'"),
        ([A, B[:9]], "10 rows"),
        ([B, A], "'a'"),
    ],
    ids=["too_few", "name", "length", "order"],
)
def test_inputs_that_do_not_fit(x: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make_two_ways().predict(x, verbose=0)


def test_shared_layer_has_one_set_of_weights() -> None:
    x = keras.Input((2,))
    layer = layers.Dense(2, use_bias=False)
    model = keras.Model(x, layer(layer(x)))
    model.set_weights([[[1.0, 2.0], [3.0, 4.0]]])
    # [1 0] W = [1 2]; [1 2] W = [7 10]
    assert model(np.array([[1.0, 0.0]])).tolist() == [[7.0, 10.0]]
    assert len(model.weights) == 1


def test_two_models_of_one_layer_see_the_same_weights(engine: str) -> None:
    x = keras.Input((2,))
    hidden = layers.Dense(3, name="hidden")(x)
    whole = keras.Model(x, layers.Dense(1)(hidden))
    front = keras.Model(whole.input, whole.get_layer("hidden").output)
    before = front.predict(A, verbose=0)
    whole.compile("sgd", "mse")
    whole.fit(A, SIZE, verbose=0)
    after = front.predict(A, verbose=0)
    w, b = whole.get_layer("hidden").get_weights()
    tolerances.WEIGHTS_VS_REFERENCE.check(after, A @ w + b)
    assert (before != after).any()


def test_model_is_a_function_of_arrays(engine: str) -> None:
    model = make_two_ways()
    kind, size = model([A, B])
    expected = model.predict([A, B], verbose=0)
    assert (kind == expected[0]).all() and (size == expected[1]).all()


def test_dropout_in_a_direct_call() -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Dropout(0.5)])
    ones = np.ones((200, 2))
    assert (model(ones) == 1.0).all()
    assert set(np.unique(model(ones, training=True))) == {0.0, 2.0}


class Net(keras.Model):
    """A model with a call() of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = layers.Dense(4, activation="relu")
        self.drop = layers.Dropout(0.5)
        self.out = layers.Dense(1)

    def call(self, x: Any, training: bool = False) -> Any:
        return self.out(self.drop(self.hidden(x), training=training))


def test_subclass_learns_its_shape_from_data(engine: str) -> None:
    model = Net()
    model.compile("sgd", "mse")
    model.fit(A, SIZE, verbose=0)
    assert [layer.name for layer in model.layers] == [
        model.hidden.name, model.drop.name, model.out.name
    ]  # fmt: skip
    assert model.count_params() == 2 * 4 + 4 + 4 + 1
    w, b, v, c = model.get_weights()
    expected = np.maximum(A @ w + b, 0) @ v + c
    tolerances.WEIGHTS_VS_REFERENCE.check(model.predict(A, verbose=0), expected)


@pytest.mark.parametrize("training", [False, True])
def test_losses_of_a_call_on_arrays(training: bool) -> None:
    """Of ones through a kernel of ones, and the l1 norm of that with factor 0.5: 0.5 · 2."""
    dense = layers.Dense(1, kernel_initializer="ones", activity_regularizer=L1(0.5))
    model = keras.Sequential([keras.Input((2,)), dense])
    model(np.ones((4, 2)), training=training)
    assert model.losses == [1.0]


def test_layer_by_name_and_index() -> None:
    model = make_two_ways()
    assert model.get_layer("kind") is model.get_layer(index=-2)
    with pytest.raises(UnknownNameError, match="'kind'"):
        model.get_layer("kinds")
    with pytest.raises(ParameterError, match="among 6 layers"):
        model.get_layer(index=9)
    with pytest.raises(ParameterError, match="name or an index"):
        model.get_layer()


def test_output_that_needs_another_input() -> None:
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    with pytest.raises(GraphError, match="'b'"):
        keras.Model(a, layers.Add()([a, b]))


def test_two_layers_of_one_name() -> None:
    x = keras.Input((2,))
    with pytest.raises(GraphError, match="'same'"):
        keras.Model(x, layers.Dense(2, name="same")(layers.Dense(2, name="same")(x)))


class TwoOutputs(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first = layers.Dense(1, kernel_initializer="zeros")

    def call(self, x: Any) -> Any:
        return self.first(x), x


@pytest.mark.parametrize(
    "asked",
    [
        {"loss": ["mse", "mae"], "loss_weights": [0.5, 2.0]},
        {"loss": ("mse", "mae"), "loss_weights": (0.5, 2.0), "metrics": [["mse"], ["mae"]]},
    ],
    ids=["losses", "metrics"],
)
def test_a_model_not_built_yet_takes_parts_for_each_output(asked: dict[str, Any]) -> None:
    model = TwoOutputs()
    model.compile("sgd", **asked)
    x, y = np.ones((2, 1)), np.full((2, 1), 3.0)
    # outputs 0 and 1 for targets 3: 0.5 · 9 + 2 · 2
    assert model.evaluate(x, [y, y], verbose=0, return_dict=True)["loss"] == 8.5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"loss": ["mse"]}, "one for each output"),
        ({"loss": {"kinds": "mse"}}, "'kinds'"),
        ({"loss": "mse", "metrics": "mae"}, "one entry for each output"),
        ({"loss": "mse", "loss_weights": [1.0]}, "one for each output"),
        ({"loss": "msee"}, "mse"),
        ({"optimizer": "adamm", "loss": "mse"}, "adam"),
        ({"loss": keras.losses.MeanSquaredError(reduction=None)}, "one number a batch"),
    ],
    ids=["list", "name", "flat_metrics", "weights", "unknown", "optimizer", "reduction"],
)
def test_refused_compile_leaves_the_old_one(arguments: dict[str, Any], says: str) -> None:
    model = make_two_ways()
    before = model.optimizer
    with pytest.raises(ValueError, match=says):
        model.compile(**{"optimizer": "adam", **arguments})
    assert model.optimizer is before
    model.fit([A, B], [KIND, SIZE], verbose=0)


def test_fit_without_targets() -> None:
    with pytest.raises(DataError, match="targets"):
        make_two_ways().fit([A, B], verbose=0)


def test_compile_again_keeps_weights_and_begins_the_optimizer_anew() -> None:
    model = make_two_ways()
    model.compile("adam", "mse")
    model.fit([A, B], [np.eye(3)[KIND], SIZE], verbose=0)
    weights = model.get_weights()
    assert model.optimizer.iterations == 1 and model.optimizer_weights
    model.compile("adam", "mse")
    assert model.optimizer.iterations == 0 and not model.optimizer_weights
    assert all((a == b).all() for a, b in zip(weights, model.get_weights(), strict=True))
