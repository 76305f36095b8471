"""What layers and models say of themselves, beside what real Keras says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pronghorn
from pronghorn import Input, Model, Sequential, layers, metrics
from pronghorn.errors import ShapeError

LAYERS: dict[str, Callable[[Any], Any]] = {
    "Activation": lambda k: k.Activation("relu"),
    "ActivityRegularization": lambda k: k.ActivityRegularization(0.1),
    "AlphaDropout": lambda k: k.AlphaDropout(0.5),
    "BatchNormalization": lambda k: k.BatchNormalization(),
    "CategoryEncoding": lambda k: k.CategoryEncoding(3),
    "Concatenate": lambda k: k.Concatenate(),
    "Dense": lambda k: k.Dense(2),
    "Discretization": lambda k: k.Discretization(bin_boundaries=[0.0, 1.0]),
    "Dropout": lambda k: k.Dropout(0.5),
    "ELU": lambda k: k.ELU(),
    "Embedding": lambda k: k.Embedding(3, 2),
    "Flatten": lambda k: k.Flatten(),
    "GaussianDropout": lambda k: k.GaussianDropout(0.5),
    "GaussianNoise": lambda k: k.GaussianNoise(0.5),
    "GlobalAveragePooling1D": lambda k: k.GlobalAveragePooling1D(),
    "GlobalMaxPooling1D": lambda k: k.GlobalMaxPooling1D(),
    "Identity": lambda k: k.Identity(),
    "LayerNormalization": lambda k: k.LayerNormalization(),
    "LeakyReLU": lambda k: k.LeakyReLU(),
    "Normalization": lambda k: k.Normalization(),
    "PReLU": lambda k: k.PReLU(),
    "PReLU of shared axes": lambda k: k.PReLU(shared_axes=[1]),
    "Permute": lambda k: k.Permute((2, 1)),
    "RMSNormalization": lambda k: k.RMSNormalization(),
    "ReLU": lambda k: k.ReLU(),
    "RepeatVector": lambda k: k.RepeatVector(2),
    "Rescaling": lambda k: k.Rescaling(2.0),
    "Reshape": lambda k: k.Reshape((2, 6)),
    "Softmax": lambda k: k.Softmax(),
    "TimeDistributed": lambda k: k.TimeDistributed(k.Dense(2)),
    "UnitNormalization": lambda k: k.UnitNormalization(),
}


def _say_spec(spec: Any) -> Any:
    if isinstance(spec, list):
        return [_say_spec(one) for one in spec]
    names = ("shape", "ndim", "min_ndim", "max_ndim", "axes", "allow_last_axis_squeeze", "name")
    return None if spec is None else [getattr(spec, name) for name in names]


def _describe(layer: Any) -> list[Any]:
    return [layer.built, layer.get_build_config(), _say_spec(layer.input_spec), layer.metrics]


def _watch(make: Callable[[Any], Any], library: Any) -> list[Any]:
    """The layer new, built, and another one in a model."""
    shape = (None, 3) if make is LAYERS["RepeatVector"] else (None, 3, 4)
    layer = make(library.layers)
    found = [_describe(layer)]
    if make is not LAYERS["Concatenate"]:
        layer.build(shape)
        found.append(_describe(layer))
        other = make(library.layers)
        other(library.Input(shape[1:]))
        found.append(_describe(other))
    return found


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_layer_is_built_and_specified_as_in_keras(make: Callable[[Any], Any]) -> None:
    keras: Any = pytest.importorskip("keras", reason="real Keras is not installed")
    assert _watch(make, pronghorn) == _watch(make, keras)


def _functional(k: Any, inputs: Callable[[Any, Any], Any]) -> Any:
    x, z = k.Input((3,), name="b"), k.Input((4, 5), name="a")
    return k.Model(inputs(x, z), [k.layers.Dense(2)(x), k.layers.Dense(1)(z)])


@pytest.mark.parametrize(
    "inputs",
    [lambda x, z: [x, z], lambda x, z: {"b": x, "a": z}, lambda x, z: {"b": [x], "a": z}],
    ids=["list", "dict", "nested"],
)
def test_model_says_what_its_inputs_must_fit(inputs: Callable[[Any, Any], Any]) -> None:
    keras: Any = pytest.importorskip("keras", reason="real Keras is not installed")
    ours, theirs = (_functional(k, inputs) for k in (pronghorn, keras))
    assert _say_spec(ours.input_spec) == _say_spec(theirs.input_spec)


def test_sequential_leaves_that_to_its_layers() -> None:
    # As in Keras.
    assert Sequential([Input((3,)), layers.Dense(1)]).input_spec is None


def _ends(k: Any, outputs: Callable[..., Any]) -> Any:
    x = k.Input((3,), name="x")
    model = k.Model({"x": x}, outputs(k.layers.Dense(1)(x), k.layers.Dense(2)(x)))
    return [model.input_shape, model.output_shape]


@pytest.mark.parametrize(
    "outputs",
    [lambda a, b: [a], lambda a, b: {"z": a, "a": b}, lambda a, b: {"z": a, "a": [b, a]}],
    ids=["list of one", "dict", "nested"],
)
def test_shapes_of_ends_stand_in_a_list(outputs: Callable[..., Any]) -> None:
    keras: Any = pytest.importorskip("keras", reason="real Keras is not installed")
    assert _ends(pronghorn, outputs) == _ends(keras, outputs)


@pytest.mark.parametrize("make", [layers.BatchNormalization, lambda: layers.PReLU(shared_axes=[1])])
def test_input_of_another_rank_than_built_for_is_refused(make: Callable[[], Any]) -> None:
    layer = make()
    layer(np.ones((2, 3, 4)))
    with pytest.raises(ShapeError, match="expected 3 axes"):
        layer(np.ones((2, 4)))


class Counting(layers.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.mean = metrics.Mean(name="mean")
        self.parts = {"inner": [layers.Dense(1)], "more": [metrics.Sum(name="sum")]}

    def call(self, x: Any) -> Any:
        return x


def test_metrics_of_a_layer_are_its_own_and_those_of_layers_inside() -> None:
    class Outer(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.block = Counting()
            self.own = metrics.Mean(name="own")

    # Its own come first, as in Keras.
    assert [metric.name for metric in Outer().metrics] == ["own", "mean", "sum"]
    assert layers.Dense(1).metrics == []


def test_a_class_that_builds_weights_is_not_built_before() -> None:
    class Scaled(layers.Dropout):
        def build(self, input_shape: Any) -> None:
            self.factor = self.add_weight((), "ones")

        def call(self, x: Any, training: bool = False) -> Any:
            return super().call(x, training) * self.factor

    layer = Scaled(0.5)
    assert not layer.built
    layer(np.ones((1, 2)))
    assert (layer.built, len(layer.weights)) == (True, 1)


def test_shapes_of_several_inputs_go_by_the_names_of_build() -> None:
    class Bilinear(layers.Layer):
        def build(self, a_shape: Any, b_shape: Any) -> None:
            self.kernel = self.add_weight((a_shape[-1], b_shape[-1]), "ones", name="kernel")

        def call(self, a: Any, b: Any) -> Any:
            return (a @ self.kernel) * b

    layer = Bilinear()
    layer(Input((3,)), b=Input((2,)))
    # As Keras writes it into its files.
    shapes = {"shapes_dict": {"a_shape": (None, 3), "b_shape": (None, 2)}}
    assert layer.get_build_config() == shapes
    again = Bilinear()
    again.build_from_config(shapes)
    assert [w.shape for w in again.weights] == [(3, 2)]


def test_weights_and_models_are_printed_as_in_keras() -> None:
    dense = layers.Dense(1, name="q", kernel_initializer="zeros")
    dense.build((None, 2))
    text = "<Variable path=q/kernel, shape=(2, 1), dtype=float32, value=[[0.]\n [0.]]>"
    assert (repr(dense.kernel), str(dense.kernel)) == (text, text)
    x = Input((2,))
    assert repr(Model(x, dense(x), name="m")) == "<Functional name=m, built=True>"
    assert repr(Sequential(name="s")) == "<Sequential name=s, built=False>"


@pytest.mark.parametrize(
    ("layer", "values", "numbers"),
    [
        (layers.StringLookup(vocabulary=["a", "b"]), np.array([["b"], ["z"]]), [[2], [0]]),
        (layers.StringLookup(vocabulary=["a", "b"]), ["b", "z"], [2, 0]),
        (layers.IntegerLookup(vocabulary=[5, 7]), np.array([7, 1]), [2, 0]),
        (layers.TextVectorization(vocabulary=["x", "y"]), np.array(["y x z"]), [[3, 2, 1]]),
        (layers.Discretization(bin_boundaries=[0.0, 1.0]), np.array([0.5, 2.0]), [1, 2]),
    ],
    ids=["texts", "list", "numbers", "words", "bins"],
)
def test_lookups_by_hand_give_what_calling_them_gives(
    layer: Any, values: Any, numbers: Any
) -> None:
    # Unknown ones are 0, or 1 behind the padding; the first word of a vocabulary follows.
    found = layer.call(values)
    assert (found.tolist(), found.dtype) == (numbers, np.int64)
    assert layer(values).tolist() == numbers


NESTED = {
    "Hashing": (lambda: layers.Hashing(num_bins=3), [["A"], ["B"], ["C"]]),
    "StringLookup": (lambda: layers.StringLookup(vocabulary=["A", "B"]), [["A", "B"], ["C", "A"]]),
    "IntegerLookup": (lambda: layers.IntegerLookup(vocabulary=[7, 8]), [[7, 8], [9, 7]]),
    "Discretization": (lambda: layers.Discretization(bin_boundaries=[0.0, 1.0]), [[0.5], [2.0]]),
}


@pytest.mark.parametrize("kind", NESTED)
def test_lookups_take_lists_of_lists(kind: str) -> None:
    make, rows = NESTED[kind]
    found = make()(rows)
    np.testing.assert_array_equal(found, make()(np.array(rows)))
    assert np.shape(found) == np.shape(rows)
