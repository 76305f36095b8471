"""Steps on given gradients: the bits and the slots of ``fit``, what is refused, the state."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import config, optimizers
from pronghorn._core.errors import NotBuiltError, ParameterError, ShapeError
from pronghorn.layers._variable import Variable
from tolerances import WEIGHTS_VS_REFERENCE


@pytest.fixture(params=["native", "reference"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    with config.use_engine(request.param):
        yield request.param


def make_weights() -> list[Variable]:
    return [
        Variable(np.linspace(-1.0, 1.0, 6).reshape(3, 2), name="kernel"),
        Variable(np.array([0.5, -0.5]), name="bias"),
    ]


GRADIENTS = [np.linspace(0.5, -1.0, 6).reshape(3, 2), np.array([0.25, 2.0])]

# One layer without a bias and rows that are unit vectors: the gradient of the mean squared error
# over 2 rows is w - y, exactly.
ROWS = np.eye(2, dtype=np.float32)
TARGETS = np.array([[0.5], [-0.25]], np.float32)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "sgd": {"momentum": 0.9},
    "adam": {"amsgrad": True},
    "adamw": {"clipnorm": 0.5},
    "nadam": {"gradient_accumulation_steps": 2},
    "rmsprop": {"use_ema": True, "ema_overwrite_frequency": 2},
    "ftrl": {"global_clipnorm": 0.5},
}


def make_model(optimizer: optimizers.Optimizer) -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[1.0], [2.0]])])
    model.compile(optimizer, "mse")
    return model


def make_optimizer(name: str) -> optimizers.Optimizer:
    made: optimizers.Optimizer = optimizers.get({"class_name": name, "config": ARGUMENTS[name]})
    return made


def step_by_hand(model: Any) -> None:
    (kernel,) = model.weights
    model.optimizer.apply([kernel.numpy() - TARGETS], [kernel])


def step_of_fit(model: Any) -> None:
    model.train_on_batch(ROWS, TARGETS)


@pytest.mark.parametrize("name", ARGUMENTS)
class TestLikeFit:
    """On the native engine, whose numbers are float32 like the arrays that go in and out."""

    def test_same_bits(self, name: str) -> None:
        by_hand, fitted = make_model(make_optimizer(name)), make_model(make_optimizer(name))
        for _ in range(4):
            step_by_hand(by_hand)
            step_of_fit(fitted)
            np.testing.assert_array_equal(by_hand.get_weights()[0], fitted.get_weights()[0])
        states = [model.optimizer.get_weights() for model in (by_hand, fitted)]
        for a, b in zip(*states, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_same_slots(self, name: str) -> None:
        """Steps by hand and steps of fit in turn are steps of one optimizer."""
        mixed, fitted = make_model(make_optimizer(name)), make_model(make_optimizer(name))
        for step in (step_of_fit, step_by_hand, step_by_hand, step_of_fit):
            step(mixed)
            step_of_fit(fitted)
        assert mixed.optimizer.steps_taken == 4
        np.testing.assert_array_equal(mixed.get_weights()[0], fitted.get_weights()[0])

    def test_state_goes_to_another_optimizer(self, name: str) -> None:
        first, second = make_model(make_optimizer(name)), make_model(make_optimizer(name))
        for _ in range(3):
            step_by_hand(first)
        second.set_weights(first.get_weights())
        second.optimizer.build(second.trainable_weights)
        store: dict[str, Any] = {}
        first.optimizer.save_own_variables(store)
        second.optimizer.load_own_variables(store)
        for model in (first, second):
            step_by_hand(model)
        np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])

    @pytest.mark.parametrize(
        "duplicate",
        [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))],
        ids=["deepcopy", "pickle"],
    )
    def test_a_copy_of_a_model_goes_on_alike(self, name: str, duplicate: Any) -> None:
        model = make_model(make_optimizer(name))
        step_by_hand(model)
        step_of_fit(model)
        again = duplicate(model)
        step_of_fit(again)
        step_by_hand(again)
        for _ in range(2):
            step_of_fit(model)
        np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_apply_gradients_takes_pairs(engine: str) -> None:
    one, other = make_weights(), make_weights()
    optimizers.Adam(0.1).apply(GRADIENTS, one)
    adam = optimizers.Adam(0.1)
    assert adam.apply_gradients(zip(GRADIENTS, other, strict=True)) == 1
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_built_weights_need_not_be_named() -> None:
    weights = make_weights()
    sgd = optimizers.SGD(0.5)
    sgd.build(weights)
    sgd.apply(GRADIENTS)
    # 0.5 - 0.5 · 0.25 and -0.5 - 0.5 · 2
    np.testing.assert_array_equal(weights[1].numpy(), np.float32([0.375, -1.5]))


def test_a_weight_without_gradient_stays() -> None:
    weights = make_weights()
    before = weights[0].numpy()
    adam = optimizers.Adam(0.5, weight_decay=0.5)
    with pytest.warns(UserWarning, match="no gradients of kernel"):
        adam.apply([None, GRADIENTS[1]], weights)
    np.testing.assert_array_equal(weights[0].numpy(), before)
    assert (weights[1].numpy() != make_weights()[1].numpy()).all()


def test_averages_of_weights_at_rest_stay_their_values() -> None:
    weights = make_weights()
    sgd = optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5)
    sgd.build(weights)
    for _ in range(3):
        sgd.apply([GRADIENTS[1]], [weights[1]])
    sgd.finalize_variable_values(weights)
    np.testing.assert_array_equal(weights[0].numpy(), make_weights()[0].numpy())
    # w = 0.375, 0.25, 0.125 after the steps: a = 0.375, 0.3125, 0.21875
    assert weights[1].numpy()[0] == 0.21875


def test_variables_in_keras_s_words() -> None:
    adam = optimizers.Adam()
    assert [v.path for v in adam.variables] == ["adam/iteration", "adam/learning_rate"]
    adam.build(make_weights())
    assert [v.path for v in adam.variables[2:]] == [
        "adam/kernel_momentum",
        "adam/kernel_velocity",
        "adam/bias_momentum",
        "adam/bias_velocity",
    ]
    scheduled = optimizers.SGD(optimizers.schedules.CosineDecay(0.5, 10))
    assert [v.name for v in scheduled.variables] == ["iteration"]


def test_a_rate_that_a_file_rounded_is_not_rounded() -> None:
    adam = optimizers.Adam(0.001)
    adam.build(make_weights())
    adam.set_weights(adam.get_weights())
    assert adam.learning_rate == 0.001


@pytest.mark.parametrize(
    ("grads", "error", "match"),
    [
        ([GRADIENTS[0]], ParameterError, "expected 2 gradients"),
        ([GRADIENTS[1], GRADIENTS[1]], ShapeError, "gradient of 'kernel': expected .*3, 2"),
        ([None, None], ParameterError, "expected a gradient of some weight"),
    ],
    ids=["number", "shape", "none"],
)
def test_bad_gradients_are_refused(grads: Any, error: type[Exception], match: str) -> None:
    weights = make_weights()
    adam = optimizers.Adam()
    adam.build(weights)
    before = adam.get_weights()
    with pytest.raises(error, match=match):
        adam.apply(grads, weights)
    for a, b in zip(adam.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_unknown_weights_are_refused() -> None:
    adam = optimizers.Adam()
    adam.build(make_weights())
    with pytest.raises(ParameterError, match="the weights that the optimizer was built with"):
        adam.apply(GRADIENTS, make_weights())


def test_arrays_are_no_weights() -> None:
    with pytest.raises(ParameterError, match="expected variables of a layer or model"):
        optimizers.Adam().apply(GRADIENTS, [np.ones((3, 2)), np.ones(2)])


def test_weights_must_be_known() -> None:
    with pytest.raises(NotBuiltError, match=r"Call optimizer\.build"):
        optimizers.Adam().apply(GRADIENTS)


def test_state_of_another_shape_is_refused() -> None:
    adam = optimizers.Adam()
    adam.build(make_weights())
    arrays = adam.get_weights()
    with pytest.raises(ShapeError, match="state of 'adam': expected 6 arrays"):
        adam.set_weights([*arrays[:-1], np.zeros(3)])


def test_decay_is_chosen_before_the_first_step() -> None:
    adam = optimizers.AdamW()
    adam.apply(GRADIENTS, make_weights())
    with pytest.raises(ParameterError, match="a call before the first step"):
        adam.exclude_from_weight_decay(var_names=["bias"])


def test_weights_are_excluded_by_themselves() -> None:
    kernel, bias = make_weights()
    sgd = optimizers.SGD(0.5, weight_decay=0.5)
    sgd.exclude_from_weight_decay(var_list=[kernel])
    sgd.apply([np.zeros((3, 2)), np.zeros(2)], [kernel, bias])
    np.testing.assert_array_equal(kernel.numpy(), make_weights()[0].numpy())
    # w - 0.5 · 0.5 w
    np.testing.assert_array_equal(bias.numpy(), np.float32([0.375, -0.375]))


def test_an_accumulation_counts_the_changes_of_weights() -> None:
    weights = make_weights()
    sgd = optimizers.SGD(0.5, gradient_accumulation_steps=2)
    for _ in range(5):
        sgd.apply(GRADIENTS, weights)
    assert (sgd.iterations, sgd.steps_taken) == (2, 5)
    assert sgd.variables[0].numpy() == 5
    sgd.iterations.assign(3)
    assert (sgd.iterations, sgd.steps_taken) == (3, 6)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_fit_goes_on_from_the_state_of_another(name: str, engine: str) -> None:
    x = np.linspace(-1.0, 1.0, 20, dtype=np.float32).reshape(10, 2)
    whole, first = make_model(make_optimizer(name)), make_model(make_optimizer(name))
    for model in (whole, first):
        model.fit(x, x[:, :1], batch_size=3, shuffle=False, verbose=0)
    second = make_model(make_optimizer(name))
    second.set_weights(first.get_weights())
    second.set_state(first.state())
    for model in (whole, second):
        model.fit(x, x[:, :1], batch_size=3, shuffle=False, verbose=0)
    assert second.optimizer.steps_taken == 8
    if engine == "native":  # the reference engine keeps float64 between two fits
        np.testing.assert_array_equal(second.get_weights()[0], whole.get_weights()[0])
    else:
        WEIGHTS_VS_REFERENCE.check(second.get_weights()[0], whole.get_weights()[0])


def test_gradients_of_a_scaled_loss() -> None:
    weights = make_weights()
    sgd = optimizers.SGD(0.5, loss_scale_factor=4.0)
    sgd.apply([sgd.scale_loss(gradient) for gradient in GRADIENTS], weights)
    # 0.5 - 0.5 · 0.25 and -0.5 - 0.5 · 2: as without a factor
    np.testing.assert_array_equal(weights[1].numpy(), np.float32([0.375, -1.5]))
