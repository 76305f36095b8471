"""Optimizers of one's own: what a subclass states, and what the library makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import pronghorn as keras
from pronghorn import config, ops, optimizers
from pronghorn._core.errors import ParameterError


class Warmed(optimizers.Optimizer):
    """w ← w − lr (1 − 2^−t) (m + g), m ← m + g: a slot, its first value and a number of t."""

    def slots(self) -> tuple[str, ...]:
        return ("sum",)

    def initial_slot(self, name: str) -> float:
        return 1.0

    def corrections(
        self, rates: NDArray[np.float64], t: NDArray[np.float64]
    ) -> dict[str, NDArray[np.float64]]:
        return {"warm_rate": rates * (1.0 - 0.5**t)}

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        total = ops.add(slots["sum"], g)
        return w - total * scalars["warm_rate"], {"sum": total}


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_it_trains(engine: str) -> None:
    with config.use_engine(engine):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        model.set_weights([np.array([[2.0]])])
        model.compile(Warmed(0.5), "mae")
        # The loss is |w - 0| for x = 1, y = 0: a gradient of 1 while w > 0.
        for _ in range(2):
            model.train_on_batch(np.ones((4, 1)), np.zeros((4, 1)))
    # t = 1: m = 1 + 1, w = 2 − 0.5 · 0.5 · 2 = 1.5; t = 2: m = 3, w = 1.5 − 0.5 · 0.75 · 3
    assert model.get_weights()[0][0, 0] == 0.375
    assert model.optimizer_weights[0].numpy()[0, 0] == 3.0


def test_attributes_that_a_program_would_name_so() -> None:
    class Noted(optimizers.SGD):
        def __init__(self, rate: float) -> None:
            super().__init__(rate)
            self.state = {"phase": "warm"}

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[2.0]])])
    model.compile(Noted(0.5), "mae")
    model.train_on_batch(np.ones((4, 1)), np.zeros((4, 1)))
    assert model.get_weights()[0][0, 0] == 1.5
    assert model.optimizer.state == {"phase": "warm"}


def test_common_arguments_come_with_it() -> None:
    optimizer = Warmed(0.5, clipvalue=0.25, gradient_accumulation_steps=2, use_ema=True)
    assert optimizer.all_slots() == ("average", "gradient_accumulator", "sum")
    assert optimizer.get_config()["gradient_accumulation_steps"] == 2
    assert Warmed.from_config(optimizer.get_config()).get_config() == optimizer.get_config()


def test_a_step_of_other_arguments_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"Other.update_step: expected .*received .*gradient"):

        class Other(optimizers.Optimizer):
            def update_step(self, gradient: Any, variable: Any) -> Any:  # type: ignore[override]
                variable.assign(variable - gradient)
