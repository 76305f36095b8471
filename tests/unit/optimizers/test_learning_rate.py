"""The learning rate as Keras users handle it: a float, a variable, a schedule, a function."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from golden.kinds.cases import read_cases
from pronghorn import ops, optimizers
from pronghorn._core.errors import ParameterError
from pronghorn.optimizers import schedules
from tolerances import KINDS_VS_KERAS


@pytest.mark.parametrize("case", read_cases("schedules"))
class TestGoldenSchedule:
    def test_all_steps_at_once(self, case: dict[str, Any]) -> None:
        schedule = getattr(schedules, case["name"])(**case["kwargs"])
        KINDS_VS_KERAS.check(schedule(np.array(case["steps"])), case["rates"])

    def test_step_by_step(self, case: dict[str, Any]) -> None:
        schedule = getattr(schedules, case["name"])(**case["kwargs"])
        KINDS_VS_KERAS.check([schedule(step) for step in case["steps"]], case["rates"])
        assert isinstance(schedule(1), float)
        assert schedule(1).numpy() == np.float32(schedule(1))

    def test_an_optimizer_follows_it(self, case: dict[str, Any]) -> None:
        schedule = getattr(schedules, case["name"])(**case["kwargs"])
        optimizer = optimizers.SGD(schedule)
        rates = optimizer.step_scalars(np.array(case["steps"]))["learning_rate"]
        KINDS_VS_KERAS.check(rates, case["rates"])
        optimizer.iterations = case["steps"][7]
        KINDS_VS_KERAS.check(float(optimizer.learning_rate), case["rates"][7])

    def test_config_in_a_config(self, case: dict[str, Any]) -> None:
        optimizer = optimizers.SGD(getattr(schedules, case["name"])(**case["kwargs"]))
        written = json.loads(json.dumps(optimizers.serialize(optimizer)))
        again = optimizers.deserialize(written)
        assert again.get_config() == optimizer.get_config()
        assert repr(again) == repr(optimizer)


# Periods last 1000, 3000, 9000, … steps: the first step of each has the full rate.
def test_no_restart_is_missed() -> None:
    schedule = schedules.CosineDecayRestarts(0.5, 1000, t_mul=3.0)
    starts = [1000 * (3**i - 1) // 2 for i in range(9)]
    KINDS_VS_KERAS.check(schedule(np.array(starts)), [0.5] * 9)


class Stairs(schedules.LearningRateSchedule):
    """Plain Python, with a choice that no array could make."""

    def __init__(self, top: float) -> None:
        self.top = top

    def __call__(self, step: int) -> float:
        return self.top if step < 2 else self.top / step


class Tilted(schedules.LearningRateSchedule):
    """The same by operations, and through another schedule."""

    def __call__(self, step: int) -> Any:
        later = ops.divide(0.5, ops.maximum(ops.cast(step, "float64"), 1.0))
        return ops.where(step < 2, 0.5, later)


@pytest.mark.parametrize(
    "rate",
    [Stairs(0.5), Tilted(), lambda step: 0.5 if step < 2 else 0.5 / step],
    ids=["python", "ops", "function"],
)
def test_a_rate_of_ones_own(rate: Any) -> None:
    # 0.5 until step 2, then 0.5 / 2 and 0.5 / 4
    optimizer = optimizers.SGD(rate)
    rates = optimizer.step_scalars(np.array([0, 1, 2, 4]))["learning_rate"]
    assert rates.tolist() == [0.5, 0.5, 0.25, 0.125]
    assert optimizer.learning_rate == 0.5


def test_function_of_nothing_is_asked_every_step() -> None:
    drawn = iter([0.5, 0.25, 0.125])
    optimizer = optimizers.SGD(lambda: next(drawn))
    assert optimizer.step_scalars(np.arange(3))["learning_rate"].tolist() == [0.5, 0.25, 0.125]


def test_a_schedule_is_not_set_to_a_number() -> None:
    schedule = schedules.CosineDecay(0.5, 10)
    optimizer = optimizers.Adam(schedule)
    with pytest.raises(TypeError, match=r"expected another schedule \(it follows CosineDecay\)"):
        optimizer.learning_rate = 0.1
    optimizer.iterations = 5
    assert optimizer.learning_rate == 0.25
    optimizer.learning_rate = schedules.CosineDecay(1.0, 10)
    assert optimizer.learning_rate == 0.5


@pytest.mark.parametrize(
    ("cls", "arguments"),
    [
        ("ExponentialDecay", (0.5, 0, 0.5)),
        ("InverseTimeDecay", (0.5, 10, -1.0)),
        ("PiecewiseConstantDecay", ([1, 2], [0.5, 0.1])),
        ("PiecewiseConstantDecay", ([2, 1], [0.5, 0.1, 0.2])),
        ("PolynomialDecay", ("fast", 10)),
        ("CosineDecay", (0.5, -1)),
        ("CosineDecayRestarts", (0.5, 10, 0.5)),
    ],
    ids=str,
)
def test_bad_schedules_are_refused(cls: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ParameterError, match=f"{cls}.*: expected"):
        getattr(schedules, cls)(*arguments)


class TestReading:
    def test_is_a_float(self) -> None:
        rate = optimizers.SGD(0.5).learning_rate
        assert (float(rate), rate * 2, 1 - rate, f"{rate:.2f}") == (0.5, 1.0, 0.5, "0.50")
        assert repr(rate) == "0.5"
        assert json.dumps(rate) == "0.5"

    def test_has_the_methods_of_a_variable(self) -> None:
        rate = optimizers.SGD(0.5).learning_rate
        assert rate.numpy() == np.float32(0.5)
        assert rate.numpy().dtype == np.float32
        assert (rate.value, rate.shape, rate.name) == (0.5, (), "learning_rate")
        assert rate.path == "sgd/learning_rate"

    def test_assign_sets_the_optimizer(self) -> None:
        optimizer = optimizers.SGD(0.5)
        optimizer.learning_rate.assign(np.float32(0.25))
        assert optimizer.learning_rate == optimizer.lr == 0.25
        with pytest.raises(ParameterError):
            optimizer.learning_rate.assign("fast")
        assert optimizer.learning_rate == 0.25

    def test_count_of_steps(self) -> None:
        optimizer = optimizers.SGD(0.5)
        optimizer.iterations.assign(7)
        assert int(optimizer.iterations) == optimizer.iterations.numpy() == 7
        assert optimizer.iterations + 1 == 8
        assert optimizer.iterations.path == "sgd/iteration"

    @pytest.mark.parametrize("name", ["learning_rate", "iterations"])
    @pytest.mark.parametrize(
        "duplicate",
        [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))],
        ids=["deepcopy", "pickle"],
    )
    def test_a_copy_is_the_number_alone(self, name: str, duplicate: Any) -> None:
        again = duplicate(getattr(optimizers.SGD(0.5), name))
        assert type(again) in (float, int)


def test_a_fit_asks_a_function_once_a_step() -> None:
    asked: list[int] = []

    def rate(step: int) -> float:
        asked.append(step)
        return 0.5

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizers.SGD(rate), "mse")
    model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=2, epochs=2, verbose=0)
    assert asked == [0, 1, 2, 3, 4, 5]
