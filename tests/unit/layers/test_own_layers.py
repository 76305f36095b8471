"""Layers that users write: weights, inner layers, several inputs, losses, state, configs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn
from pronghorn import Input, Model, layers, ops
from pronghorn._core.dtype_policy import DTypePolicy, describe_policy
from pronghorn.errors import GraphError, ParameterError, ShapeError
from pronghorn.layers._variable import Variable

X = np.array([[1.0, 2.0], [3.0, 5.0]], np.float32)


class Affine(layers.Layer):
    """y = x W + b, written with operators on the weights."""

    def __init__(self, units: int, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = layers.Dense(1)  # not what the argument was
        self.width, self.scale = units, scale

    def build(self, input_shape: Any) -> None:
        shape = (input_shape[-1], self.width)
        self.w = self.add_weight(name="w", shape=shape, initializer="ones")
        self.seen = self.add_weight(name="seen", shape=(), initializer="zeros", trainable=False)
        self.b = self.add_weight(name="b", shape=(self.width,), initializer="ones")

    def call(self, x: Any, training: bool = False) -> Any:
        if training:
            self.seen.assign_add(1.0)
        return (x @ self.w + self.b) * self.scale


def test_rounding_by_the_built_in_function() -> None:
    rows = np.array([[0.5, -2.47], [1.5, 8.25]], np.float32)
    x = Input((2,))
    for digits, expected in ((None, [[0, -2], [2, 8]]), (1, [[0.5, -2.5], [1.5, 8.2]])):
        found = Model(x, round(x, digits)).predict(rows, verbose=0)
        np.testing.assert_array_equal(found, np.array(expected, np.float32))


def test_operators_on_weights() -> None:
    # (1 + 2 + 1) · 2, (3 + 5 + 1) · 2
    assert Affine(1, scale=2.0)(X).tolist() == [[8.0], [18.0]]


@pytest.mark.parametrize(
    "expression",
    [
        lambda x, v: x + v,
        lambda x, v: v + x,
        lambda x, v: x - v,
        lambda x, v: v - x,
        lambda x, v: x * v,
        lambda x, v: v * x,
        lambda x, v: x / v,
        lambda x, v: v / x,
        lambda x, v: -v + x,
        lambda x, v: abs(v) + x,
        lambda x, v: v**2 + x,
        lambda x, v: (v > 1.0) * x,
        lambda x, v: x % v + 7.0 % v,
        lambda x, v: x // v + 7.0 // v,
        lambda x, v: ((v > 1.0) ^ (x > 2.0)) * x,
        lambda x, v: ops.add(v, x),
        lambda x, v: ops.square(v) + x,
        lambda x, v: x + v.value,
    ],
    ids=range(18),
)
def test_a_weight_stands_for_its_value(expression: Any) -> None:
    class Own(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.v = self.add_weight((2,), initializer=np.array([0.5, 4.0]))

        def call(self, x: Any) -> Any:
            return expression(x, self.v)

    expected = expression(X, np.array([0.5, 4.0], np.float32).view(_Array))
    np.testing.assert_array_equal(Own()(X), np.asarray(expected))


class _Array(np.ndarray[Any, Any]):
    """An array with the ``value`` that a variable has."""

    @property
    def value(self) -> Any:
        return np.asarray(self)


def test_variable_outside_of_a_call_is_an_array() -> None:
    v = Variable(np.array([1.0, 2.0]))
    v.assign_add(1.0)
    v.assign_sub([0.5, 0.0])
    assert (v @ np.array([2.0, 1.0])) == 6.0
    assert (np.array([1.0, 1.0]) + v).tolist() == [2.5, 4.0]
    assert v.value.tolist() == [1.5, 3.0]
    assert Variable("ones", shape=(2,)).numpy().tolist() == [1.0, 1.0]


def test_weights_by_position() -> None:
    layer = layers.Layer()
    assert layer.add_weight((2, 3), "ones").numpy().tolist() == [[1.0] * 3] * 2
    old = layer.add_weight("kernel", (4,))
    assert (old.name, old.shape) == ("kernel", (4,))
    assert layer.add_weight().shape == ()
    with pytest.raises(ParameterError, match="twice"):
        layer.add_weight((2,), shape=(2,))


def test_trainable_weights_come_first() -> None:
    layer = Affine(2)
    layer(X)
    assert [w.name for w in layer.weights] == ["w", "b", "seen"]
    layer.w.trainable = False
    assert [w.name for w in layer.weights] == ["w", "b", "seen"]
    assert [w.name for w in layer.trainable_weights] == ["b"]


def test_assigned_in_training_only() -> None:
    layer = Affine(1)
    layer(X)
    assert float(layer.seen.numpy()) == 0.0
    layer(X, training=True)
    layer(X, training=True)
    assert float(layer.seen.numpy()) == 2.0


def test_every_step_of_training_assigns() -> None:
    layer = Affine(1)
    x = Input((2,))
    model = Model(x, layer(x))
    model.compile("sgd", "mse")
    model.fit(np.ones((10, 2)), np.ones(10), batch_size=4, epochs=2, verbose=0)
    assert float(layer.seen.numpy()) == 6.0


def test_config_of_a_class_that_writes_none_is_what_it_was_given() -> None:
    layer = Affine(3, name="own")
    config = layer.get_config()
    assert config == {
        "name": "own",
        "trainable": True,
        "dtype": describe_policy(DTypePolicy("float32")),
        "units": 3,
        "scale": 1.0,
    }
    assert Affine.from_config(config).width == 3


def test_config_of_a_class_that_takes_no_name() -> None:
    class Narrow(layers.Layer):
        def __init__(self, factor: float) -> None:
            super().__init__()

    config = Narrow(0.5).get_config()
    assert config == {"factor": 0.5}
    assert Narrow.from_config(config).get_config() == config


def test_config_of_what_a_file_cannot_hold() -> None:
    class Holder(layers.Layer):
        def __init__(self, thing: Any) -> None:
            super().__init__()

    with pytest.raises(ParameterError, match=r"thing.*get_config"):
        Holder(object()).get_config()


def test_config_that_a_class_writes_is_its_own() -> None:
    class Holder(layers.Layer):
        def __init__(self, thing: Any, **kwargs: Any) -> None:
            super().__init__(**kwargs)

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "thing": "mine"}

    assert Holder(object()).get_config()["thing"] == "mine"


def test_own_class_over_a_layer_of_pronghorn() -> None:
    class Wide(layers.Dense):
        def __init__(self, units: int, factor: int = 2, **kwargs: Any) -> None:
            super().__init__(units * factor, **kwargs)

    config = Wide(3, factor=4, activation="relu").get_config()
    assert (config["units"], config["factor"], config["activation"]) == (3, 4, "relu")


class Block(layers.Layer):
    """Layers in a list, a dict and an attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = [layers.Dense(2, name="a"), layers.Dense(2, name="b")]
        self.named = {"one": layers.Dense(2, name="c")}
        self.last = layers.Dense(2, name="d")
        self.extra = Variable(np.zeros(2), name="extra")

    def call(self, x: Any) -> Any:
        for layer in (*self.stack, *self.named.values(), self.last):
            x = layer(x)
        return x + self.extra


def test_parts_in_lists_and_dicts_belong_to_the_layer() -> None:
    layer = Block()
    layer(X)
    names = [w.path for w in layer.weights]
    assert names == ["extra", *(f"{x}/{w}" for x in "abcd" for w in ("kernel", "bias"))]


def test_frozen_with_its_parts() -> None:
    layer = Block()
    layer(X)
    layer.trainable = False
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 9


class Pick(layers.Layer):
    """Inputs by name."""

    def build(self, input_shape: Any) -> None:
        self.seen = dict(input_shape)

    def call(self, x: Any) -> Any:
        return x["left"] - x["right"]


def test_a_dict_of_inputs() -> None:
    layer = Pick()
    shapes = {"left": (None, 2), "right": (None, 1)}
    assert layer.compute_output_shape(shapes) == (None, 2)
    assert layer.seen == shapes
    arrays = {"left": X, "right": np.ones((2, 1), np.float32)}
    assert Pick()(arrays).tolist() == (X - 1).tolist()
    inputs = {"left": Input((2,)), "right": Input((1,))}
    model = Model(inputs, Pick()(inputs))
    assert model.predict(arrays, verbose=0).tolist() == (X - 1).tolist()


def test_a_list_of_one_stays_a_list() -> None:
    class One(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.seen = input_shape

        def call(self, x: Any) -> Any:
            return x[0]

    layer = One()
    layer([X])
    assert layer.seen == [(None, 2)]
    inner = layers.Lambda(lambda x: One()([x]))
    assert inner(X).tolist() == X.tolist()


class Mix(layers.Layer):
    """y = x · gate + offset: further inputs, by position or by name."""

    def build(self, input_shape: Any, gate_shape: Any) -> None:
        self.seen = (input_shape, gate_shape)

    def call(self, x: Any, gate: Any, offset: float = 0.0, training: bool = False) -> Any:
        return x * gate + offset


def test_further_inputs() -> None:
    layer = Mix()
    gate = np.array([[2.0], [10.0]], np.float32)
    expected = [[3.0, 5.0], [31.0, 51.0]]
    assert layer(X, gate, offset=1.0).tolist() == expected
    assert layer.seen == ((None, 2), (None, 1))
    left, right = Input((2,)), Input((1,))
    model = Model([left, right], Mix(name="mix")(left, gate=right, offset=1.0))
    assert model.predict([X, gate], verbose=0).tolist() == expected
    again = Model.from_config(model.get_config(), custom_objects={"Mix": Mix})
    assert again.predict([X, gate], verbose=0).tolist() == expected


@pytest.mark.parametrize("arguments", [{"gat": 1.0}, {"colour": 2}], ids=str)
def test_further_input_that_call_does_not_take(arguments: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=next(iter(arguments))):
        Mix()(X, X, **arguments)


def test_too_many_inputs() -> None:
    with pytest.raises(ParameterError, match="up to"):
        layers.Flatten()(X, X)


class Sparse(layers.Layer):
    """Adds 0.1 Σ |x| to the loss."""

    def call(self, x: Any) -> Any:
        self.add_loss(0.1 * ops.sum(ops.absolute(x)))
        return x


def test_losses_of_the_last_call() -> None:
    # 0.1 · (1 + 2 + 3 + 5)
    layer = Sparse()
    layer(X)
    assert layer.losses == pytest.approx([1.1])
    layer(2 * X)
    assert layer.losses == pytest.approx([2.2])


def test_losses_hold_the_penalties_of_weights() -> None:
    dense = layers.Dense(1, kernel_initializer="ones", kernel_regularizer="l2")
    dense(X)
    # 0.01 · (1 + 1)
    assert dense.losses == pytest.approx([0.02])


def test_added_losses_are_trained() -> None:
    x = Input((2,))
    model = Model(x, Sparse()(layers.Dense(1, kernel_initializer="ones")(x)))
    model.compile(pronghorn.optimizers.SGD(0.5), "mse")
    loss = model.evaluate(X, np.array([3.0, 8.0]), verbose=0)
    # outputs 3 and 8 hit their targets: only 0.1 · (3 + 8) is left
    assert loss == pytest.approx(1.1)
    model.fit(X, np.array([3.0, 8.0]), verbose=0)
    # gradient of the bias: 0.1 · 2
    assert model.get_weights()[1] == pytest.approx([-0.1])


class Tally(layers.Layer):
    """Adds up the columns of all rows that it was called on."""

    def build(self, input_shape: Any) -> None:
        self.total = self.add_weight((input_shape[-1],), "zeros", trainable=False)

    def call(self, x: Any) -> Any:
        self.total.assign_add(ops.sum(x, axis=0))
        return self.total


def test_a_variable_is_given_back_as_what_it_holds() -> None:
    tally = Tally()
    assert tally(np.ones((2, 3))).tolist() == [2.0, 2.0, 2.0]
    assert tally(np.ones((2, 3))).tolist() == [4.0, 4.0, 4.0]


def test_a_model_without_weights_tells_its_loss() -> None:
    x = Input((2,))
    model = Model(x, Sparse()(x))
    model.compile("sgd", "mse")
    # the outputs hit their targets: 0.1 · (1 + 2 + 3 + 5)
    assert model.fit(X, X, verbose=0).history["loss"] == pytest.approx([1.1])


def test_added_losses_are_enough_to_train() -> None:
    x = Input((2,))
    model = Model(x, Sparse()(layers.Dense(1, kernel_initializer="ones")(x)))
    model.compile(pronghorn.optimizers.SGD(0.5))
    # outputs 3 and 8: 0.1 · (3 + 8)
    assert model.fit(X, verbose=0).history["loss"] == pytest.approx([1.1])
    assert model.get_weights()[1] == pytest.approx([-0.1])


def test_add_loss_outside_of_a_call() -> None:
    with pytest.raises(GraphError, match="call"):
        Sparse().add_loss(1.0)


def test_training_reaches_the_layers_inside() -> None:
    class Outer(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = layers.Dropout(1.0)

        def call(self, x: Any) -> Any:
            return self.inner(x)

    assert not Outer()(X, training=True).any()
    y = Outer()
    x = Input((2,))
    assert not np.any(Model(x, y(x, training=True))(X))


def test_assigned_value_must_have_the_shape() -> None:
    class Wrong(layers.Layer):
        def build(self, input_shape: Any) -> None:
            self.v = self.add_weight((3,))

        def call(self, x: Any) -> Any:
            self.v.assign(ops.sum(x, axis=0))
            return x

    with pytest.raises(ShapeError, match=r"\(3,\)"):
        Wrong()(X)


def test_lambda_of_several_inputs_and_of_training() -> None:
    layer = layers.Lambda(lambda x, training=False: ops.subtract(*x) * (2.0 if training else 1.0))
    assert layer([X, 0 * X]).tolist() == X.tolist()
    assert layer([X, 0 * X], training=True).tolist() == (2 * X).tolist()


def test_lambda_without_a_name_is_not_saved() -> None:
    with pytest.raises(ParameterError, match="register"):
        layers.Lambda(lambda x: x).get_config()


def test_lambda_of_stored_code_is_not_loaded() -> None:
    config = {"function": {"class_name": "__lambda__", "config": {"code": "4wEA"}}}
    with pytest.raises(ParameterError, match="never loaded"):
        layers.Lambda.from_config(config)


def test_a_layer_is_an_activation() -> None:
    dense = layers.Dense(2, activation=layers.PReLU("ones"))
    dense(X)
    assert [w.name for w in dense.weights] == ["kernel", "bias", "alpha"]
    again = layers.deserialize(layers.serialize(dense))
    assert type(again.activation) is layers.PReLU


def test_variables_of_a_copy_are_its_own() -> None:
    layer = Block()
    layer(X)
    layer.get_build_config()
    twin = layers.Dense(2)
    twin.build_from_config({"input_shape": [None, 3]})
    assert [w.shape for w in twin.weights] == [(3, 2), (2,)]
    assert twin.get_build_config() == {"input_shape": (None, 3)}
