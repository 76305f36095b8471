"""The order of the layers that a layer or model of one's own holds: that in which they came."""

from __future__ import annotations

import copy
import pickle
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pronghorn
from parity import peers
from pronghorn import layers

X = np.ones((2, 3), np.float32)


class Appended(layers.Layer):
    """Layers in lists that were empty when they became attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Any] = []
        self.last = layers.Dense(1)
        for _ in range(2):
            self.blocks.append(layers.Dense(3))

    def call(self, x: Any) -> Any:
        for block in self.blocks:
            x = block(x)
        return self.last(x)


def hold(k: ModuleType, base: Any) -> Any:
    class Holder(base):  # type: ignore[misc]
        def __init__(self, given: list[Any]) -> None:
            super().__init__()

            def dense(name: str) -> Any:
                return k.layers.Dense(1, name=name)

            self.dense, self.other, self.nested = [], [], [[], {}]
            for i in range(2):
                self.dense.append(dense(f"dense{i}"))
                self.other.append(dense(f"other{i}"))
            self.nested[0].append(dense("nested0"))
            self.nested[1]["key"] = dense("nested1")
            self.given = given
            self.single = dense("single")
            self.dense += [dense("added")]
            self.other.insert(0, dense("inserted"))
            self.pair = (dense("pair"),)
            self.other.extend([dense("extended")])
            self.table = {}
            self.table.update({"a": dense("updated")})
            self.table["b"] = dense("set")
            self.scale = self.add_weight(shape=(1,), name="scale")

        def call(self, x: Any) -> Any:
            parts = [self.single, *self.dense, *self.other, *self.nested[0], *self.pair]
            parts += [*self.given, *self.nested[1].values(), *self.table.values()]
            for part in parts:
                x = part(x)
            return x * self.scale

    return Holder([k.layers.Dense(1, name="given0"), k.layers.Dense(1, name="given1")])


@pytest.mark.parametrize("kind", ["Layer", "Model"])
def test_order_of_weights_is_that_of_keras(kind: str) -> None:
    keras = peers.import_keras()
    found = []
    for library, base in (
        (keras, keras.layers.Layer if kind == "Layer" else keras.Model),
        (pronghorn, layers.Layer if kind == "Layer" else pronghorn.Model),
    ):
        held = hold(library, base)
        held(X)
        found.append([w.path.split("/")[-2:] for w in held.weights[1:]])
    assert found[1] == found[0]


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))],
    ids=["deep", "pickle"],
)
def test_a_copy_keeps_the_order(copied: Any) -> None:
    layer = Appended()
    expected = layer(X)
    twin = copied(layer)
    assert [w.shape for w in twin.weights] == [w.shape for w in layer.weights]
    assert (twin(X) == expected).all()


def test_lists_of_numbers_are_equal_to_what_they_were() -> None:
    layer = layers.Identity()
    layer.units, layer.rates = [64, [32, 16]], {"a": [0.5]}
    assert layer.units == [64, [32, 16]]
    assert layer.rates == {"a": [0.5]}
    assert repr(layer.units) == "[64, [32, 16]]"
