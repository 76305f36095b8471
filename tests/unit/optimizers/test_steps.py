"""Optimizers against ten steps of real Keras, on arrays and as traced formulas."""

from typing import Any

import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import optimizers
from pronghorn._core.errors import ParameterError, UnknownNameError
from pronghorn.ir.formula import Formula
from pronghorn.ir.scalar import input_expr, lift, step_scalar
from tolerances import KINDS_VS_KERAS

CASES = read_cases("optimizers")


def make(case: dict[str, Any]) -> optimizers.Optimizer:
    optimizer: optimizers.Optimizer = getattr(optimizers, case["name"])(**case["kwargs"])
    return optimizer


@pytest.mark.parametrize("case", CASES)
def test_ten_steps_are_those_of_keras(case: dict[str, Any]) -> None:
    optimizer = make(case)
    w = np.asarray(case["start"])
    slots = {name: np.full(4, optimizer.initial_slot(name)) for name in optimizer.slots()}
    scalars = optimizer.step_scalars(np.arange(10))
    for step, gradient in enumerate(case["gradients"]):
        now = {name: values[step] for name, values in scalars.items()}
        w, slots = optimizer.update(w, np.asarray(gradient), slots, now)
        KINDS_VS_KERAS.check(w, case["weights"][step], f"step {step}")
    assert list(optimizer.slots()) == list(case["slots"])
    for name, expected in case["slots"].items():
        KINDS_VS_KERAS.check(slots[name], expected, name)


@pytest.mark.parametrize("case", CASES)
def test_traced_formula_takes_the_steps_of_keras(case: dict[str, Any]) -> None:
    optimizer = make(case)
    names = optimizer.slots()
    scalars = optimizer.step_scalars(np.arange(10))
    new, new_slots = optimizer.update(
        input_expr(0),
        input_expr(1),
        {name: input_expr(2 + i) for i, name in enumerate(names)},
        {name: step_scalar(name) for name in scalars},
    )
    formula = Formula(2 + len(names), (lift(new), *(lift(new_slots[name]) for name in names)))
    arrays = [np.asarray(case["start"]), *(np.zeros(4) for _ in names)]
    for step, gradient in enumerate(case["gradients"]):
        now = {name: float(values[step]) for name, values in scalars.items()}
        operands = [arrays[0], np.asarray(gradient), *arrays[1:]]
        arrays = list(formula.evaluate(operands, now, 1.0))
        KINDS_VS_KERAS.check(arrays[0], case["weights"][step], f"step {step}")


@pytest.mark.parametrize("case", CASES)
def test_slots_are_written_and_nothing_else(case: dict[str, Any]) -> None:
    optimizer = make(case)
    slots = dict.fromkeys(optimizer.slots(), 0.0)
    scalars = {name: values[0] for name, values in optimizer.step_scalars(np.zeros(1)).items()}
    _, new = optimizer.update(1.0, 0.5, slots, scalars)
    assert set(new) == set(slots)


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


@pytest.mark.parametrize("name", ["sgd", "SGD", "rmsprop", "RMSProp", "rms_prop", "ADAM", "adam"])
def test_names_in_any_case(name: str) -> None:
    if name == "rms_prop":
        with pytest.raises(UnknownNameError, match="rmsprop"):
            optimizers.get(name)
    else:
        assert type(optimizers.get(name)).__name__.lower() == name.lower()


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
        ("Adam", {"clipnorm": 1.0}),
        ("Adam", {"global_clipnorm": 1.0}),
        ("Adam", {"use_ema": True}),
        ("Adam", {"loss_scale_factor": 2.0}),
        ("Adam", {"gradient_accumulation_steps": 2}),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(cls: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{cls} {next(iter(kwargs))}: expected"):
        getattr(optimizers, cls)(**kwargs)


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
