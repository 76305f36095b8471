"""Layers beside real Keras: who says whether they train, what they assign, single ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from parity.draws import draw_uniform
from parity.structures import check_numbers

X = draw_uniform(91, 12, 4)


# In training or not.


def tell(k: ModuleType, default: bool | None) -> Any:
    class Tell(k.layers.Layer):  # type: ignore[name-defined, misc]
        def call(self, x: Any, training: bool | None = default) -> Any:
            return x * (1.0 if training is None else 2.0 if training else 3.0)

    return Tell()


def nest(k: ModuleType, layer: Any, told: bool | None, where: str) -> Any:
    said: dict[str, Any] = {} if told is None else {"training": told}
    x = k.Input((4,))
    if where == "in a layer":

        class Outer(k.layers.Layer):  # type: ignore[name-defined, misc]
            def __init__(self) -> None:
                super().__init__()
                self.inner = layer

            def call(self, x: Any) -> Any:
                return self.inner(x, **said)

        return k.Sequential([k.Input((4,)), Outer()])
    if where == "connected":
        return k.Model(x, layer(x, **said))
    inner = k.Model(x, layer(x, **said) if where == "in a model" else layer(x))
    y = k.Input((4,))
    return k.Model(y, inner(y) if where == "in a model" else inner(y, **said))


PLACES = ["connected", "in a model", "by a model", "in a layer"]


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("told", [True, False, None])
@pytest.mark.parametrize("default", [True, None])
def test_who_says_whether_it_is_training(
    default: bool | None, told: bool | None, where: str, keras: ModuleType, subject: ModuleType
) -> None:
    found = []
    for k in (keras, subject):
        model = nest(k, tell(k, default), told, where)
        ways = [
            model.predict(X, verbose=0),
            model.predict_on_batch(X),
            model(X),
            model(X, training=True),
            model(X, training=False),
        ]
        found.append([round(float(np.asarray(way)[0, 0] / X[0, 0])) for way in ways])
    assert found[1] == found[0]


@pytest.mark.parametrize("told", [True, False])
def test_what_a_layer_was_told_is_in_the_file(
    told: bool, keras: ModuleType, subject: ModuleType, tmp_path: Path
) -> None:
    for k in (keras, subject):
        x = k.Input((4,))
        k.Model(x, k.layers.Dropout(0.5)(x, training=told)).save(tmp_path / f"{k.__name__}.keras")
    for k in (keras, subject):
        for source in (keras, subject):
            model = k.models.load_model(tmp_path / f"{source.__name__}.keras")
            assert bool((np.asarray(model(X)) == 0).any()) is told
            assert not (model.predict(X, verbose=0) == 0).any()


# State.


def count(k: ModuleType, twice: bool) -> list[Any]:
    class Count(k.layers.Layer):  # type: ignore[name-defined, misc]
        def build(self, shape: Any) -> None:
            self.scale = self.add_weight(shape=(), initializer="ones")
            self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
            self.mean = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x: Any) -> Any:
            self.calls.assign_add(1.0)
            self.mean.assign(k.ops.mean(x))
            return x * self.scale

    class Held(k.Model):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer = Count()

        def call(self, x: Any) -> Any:
            return self.layer(self.layer(x)) if twice else self.layer(x)

    model = Held()
    model.compile("sgd", "mse")
    model(X)
    layer, seen = model.layer, []

    def note(_: Any) -> None:
        seen.append([float(np.asarray(v)) for v in (layer.calls, layer.mean)])

    layer.calls.assign(0.0)
    note(model.predict(X, batch_size=5, verbose=0))
    note(model.predict(X, batch_size=5, steps=2, verbose=0))
    note(model.predict_on_batch(X[:3]))
    note(model(X))
    note(model.evaluate(X, X, batch_size=5, verbose=0))
    note(model.fit(X, X, batch_size=5, shuffle=False, verbose=0))
    note(layer(X))
    return seen


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_what_a_call_assigns_stays(twice: bool, keras: ModuleType, subject: ModuleType) -> None:
    check_numbers(count(subject, twice), count(keras, twice))


# Single layers.


def set_policy(k: ModuleType) -> Any:
    layer = k.layers.Dense(2)
    layer.dtype_policy = "mixed_bfloat16"
    return [layer.compute_dtype, layer.dtype_policy.name]


def shape_of_chain(k: ModuleType, shape: tuple[int, ...]) -> Any:
    return k.Sequential([k.Input((4,)), k.layers.Dense(3)]).compute_output_shape(shape)


CUBE = np.arange(24.0).reshape(2, 3, 4)
PARTS: dict[str, Callable[[ModuleType], Any]] = {
    "flatten 3": lambda k: k.layers.Flatten(data_format="channels_first")(CUBE),
    "flatten 4": lambda k: k.layers.Flatten("channels_first")(CUBE.reshape(2, 3, 2, 2)),
    "flatten 2": lambda k: k.layers.Flatten("channels_first")(CUBE[0]),
    "flatten 1": lambda k: k.layers.Flatten("channels_first")(CUBE[0, 0]),
    "multi_hot row": lambda k: k.layers.CategoryEncoding(4)(np.array([1, 2])),
    "count list": lambda k: k.layers.CategoryEncoding(4, "count")([1, 2, 2]),
    "one_hot number": lambda k: k.layers.CategoryEncoding(4, "one_hot")(2),
    "weighted row": lambda k: k.layers.CategoryEncoding(4, "count")(
        np.array([1, 2, 2]), count_weights=np.array([0.5, 0.25, 2.0])
    ),
    "rows of a shape": lambda k: k.layers.Dense(2).compute_output_shape((5, 7, 3)),
    "rows of several shapes": lambda k: k.layers.Concatenate().compute_output_shape(
        [(5, 3), (5, 4)]
    ),
    "rows of a model": lambda k: k.Sequential(
        [k.Input((4,)), k.layers.Dense(3)]
    ).compute_output_shape((6, 4)),
    "whole numbers": lambda k: k.layers.Layer().add_weight((2,), dtype="int32"),
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_values(part: Callable[[ModuleType], Any], keras: ModuleType, subject: ModuleType) -> None:
    check_numbers(part(subject), part(keras))


def test_channels_first_in_a_model(keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):
        model = k.Sequential([k.Input((3, 4)), k.layers.Flatten("channels_first")])
        again = k.Sequential.from_config(model.get_config())
        found.append(again.predict(CUBE, verbose=0))
    check_numbers(found[1], found[0])


@pytest.mark.parametrize("shape", [(), (3,), (3, 2)])
def test_weights_begin_as_glorot_says(
    shape: tuple[int, ...], keras: ModuleType, subject: ModuleType
) -> None:
    # ±√(6 / (fan_in + fan_out)); of a scalar the fans are 1, of a vector its length.
    limit = np.sqrt(6.0 / (sum(shape) if len(shape) == 2 else 2 * (shape or (1,))[0]))
    for k in (keras, subject):
        drawn = np.array([np.asarray(k.layers.Layer().add_weight(shape)) for _ in range(60)])
        assert 0.8 * limit < np.abs(drawn).max() <= limit


def test_the_policy_of_a_layer_can_be_set(keras: ModuleType, subject: ModuleType) -> None:
    assert set_policy(subject) == set_policy(keras) == ["bfloat16", "mixed_bfloat16"]


REFUSED: dict[str, Callable[[ModuleType], Any]] = {
    "layer": lambda k: k.layers.Dense(2, name="a/b"),
    "input": lambda k: k.Input((2,), name="a/b"),
    "chain": lambda k: k.Sequential(name="a/b"),
    "empty chain": lambda k: k.Sequential().build((None, 4)),
    "two of one name": lambda k: k.Sequential([k.layers.ReLU(name="a"), k.layers.ELU(name="a")]),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_what_is_refused(
    make: Callable[[ModuleType], Any], keras: ModuleType, subject: ModuleType
) -> None:
    for k in (keras, subject):
        with pytest.raises(ValueError, match=r"name|layer"):
            make(k)


# What `call` is given, and what input is refused.

DIRECT: dict[str, Callable[[ModuleType], Any]] = {
    "dense": lambda k: k.layers.Dense(2, kernel_initializer="ones"),
    "relu": lambda k: k.layers.Activation("relu"),
    "dropout": lambda k: k.layers.Dropout(0.0),
    "layer normalization": lambda k: k.layers.LayerNormalization(),
    "batch normalization": lambda k: k.layers.BatchNormalization(momentum=0.5),
    "sequential": lambda k: k.Sequential([k.layers.Dense(2, kernel_initializer="ones")]),
}


@pytest.mark.parametrize("training", [None, True, False])
@pytest.mark.parametrize("what", DIRECT)
def test_call_on_arrays(
    what: str, training: bool | None, keras: ModuleType, subject: ModuleType
) -> None:
    found = []
    for k in (keras, subject):
        layer = DIRECT[what](k)
        layer.build((None, 4))
        # Keras lets some layers not be told.
        is_told = "training" in inspect.signature(layer.call).parameters or k is subject
        said = {"training": training} if training is not None and is_told else {}
        found.append([layer.call(X, **said), *map(np.asarray, layer.get_weights())])
    check_numbers(*found)


def test_call_of_the_class_above(keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):

        class Twice(k.layers.Dense):  # type: ignore[name-defined, misc]
            def call(self, x: Any, training: Any = None) -> Any:
                return super().call(x, training=training) * 2.0

        layer = Twice(2, kernel_initializer="ones")
        layer.build((None, 4))
        found.append([layer.call(X), layer.call(X, training=True), layer(X)])
    check_numbers(*found)


def test_call_with_any_arguments(keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):

        class Sum(k.layers.Layer):  # type: ignore[name-defined, misc]
            def call(self, x: Any, factor: Any, *args: Any, **kwargs: Any) -> Any:
                return x * factor + sum(args) - kwargs.get("less", 0.0)

        class All(k.layers.Layer):  # type: ignore[name-defined, misc]
            def call(self, *args: Any, **kwargs: Any) -> Any:
                return args[0] - 2.0 * args[1]

        a, b = k.Input((4,)), k.Input((4,))
        model = k.Model([a, b], All()(Sum()(a, b, a, b, less=b), b))
        found.append([Sum()(X, X, X, less=X), All()(X, X), model.predict([X, X + 1.0], verbose=0)])
    check_numbers(*found)


SPECS: list[dict[str, Any]] = [
    {"ndim": 2},
    {"ndim": 3},
    {"min_ndim": 3},
    {"max_ndim": 1},
    {"axes": {-1: 4}},
    {"axes": {-1: 3}},
    {"shape": (None, 4)},
    {"shape": (None, 3)},
    {"shape": (None, 4, 1), "allow_last_axis_squeeze": True},
]


@pytest.mark.parametrize("given", SPECS, ids=str)
def test_input_spec(given: dict[str, Any], keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):
        spec = k.layers.InputSpec(**given)

        class Own(k.layers.Layer):  # type: ignore[name-defined, misc]
            def __init__(self, spec: Any = spec) -> None:
                super().__init__()
                self.input_spec = spec

            def call(self, x: Any) -> Any:
                return x

        is_refused = []
        for value in (X, k.Input((4,))):
            try:
                Own()(value)
                is_refused.append(False)
            except ValueError:
                is_refused.append(True)
        found.append((is_refused, repr(Own().input_spec), spec.get_config()))
    assert found[0] == found[1]


BUILT_IN: dict[str, Callable[[ModuleType], Any]] = {
    "dense": lambda k: k.layers.Dense(2),
    "flatten": lambda k: k.layers.Flatten(),
    "permute": lambda k: k.layers.Permute((1,)),
    "repeat": lambda k: k.layers.RepeatVector(2),
    "dropout": lambda k: k.layers.Dropout(0.5),
}


@pytest.mark.parametrize("what", BUILT_IN)
def test_input_spec_of_layers(what: str, keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):
        layer = BUILT_IN[what](k)
        before = repr(layer.input_spec)
        layer.build((None, 4))
        found.append((before, repr(layer.input_spec)))
    assert found[0] == found[1]


def test_add_variable(keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):
        layer = k.layers.Layer()
        layer.add_variable((2,), "ones", trainable=False, name="a")
        (weight,) = layer.non_trainable_variables
        found.append((weight.name, tuple(weight.shape), np.asarray(weight).tolist()))
    assert found[0] == found[1]
