"""The trace of a step: against worked arithmetic, central differences, and the step itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import layers, ops
from pronghorn.errors import NotBuiltError, UnknownNameError
from tolerances import (
    CHAIN_IN_FLOAT32,
    TRACE_VS_DIFFERENCES,
    WEIGHTS_VS_REFERENCE,
    WORKED_IN_FLOAT32,
)

pytestmark = pytest.mark.usefixtures("engine")

RNG = np.random.default_rng(5)
X = RNG.normal(size=(6, 3)).astype(np.float32)
TARGETS = {
    "mse": RNG.normal(size=(6, 2)).astype(np.float32),
    "binary_crossentropy": RNG.integers(0, 2, (6, 2)).astype(np.float32),
    "sparse_categorical_crossentropy": RNG.integers(0, 2, 6),
}
OUTPUTS = {
    "mse": "linear",
    "binary_crossentropy": "sigmoid",
    "sparse_categorical_crossentropy": "softmax",
}


def constant(value: Any) -> Any:
    return keras.initializers.Constant(value)


def worked_model(optimizer: Any) -> Any:
    """z1 = 2 x, a1 = relu(z1), z2 = 3 a1 + 1: one number through two layers."""
    model = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(1, "relu", use_bias=False, kernel_initializer=constant(2.0), name="h"),
            layers.Dense(
                1, kernel_initializer=constant(3.0), bias_initializer=constant(1.0), name="o"
            ),
        ]
    )
    model.compile(optimizer, loss="mse")
    return model


def test_worked_step() -> None:
    # Rows x = 1, -1 with y = 5, 0: z1 = 2, -2; a1 = 2, 0; z2 = 7, 1; terms (7-5)² = 4, 1² = 1.
    model = worked_model(keras.optimizers.SGD(0.1))
    trace = model.trace(np.array([[1.0], [-1.0]]), np.array([[5.0], [0.0]]))
    hidden, output = trace.layer("h"), trace.layer("o")
    check = WORKED_IN_FLOAT32.check
    check(hidden.pre_activation, [[2.0], [-2.0]])
    check(hidden.activation, [[2.0], [0.0]])
    check(output.pre_activation, [[7.0], [1.0]])
    assert trace.loss_terms is not None
    check(trace.loss_terms, [4.0, 1.0])
    check(trace.loss, 2.5)
    # dL/dz2 = 2 (z2 - y) / 2 rows; dL/da1 = 3 dL/dz2; dL/dz1 = 0 where relu is off.
    check(output.pre_activation_gradient, [[2.0], [1.0]])
    check(hidden.activation_gradient, [[6.0], [3.0]])
    check(hidden.pre_activation_gradient, [[6.0], [0.0]])
    check(hidden.slope, [[1.0], [0.0]])
    # dL/dw2 = 2·2 + 0·1, dL/db = 2 + 1, dL/dw1 = 1·6 + (-1)·0; w ← w - 0.1 dL/dw.
    for path, before, gradient, after in (
        ("o/kernel", 3.0, 4.0, 2.6),
        ("o/bias", 1.0, 3.0, 0.7),
        ("h/kernel", 2.0, 6.0, 1.4),
    ):
        weight = trace.weights[path]
        assert weight.gradient is not None
        check(weight.before.item(), before)
        check(weight.gradient.item(), gradient)
        check(weight.after.item(), after)
    weight = trace.weights["h/kernel"]
    check(weight.update_ratio, 0.6 / 2.0)
    check(weight.gradient_norm, 6.0)
    assert (trace.step, trace.learning_rate, trace.is_finite) == (1, 0.1, True)


def test_slots_before_and_after() -> None:
    # v ← 0.9 v - 0.1 g, w ← w + v: two steps of momentum on the bias, g = 2 (b + 6 - 7) first.
    model = worked_model(keras.optimizers.SGD(0.1, momentum=0.9))
    x, y = np.array([[1.0]]), np.array([[5.0]])
    first = model.trace(x, y, apply=True).weights["o/bias"]
    # z2 = 7, g = 2·(7 - 5) = 4.
    WORKED_IN_FLOAT32.check(first.slots_before["momentum"].item(), 0.0)
    WORKED_IN_FLOAT32.check(first.slots_after["momentum"].item(), -0.4)
    WORKED_IN_FLOAT32.check(first.after.item(), 0.6)
    second = model.trace(x, y).weights["o/bias"]
    np.testing.assert_array_equal(second.slots_before["momentum"], first.slots_after["momentum"])
    assert model.trace(x, y).step == 2


def build(loss: str) -> Any:
    """A net with everything that a trace may meet on its way."""
    x = keras.Input((3,))
    h = layers.Dense(4, "tanh", kernel_regularizer="l2", name="h1")(x)
    h = layers.BatchNormalization(name="norm")(h)
    h = layers.Dense(3, name="h2")(h)
    h = layers.Activation("softplus", name="soft")(h)
    h = layers.Dropout(0.4, seed=1, name="drop")(h)
    with keras.utils.use_random_seed(3):
        model = keras.Model(x, layers.Dense(2, OUTPUTS[loss], name="out")(h))
        model.compile(keras.optimizers.Adam(0.01), loss=loss)
    return model


@pytest.mark.parametrize("loss", TARGETS)
def test_nothing_has_changed_and_the_next_step_is_the_one_shown(loss: str, engine: str) -> None:
    model = build(loss)
    model.train_on_batch(X, TARGETS[loss])
    kept, state = model.get_weights(), model.state()
    trace = model.trace(X, TARGETS[loss])
    for now, before in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    for name, value in model.state().items():
        np.testing.assert_array_equal(value, state[name])
    shown = model.train_on_batch(X, TARGETS[loss])
    for variable in model.trainable_variables:
        after = trace.weights[variable.path].after
        if engine == "native":
            np.testing.assert_array_equal(variable.numpy(), after)
        # The interpreter holds float64, of which the trace shows float32.
        WEIGHTS_VS_REFERENCE.check(variable.numpy(), after)
    WORKED_IN_FLOAT32.check(trace.loss, float(shown))


@pytest.mark.parametrize("loss", TARGETS)
def test_apply_makes_the_step(loss: str) -> None:
    model, twin = build(loss), build(loss)
    twin.set_weights(model.get_weights())
    twin.set_state({**twin.state(), "seed": model.state()["seed"]})
    model.trace(X, TARGETS[loss], apply=True)
    twin.train_on_batch(X, TARGETS[loss])
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert model.optimizer.iterations == 1


@pytest.mark.parametrize("loss", TARGETS)
def test_gradients_of_weights_are_those_of_compute_gradients(loss: str) -> None:
    model = build(loss)
    trace = model.trace(X, TARGETS[loss])
    value, gradients = model.compute_gradients(X, TARGETS[loss])
    WORKED_IN_FLOAT32.check(trace.loss, value)
    for path, gradient in gradients.items():
        WEIGHTS_VS_REFERENCE.check(trace.weights[path].gradient, gradient, path)


@pytest.mark.parametrize("loss", TARGETS)
@pytest.mark.parametrize("place", ["activation", "pre_activation"])
def test_gradients_of_values_by_central_differences(loss: str, place: str) -> None:
    """A probe is added to a value of the hidden layer: dL/dvalue is the slope of L along it."""
    tail = keras.Sequential([keras.Input((4,)), layers.Dense(2, OUTPUTS[loss], name="out")])
    tail.compile("sgd", loss=loss)
    x = keras.Input((3,))
    head = layers.Dense(4, "tanh", name="h")
    model = keras.Model(x, tail.layers[-1](head(x)))
    model.compile("sgd", loss=loss)
    layer = model.trace(X, TARGETS[loss]).layer("h")
    h = 1e-2

    def loss_of(values: Any) -> float:
        a = np.tanh(values) if place == "pre_activation" else values
        return float(tail.test_on_batch(a.astype(np.float32), TARGETS[loss]))

    values = np.asarray(getattr(layer, place), np.float64)
    found = getattr(layer, f"{place}_gradient")
    for row, column in ((0, 0), (3, 2), (5, 3)):
        step = np.zeros_like(values)
        step[row, column] = h
        slope = (loss_of(values + step) - loss_of(values - step)) / (2.0 * h)
        TRACE_VS_DIFFERENCES.check(found[row, column], slope)


@pytest.mark.parametrize("loss", TARGETS)
def test_loss_terms_and_penalties_make_the_loss(loss: str) -> None:
    trace = build(loss).trace(X, TARGETS[loss])
    assert trace.loss_terms is not None
    assert trace.loss_terms.shape == (6,)
    WORKED_IN_FLOAT32.check(float(trace.loss_terms.mean()), np.float32(trace.data_loss))
    # Keras's l2: 0.01 Σ w².
    kernel = trace.weights["h1/kernel"].before.astype(np.float64)
    assert list(trace.penalties) == ["h1/kernel"]
    WORKED_IN_FLOAT32.check(trace.penalties["h1/kernel"], 0.01 * float(np.sum(kernel**2)))


def test_crossentropy_of_saturated_outputs_keeps_its_gradient() -> None:
    """p = 1 to the last bit and y = 0: dL/dz = p - y = 1 although p (1 - p) is 0."""
    one = constant(60.0)
    dense = layers.Dense(1, "sigmoid", use_bias=False, kernel_initializer=one, name="o")
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile("sgd", loss="binary_crossentropy")
    output = model.trace(np.ones((1, 1)), np.zeros((1, 1))).layer("o")
    WORKED_IN_FLOAT32.check(output.activation, [[1.0]])
    WORKED_IN_FLOAT32.check(output.pre_activation_gradient, [[1.0]])


def test_softmax_has_no_slope_element_by_element() -> None:
    loss = "sparse_categorical_crossentropy"
    trace = build(loss).trace(X, TARGETS[loss])
    assert trace.layer("out").slope is None
    assert trace.layer("h2").slope is None  # the identity
    z = trace.layer("soft").pre_activation
    assert z is not None
    WEIGHTS_VS_REFERENCE.check(trace.layer("soft").slope, 1.0 / (1.0 + np.exp(-z)))


def test_dead_and_saturated_units() -> None:
    # Of three relus one never fires and one always; of three tanhs one is flat on both rows.
    x = np.array([[1.0], [2.0]], np.float32)
    inputs = keras.Input((1,))
    weights = constant([[-1.0, 1.0, 1.0]])
    shifts = constant([0.0, 0.0, -1.5])
    relu = layers.Dense(3, "relu", kernel_initializer=weights, bias_initializer=shifts, name="relu")
    tanh = layers.Dense(3, "tanh", kernel_initializer=constant([[9.0, 0.1, 0.1]]), name="tanh")
    joined = layers.Concatenate()([relu(inputs), tanh(inputs)])
    model = keras.Model(inputs, layers.Dense(1)(joined))
    model.compile("sgd", loss="mse")
    trace = model.trace(x, np.zeros((2, 1)))
    assert trace.layer("relu").dead_units.tolist() == [True, False, False]
    WORKED_IN_FLOAT32.check(trace.layer("relu").dead_share, 1 / 3)
    # relu: unit 1 twice and unit 3 once have slope 0; tanh: 1 - tanh²(9) is below 0.05.
    WORKED_IN_FLOAT32.check(trace.layer("relu").saturated_share, 3 / 6)
    WORKED_IN_FLOAT32.check(trace.layer("tanh").saturated_share, 2 / 6)


@pytest.mark.parametrize("engine", ["native"], indirect=True)
def test_loss_that_is_not_finite_is_shown() -> None:
    model = worked_model(keras.optimizers.SGD(0.1))
    trace = model.trace(np.array([[1e30]]), np.array([[0.0]]))
    assert not trace.is_finite
    assert not np.isfinite(trace.loss)
    assert trace.weights["h/kernel"].update.item() == 0.0
    assert model.optimizer.iterations == 0
    # What is finite can still be read.
    WORKED_IN_FLOAT32.check(trace.layer("h").activation, [[2e30]])


def test_weights_of_rows() -> None:
    # Terms (7-5)² and 1² with weights 1 and 3: (4 + 3) / 2.
    model = worked_model(keras.optimizers.SGD(0.1))
    x, y = np.array([[1.0], [-1.0]]), np.array([[5.0], [0.0]])
    trace = model.trace(x, y, sample_weight=np.array([1.0, 3.0]))
    WORKED_IN_FLOAT32.check(trace.loss, 3.5)
    WORKED_IN_FLOAT32.check(trace.loss_terms, [4.0, 3.0])


def test_layer_of_ones_own_is_traced() -> None:
    class Square(keras.Layer):
        def call(self, x: Any) -> Any:
            return ops.square(x)

    model = keras.Sequential([keras.Input((1,)), Square(name="square"), layers.Dense(1, name="o")])
    model.compile("sgd", loss="mse")
    layer = model.trace(np.array([[3.0]]), np.array([[0.0]])).layer("square")
    WORKED_IN_FLOAT32.check(layer.activation, [[9.0]])
    assert layer.pre_activation is None
    assert layer.activation_gradient is not None


def test_layer_that_is_used_twice_is_listed_twice() -> None:
    x = keras.Input((2,))
    dense = layers.Dense(2, "tanh", name="twice")
    model = keras.Model(x, dense(dense(x)))
    model.compile("sgd", loss="mse")
    first, second = model.trace(np.ones((1, 2)), np.zeros((1, 2))).layers
    CHAIN_IN_FLOAT32.check(np.tanh(second.pre_activation), second.activation)
    CHAIN_IN_FLOAT32.check(np.tanh(first.pre_activation), first.activation)
    assert not np.array_equal(first.activation, second.activation)


def test_refusals() -> None:
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, name="line")])
    with pytest.raises(NotBuiltError):
        model.trace(np.ones((1, 1)), np.ones((1, 1)))
    model.compile("sgd", loss="mse")
    trace = model.trace(np.ones((1, 1)), np.ones((1, 1)))
    with pytest.raises(UnknownNameError, match="Did you mean 'line'"):
        trace.layer("lime")
