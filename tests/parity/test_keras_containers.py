"""What holds layers, beside real Keras: operations, frozen parts, structures of inputs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from parity.draws import draw_uniform
from parity.structures import check_numbers

X = draw_uniform(91, 12, 4)
Z = draw_uniform(92, 12, 2)


# Operations between layers, and one layer several times.


def make_with_operations(k: ModuleType) -> Any:
    x = k.Input((4,), name="x")
    h = k.ops.relu(k.layers.Dense(3, name="hidden")(x) * 2.0 + 1.0)
    h = h - k.ops.mean(h, axis=-1, keepdims=True)
    outputs = [k.layers.Dense(1, name="out")(h), k.ops.concatenate([h[:, :2], h], axis=1)]
    return k.Model(x, outputs, name="net")


def make_outer(k: ModuleType) -> Any:
    x = k.Input((4,), name="y")
    return k.Model(x, make_with_operations(k)(x)[0] * 3.0, name="outer")


def make_same_layer_twice(k: ModuleType) -> Any:
    hidden = k.layers.Dense(4, name="hidden", kernel_initializer="ones")
    return k.Sequential([k.Input((4,)), hidden, k.layers.ReLU(name="relu"), hidden], name="net")


def make_subclass(k: ModuleType) -> Any:
    class Two(k.Model):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__(name="two")
            self.a = k.layers.Dense(3, name="a")

        def call(self, inputs: Any) -> Any:
            return self.a(inputs[0]) + self.a(inputs[1])

    return Two()


@pytest.mark.parametrize("make", [make_with_operations, make_outer])
def test_operations_are_no_layers(
    make: Callable[[ModuleType], Any], keras: ModuleType, subject: ModuleType
) -> None:
    found = []
    for k in (keras, subject):
        k.utils.clear_session()
        model = make(k)
        layers = [layer.name for layer in model.layers]
        found.append([layers, [o.name for o in model.operations], model.get_layer(index=1).name])
        with pytest.raises(ValueError, match="multiply"):
            model.get_layer("multiply")
    assert found[1] == found[0]


@pytest.mark.parametrize("make", [make_with_operations, make_outer, make_same_layer_twice])
@pytest.mark.parametrize("expand", [False, True], ids=["closed", "expanded"])
def test_summary(
    make: Callable[[ModuleType], Any], expand: bool, keras: ModuleType, subject: ModuleType
) -> None:
    found = []
    for k in (keras, subject):
        k.utils.clear_session()
        lines: list[str] = []
        make(k).summary(
            print_fn=lambda text, lines=lines, **_: lines.append(text),
            line_length=76,
            expand_nested=expand,
        )
        found.append([line.rstrip() for line in "\n".join(lines).splitlines() if line.strip()])
    assert found[1] == found[0]


def test_summary_of_a_call_of_several_inputs_has_no_connections(
    subject: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_subclass(subject)
    model([X, X])
    model.summary()
    assert "Connected" not in capsys.readouterr().out


def test_one_layer_several_times_in_a_chain(
    keras: ModuleType, subject: ModuleType, tmp_path: Path
) -> None:
    found = []
    for k in (keras, subject):
        model = make_same_layer_twice(k)
        model.compile("sgd", "mse")
        model.fit(X, X, verbose=0)
        copy = k.models.clone_model(model)
        counts = [[len(m.layers), len(m.weights), m.count_params()] for m in (model, copy)]
        found.append([counts, model.predict(X, verbose=0)])
    check_numbers(found[1], found[0])
    # Keras reads a shorter chain out of its file.
    model.save(tmp_path / "model.keras")
    again = subject.models.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in again.layers] == ["hidden", "relu", "hidden"]
    assert np.array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


# Frozen parts.


def freeze_model(model: Any) -> None:
    model.trainable = False


def thaw_a_layer_of_a_frozen_model(model: Any) -> None:
    model.trainable = False
    model.layers[-1].trainable = True


def freeze_a_weight(model: Any) -> None:
    model.layers[-1].kernel.trainable = False


def thaw_after_a_frozen_weight(model: Any) -> None:
    model.layers[-1].kernel.trainable = False
    model.trainable = True


def thaw_a_weight_of_a_frozen_layer(model: Any) -> None:
    model.layers[-1].trainable = False
    model.layers[-1].kernel.trainable = True


CHANGES = [
    lambda model: None,
    freeze_model,
    thaw_a_layer_of_a_frozen_model,
    freeze_a_weight,
    thaw_after_a_frozen_weight,
    thaw_a_weight_of_a_frozen_layer,
]
CHANGE_IDS = ["as made", *(change.__name__ for change in CHANGES[1:])]


def make_chain(k: ModuleType) -> Any:
    layers = [
        k.layers.Dense(3, trainable=False),
        k.layers.BatchNormalization(),
        k.layers.Dense(1),
    ]
    return k.Sequential([k.Input((4,)), *layers])


def make_nested(k: ModuleType) -> Any:
    x = k.Input((4,))
    return k.Model(x, k.layers.Dense(2)(make_chain(k)(x)))


@pytest.mark.parametrize("make", [make_chain, make_nested])
@pytest.mark.parametrize("change", CHANGES, ids=CHANGE_IDS)
def test_what_is_trainable(
    change: Callable[[Any], None],
    make: Callable[[ModuleType], Any],
    keras: ModuleType,
    subject: ModuleType,
) -> None:
    found = []
    for k in (keras, subject):
        model = make(k)
        change(model.layers[-2] if make is make_nested and change is CHANGES[2] else model)
        flags = [layer.trainable for layer in model.layers]
        weights = [bool(weight.trainable) for weight in model.weights]
        counts = [len(model.trainable_weights), len(model.non_trainable_weights)]
        found.append([model.trainable, flags, weights, counts])
    assert found[1] == found[0]


# Structures of inputs and outputs.


def make_structured(k: ModuleType) -> Any:
    x, z = k.Input((4,), name="x"), k.Input((2,), name="z")
    a = k.layers.Dense(1, kernel_initializer="ones", name="a")(x)
    b = k.layers.Dense(2, kernel_initializer="ones", name="b")(z)
    return k.Model({"p": [x], "q": (z,)}, {"r": (a,), "s": [b]})


LAID_OUT = {
    "as declared": {"p": [X], "q": (Z,)},
    "lists": {"p": [X], "q": [Z]},
    "in order": [X, Z],
    "by name": {"x": X, "z": Z},
}


def keep_model(model: Any, k: ModuleType, folder: Path) -> Any:
    return model


def save_and_load(model: Any, k: ModuleType, folder: Path) -> Any:
    model.save(folder / f"{k.__name__}.keras")
    return k.models.load_model(folder / f"{k.__name__}.keras")


def clone(model: Any, k: ModuleType, folder: Path) -> Any:
    return k.models.clone_model(model)


def put_inside(model: Any, k: ModuleType, folder: Path) -> Any:
    x, z = k.Input((4,), name="x"), k.Input((2,), name="z")
    return k.Model({"p": [x], "q": (z,)}, model({"p": [x], "q": (z,)}))


@pytest.mark.filterwarnings("ignore:The structure of `inputs`")
@pytest.mark.parametrize("turn", [keep_model, save_and_load, clone, put_inside])
@pytest.mark.parametrize("given", LAID_OUT.values(), ids=LAID_OUT)
def test_structures_in_structures(
    given: Any, turn: Any, keras: ModuleType, subject: ModuleType, tmp_path: Path
) -> None:
    found = []
    for k in (keras, subject):
        model = turn(make_structured(k), k, tmp_path)
        outputs = [model.predict(given, verbose=0), model(given)]
        found.append([*outputs, isinstance(outputs[1]["r"], tuple)])
    check_numbers(found[1], found[0])


def test_structures_are_trained(keras: ModuleType, subject: ModuleType) -> None:
    targets, given = {"r": (X[:, :1],), "s": [Z]}, LAID_OUT["as declared"]
    found = []
    for k in (keras, subject):
        model = make_structured(k)
        model.compile("sgd", "mse")
        history = model.fit(given, targets, validation_data=(given, targets), verbose=0).history
        found.append([history["loss"], history["val_loss"], model.get_weights()])
    check_numbers(found[1], found[0])


def test_a_layer_takes_lists_in_dicts(keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):

        class Add(k.layers.Layer):  # type: ignore[name-defined, misc]
            def call(self, x: Any) -> Any:
                return x["a"][0] - 2.0 * x["b"]

        a, b = k.Input((4,)), k.Input((4,))
        model = k.Model([a, b], Add()({"a": [a], "b": b}))
        found.append([Add()({"a": [X], "b": X + 1.0}), model.predict([X, X + 1.0], verbose=0)])
    check_numbers(found[1], found[0])


@pytest.mark.parametrize("said", [{}, {"training": True}, {"training": False}], ids=str)
def test_a_call_takes_what_predict_takes(
    said: dict[str, bool], keras: ModuleType, subject: ModuleType
) -> None:
    found = []
    for k in (keras, subject):
        one, other = k.Input((4,), name="one"), k.Input((4,), name="other")
        dropped = k.layers.Dropout(0.0)(one, training=True)
        by_name = k.Model([one, other], dropped - other)
        column = k.Sequential([k.Input((1,)), k.layers.Dense(2, kernel_initializer="ones")])
        parts = [by_name({"other": X, "one": 2.0 * X}, **said), by_name([X, 3.0 * X], **said)]
        found.append([*parts, column(X[:, 0], **said)])
    check_numbers(found[1], found[0])


def test_parts_beside_the_connected_ones(keras: ModuleType, subject: ModuleType) -> None:
    found = []
    for k in (keras, subject):

        class Two(k.Model):  # type: ignore[name-defined, misc]
            def __init__(self, x: Any, y: Any, beside: Any) -> None:
                super().__init__(x, y)
                self.beside = beside

        x = k.Input((4,), name="x")
        model = Two(x, k.layers.Dense(1, name="y")(x), k.layers.Dense(2, name="beside"))
        model.beside.build((None, 3))
        shapes = [list(weight.shape) for weight in model.weights]
        found.append([[layer.name for layer in model.layers], shapes])
    assert found[1] == found[0]
