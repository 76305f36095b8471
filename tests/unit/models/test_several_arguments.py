"""Models of one's own whose `call` takes several inputs, as in Keras."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pronghorn
import tolerances
from parity import peers

A = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
B = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
Y = A[:, :1] - B[:, :1]


def make(k: ModuleType) -> Any:
    class TwoInputs(k.Model):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.join = k.layers.Concatenate()
            self.dense = k.layers.Dense(1)

        def call(self, a: Any, b: Any, scale: float = 1.0, training: bool = False) -> Any:
            return self.dense(self.join([a, b])) * scale

    return TwoInputs()


def symbolic(k: ModuleType, model: Any) -> Any:
    a, b = k.Input((2,)), k.Input((4,))
    return k.Model([a, b], model(a, b)).predict([A, B], verbose=0)


CALLS: dict[str, Callable[[ModuleType, Any], Any]] = {
    "positions": lambda k, model: model(A, B),
    "names": lambda k, model: model(A, b=B),
    "a further option": lambda k, model: model(A, B, scale=3.0, training=True),
    "symbolic tensors": symbolic,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_output_is_that_of_keras(call: Callable[[ModuleType, Any], Any]) -> None:
    keras = peers.import_keras()
    peer, model = make(keras), make(pronghorn)
    peer(A, B)
    model(A, B)
    model.set_weights([np.asarray(w.value) for w in peer.weights])
    tolerances.OPS_VS_KERAS.check(np.asarray(call(pronghorn, model)), np.asarray(call(keras, peer)))


def test_built_by_its_first_call() -> None:
    model = make(pronghorn)
    assert model(A, B).shape == (6, 1)
    assert [w.shape for w in model.weights] == [(6, 1), (1,)]


def test_it_trains_on_a_list_of_its_inputs() -> None:
    model = make(pronghorn)
    before = float(np.mean((model(A, B) - Y) ** 2))
    model.compile(pronghorn.optimizers.SGD(0.1), "mse")
    model.fit([A, B], Y, epochs=30, verbose=0)
    assert float(np.mean((model(A, B) - Y) ** 2)) < before / 10
