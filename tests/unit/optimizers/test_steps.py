"""Optimizers: arguments, names, learning rates, the count of steps."""

from typing import Any

import mpmath
import numpy as np
import pytest

from pronghorn import optimizers
from pronghorn._core.errors import ParameterError, UnknownNameError
from pronghorn.optimizers._corrections import gathered
from tolerances import LESS_THAN_ONE_IN_FLOAT64


def test_old_decay_divides_the_rate() -> None:
    # Keras 2: lr / (1 + decay · iterations) = 0.5, 0.5 / 1.5, 0.5 / 2
    optimizer = optimizers.SGD(learning_rate=0.5, decay=0.5)
    rates = optimizer.step_scalars(np.arange(3))["learning_rate"]
    assert rates.tolist() == [0.5, 0.5 / 1.5, 0.25]


def test_old_name_of_the_learning_rate() -> None:
    optimizer = optimizers.Adam(lr=0.25)
    assert optimizer.learning_rate == 0.25
    optimizer.lr = 0.5
    assert optimizer.learning_rate == 0.5


@pytest.mark.parametrize("value", [1, np.float32(0.5), np.int64(2), np.array(0.25)], ids=str)
def test_numbers_of_every_type_are_taken(value: Any) -> None:
    assert optimizers.SGD(learning_rate=value).learning_rate == float(value)
    assert optimizers.SGD(momentum=0).slots() == ()
    assert optimizers.SGD(momentum=1).momentum == 1.0


@pytest.mark.parametrize("cls", ["Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam"])
def test_epsilon_of_keras_2(cls: str) -> None:
    assert getattr(optimizers, cls)(lr=0.5, epsilon=None, decay=0.0).epsilon == 1e-7


def test_a_new_rate_is_used_by_the_next_step() -> None:
    optimizer = optimizers.SGD(0.5)
    optimizer.learning_rate = 0.125
    assert optimizer.step_scalars(np.array([7]))["learning_rate"].tolist() == [0.125]


@pytest.mark.parametrize("value", ["fast", None, float("nan"), float("inf"), True])
def test_bad_rate_is_refused_and_nothing_changes(value: Any) -> None:
    optimizer = optimizers.RMSprop(0.5)
    with pytest.raises(ParameterError, match="RMSprop learning_rate: expected a finite number"):
        optimizer.learning_rate = value
    assert optimizer.learning_rate == 0.5


@pytest.mark.parametrize(
    "name",
    [
        "sgd", "SGD", "rmsprop", "RMSProp", "ADAM", "adam", "AdamW", "adamw", "adamax", "NADAM",
        "Adagrad", "adadelta", "FTRL", "lion",
    ],
)  # fmt: skip
def test_names_in_any_case(name: str) -> None:
    assert type(optimizers.get(name)).__name__.lower() == name.lower()


def test_misspelt_name() -> None:
    with pytest.raises(UnknownNameError, match="rmsprop"):
        optimizers.get("rms_prop")


@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        ("SGD", {"momentum": 1.5}),
        ("SGD", {"nesterov": "yes"}),
        ("RMSprop", {"rho": -0.1}),
        ("RMSprop", {"epsilon": -1e-7}),
        ("Adam", {"beta_1": 1.0}),
        ("Adam", {"beta_2": "0.9"}),
        ("Adam", {"clipvalue": 0.0}),
        ("Adam", {"weight_decay": -1}),
        ("Adam", {"clipnorm": 0.0}),
        ("Adam", {"global_clipnorm": -1.0}),
        ("Adam", {"use_ema": "yes"}),
        ("Adam", {"ema_momentum": 1.5}),
        ("Adam", {"ema_overwrite_frequency": 0}),
        ("Adam", {"loss_scale_factor": 0.0}),
        ("Adam", {"gradient_accumulation_steps": 1.5}),
        ("AdamW", {"weight_decay": None}),
        ("Adamax", {"beta_2": 1.0}),
        ("Nadam", {"epsilon": -1.0}),
        ("Adagrad", {"initial_accumulator_value": -0.1}),
        ("Adadelta", {"rho": 1.5}),
        ("Ftrl", {"learning_rate_power": 0.5}),
        ("Ftrl", {"l1_regularization_strength": -0.1}),
        ("Lion", {"beta_1": 0.0}),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(cls: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{cls} {next(iter(kwargs))}: expected"):
        getattr(optimizers, cls)(**kwargs)


@pytest.mark.parametrize(
    "pair",
    [("clipnorm", "clipvalue"), ("clipnorm", "global_clipnorm"), ("clipvalue", "global_clipnorm")],
    ids=str,
)
def test_one_clip_only(pair: tuple[str, str]) -> None:
    with pytest.raises(ParameterError, match="SGD: expected one of clipnorm"):
        optimizers.deserialize({"class_name": "SGD", "config": dict.fromkeys(pair, 1.0)})


def test_unknown_argument_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"expected arguments among .*received 'beta_3'"):
        optimizers.Adam(beta_3=0.5)


@pytest.mark.parametrize("identifier", [3, len, "x"], ids=["int", "function", "name"])
def test_get_refuses_the_rest(identifier: Any) -> None:
    with pytest.raises((ParameterError, UnknownNameError)):
        optimizers.get(identifier)


def test_iterations_count_up_only_in_whole_steps() -> None:
    optimizer = optimizers.Adam()
    optimizer.iterations = 5
    assert optimizer.iterations == 5
    with pytest.raises(ParameterError):
        optimizer.iterations = -1
    assert optimizer.iterations == 5


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.999, 0.99999])
def test_weight_of_the_steps_so_far(beta: float) -> None:
    """1 - beta^t to the last digit of a 1, also where the power is too small for a double."""
    steps = [1, 2, 10, 355, 1_000, 7_000, 1_000_000, 10_000_000]
    with mpmath.workdps(30):
        expected = [float(1 - mpmath.mpf(beta) ** t) for t in steps]
    for first in range(len(steps)):
        found = gathered(beta, np.array(steps[first:], float))
        LESS_THAN_ONE_IN_FLOAT64.check(found, expected[first:])
