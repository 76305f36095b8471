"""``build`` called by hand, by other layers and by first data: one set of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pronghorn import Input, Model, Sequential, layers
from pronghorn.errors import GraphError, ShapeError


class Block(layers.Layer):
    """Builds the layers inside itself, as Keras's guides do."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden = layers.Dense(5)

    def build(self, input_shape: Any) -> None:
        self.hidden.build(input_shape)
        self.built = True

    def call(self, x: Any) -> Any:
        return self.hidden(x)


class Gated(layers.Dense):
    """Builds its base first and then a weight of its own."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.gate = self.add_weight((self.units,), "ones", name="gate")

    def call(self, x: Any) -> Any:
        return super().call(x) * self.gate


class Failing(layers.Layer):
    def build(self, input_shape: Any) -> None:
        self.w = self.add_weight((2,), "ones")
        raise RuntimeError("no more")


def test_layers_built_inside_build_have_their_weights_once() -> None:
    model = Sequential([Input((3,)), Block()])
    assert [w.shape for w in model.weights] == [(3, 5), (5,)]


def test_built_by_hand_and_then_called_keeps_its_weights() -> None:
    layer = layers.Dense(2)
    layer.build((None, 3))
    kernel = layer.kernel
    layer(Input((3,)))
    assert layer.built
    assert layer.kernel is kernel
    assert len(layer.weights) == 2


def test_built_twice_is_built_once() -> None:
    layer = layers.Dense(2)
    layer.build((None, 3))
    layer.build((None, 3))
    assert len(layer.weights) == 2


def test_built_again_for_another_width_is_refused() -> None:
    layer = layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ShapeError, match="last axis 3"):
        layer.build((None, 4))


def test_build_of_the_base_is_a_part_of_build() -> None:
    layer = Gated(2)
    layer.build((None, 3))
    assert [w.shape for w in layer.weights] == [(3, 2), (2,), (2,)]
    assert layer.get_build_config() == {"input_shape": (None, 3)}


def test_build_that_fails_leaves_no_weights() -> None:
    layer = Failing()
    with pytest.raises(RuntimeError, match="no more"):
        layer.build((None, 3))
    assert (layer.weights, layer.built, hasattr(layer, "w")) == ([], False, False)


def test_first_weights_are_taken_by_build() -> None:
    kernel, bias = np.full((3, 2), 2.0, np.float32), np.ones(2, np.float32)
    layer = layers.Dense(2, weights=[kernel, bias])
    layer.build((None, 3))
    np.testing.assert_array_equal(layer.kernel.numpy(), kernel)


class Orphan(Model):
    """Its constructor forgets that of its base."""

    def __init__(self) -> None:
        self.hidden = layers.Dense(3)


@pytest.mark.parametrize("use", [lambda m: m(np.ones((2, 3))), lambda m: m.compile("sgd", "mse")])
def test_model_without_the_constructor_of_its_base(use: Any) -> None:
    with pytest.raises(GraphError, match=r"super\(\)\.__init__\(\)"):
        use(Orphan())
