"""Optimizers written in Keras's manner take the steps that they take in Keras."""

from __future__ import annotations

import copy
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pronghorn
import tolerances
from parity import peers
from pronghorn import config
from pronghorn.errors import GraphError, ParameterError

rng = np.random.default_rng(7)
X = rng.normal(size=(8, 3)).astype(np.float32)
Y = rng.normal(size=(8, 1)).astype(np.float32)
KERNEL = rng.normal(size=(3, 4)).astype(np.float32)
LAST = rng.normal(size=(4, 1)).astype(np.float32)


def momentum(k: ModuleType) -> type:
    class Momentum(k.optimizers.Optimizer):  # type: ignore[misc,name-defined]
        """m ← 0.9 m − lr g; w ← w + m."""

        def __init__(self, learning_rate: float = 0.1, rate: float = 0.9, **kwargs: Any) -> None:
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.rate = rate

        def build(self, variables: Any) -> None:
            if self.built:
                return
            super().build(variables)
            self.momentums = [
                self.add_variable_from_reference(reference_variable=v, name="momentum")
                for v in variables
            ]

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            lr = k.ops.cast(learning_rate, variable.dtype)
            m = self.momentums[self._get_variable_index(variable)]
            self.assign(m, k.ops.subtract(k.ops.multiply(m, self.rate), gradient * lr))
            self.assign_add(variable, m)

    return Momentum


def corrected(k: ModuleType) -> type:
    class Corrected(k.optimizers.Optimizer):  # type: ignore[misc,name-defined]
        """Adam: two slots, and a correction by the number of the step."""

        def build(self, variables: Any) -> None:
            if self.built:
                return
            super().build(variables)
            self.first, self.second = self.add_optimizer_variables(variables, ["first", "second"])

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            step = k.ops.cast(self.iterations + 1, variable.dtype)
            i = self._get_variable_index(variable)
            m, v = self.first[i], self.second[i]
            alpha = learning_rate * k.ops.sqrt(1 - k.ops.power(0.99, step))
            alpha = alpha / (1 - k.ops.power(0.9, step))
            self.assign_add(m, (gradient - m) * 0.1)
            self.assign_add(v, (k.ops.square(gradient) - v) * 0.01)
            self.assign_sub(variable, m * alpha / (k.ops.sqrt(v) + 1e-7))

    return Corrected


def plain(k: ModuleType) -> type:
    class Plain(k.optimizers.Optimizer):  # type: ignore[misc,name-defined]
        """w ← w − lr g: no slots, no build."""

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            self.assign_sub(variable, k.ops.multiply(gradient, learning_rate))

    return Plain


MAKERS = {"momentum": momentum, "corrected": corrected, "plain": plain}


def train(k: ModuleType, make: Any, **arguments: Any) -> Any:
    x = k.Input((3,))
    hidden = k.layers.Dense(4, activation="tanh")(x)
    model = k.Model(x, k.layers.Dense(1, use_bias=False)(hidden))
    model.set_weights([KERNEL, np.zeros(4, np.float32), LAST])
    model.compile(make(k)(learning_rate=0.1, **arguments), "mse")
    for _ in range(5):
        model.train_on_batch(X, Y)
    return model


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"weight_decay": 0.1}, {"clipnorm": 0.1}, {"gradient_accumulation_steps": 2}],
    ids=["alone", "weight decay", "clipnorm", "accumulation"],
)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_steps_are_those_of_keras(make: Any, arguments: dict[str, Any], engine: str) -> None:
    expected = [np.asarray(w.value) for w in train(peers.import_keras(), make, **arguments).weights]
    with config.use_engine(engine):
        found = train(pronghorn, make, **arguments).get_weights()
    for one, other in zip(found, expected, strict=True):
        tolerances.OPS_VS_KERAS.check(one, other)


def test_slots_are_variables_of_the_optimizer() -> None:
    model = train(pronghorn, momentum)
    optimizer = model.optimizer
    shapes = [tuple(v.shape) for v in optimizer.variables]
    assert shapes == [(), (), (3, 4), (4,), (4, 1)]
    assert (optimizer.momentums[0].numpy() == optimizer.variables[2].numpy()).all()
    assert optimizer.momentums[0].numpy().any()


def test_apply_takes_the_same_steps() -> None:
    model = train(pronghorn, corrected)
    expected = model.get_weights()
    again = train(pronghorn, plain)
    again.set_weights([KERNEL, np.zeros(4, np.float32), LAST])
    optimizer = corrected(pronghorn)(learning_rate=0.1)
    for _ in range(5):
        _, gradients = again.compute_gradients(X, Y)
        optimizer.apply(gradients.values(), again.trainable_variables)
    for one, other in zip(again.get_weights(), expected, strict=True):
        tolerances.OPS_VS_KERAS.check(one, other)


def test_a_copy_trains_on_its_own() -> None:
    optimizer = copy.deepcopy(momentum(pronghorn)(learning_rate=0.1))
    model = train(pronghorn, lambda _: lambda **_: optimizer)
    for one, other in zip(
        model.get_weights(), train(pronghorn, momentum).get_weights(), strict=True
    ):
        assert (one == other).all()


def test_what_is_no_formula_of_elements_is_refused() -> None:
    class Normed(pronghorn.optimizers.Optimizer):
        def update_step(self, gradient: Any, variable: Any, rate: Any) -> None:  # type: ignore[override]
            variable.assign_sub(rate * gradient / pronghorn.ops.norm(gradient))

    with pytest.raises(GraphError, match=r"Normed.update_step: expected .*element by element"):
        train(pronghorn, lambda _: Normed)


def test_variables_of_no_weight_are_refused() -> None:
    class Counting(pronghorn.optimizers.Optimizer):
        def build(self, variables: Any) -> None:
            super().build(variables)
            self.counter = self.add_variable((), name="counter")

        def update_step(self, gradient: Any, variable: Any, rate: Any) -> None:  # type: ignore[override]
            variable.assign_sub(rate * gradient)

    with pytest.raises(ParameterError, match=r"Counting.add_variable.*self.iterations"):
        train(pronghorn, lambda _: Counting)
