"""Files go to real Keras 3 and come from it: equal predictions, equal losses from there on."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import keras as real
import numpy as np
import pytest

import pronghorn
from tolerances import LOSS_VS_KERAS, OUTPUTS_ACROSS_FILES

# Keras's own variables lack an argument that this NumPy asks for.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*"),
]
rng = np.random.default_rng(0)
A = rng.normal(size=(24, 4)).astype("float32")
B = rng.normal(size=(24, 3)).astype("float32")
CLASSES = rng.integers(0, 3, 24)
NUMBERS = rng.normal(size=(24, 3)).astype("float32")
YES = rng.integers(0, 2, (24, 1)).astype("float32")
Made = tuple[Any, Any, Any]


def make_chain(k: ModuleType) -> Made:
    model = k.Sequential(
        [
            k.Input((4,)),
            k.layers.Rescaling(0.5, offset=0.1),
            k.layers.Dense(6, activation="tanh", kernel_regularizer=k.regularizers.L2(0.01)),
            k.layers.BatchNormalization(),
            k.layers.Dense(6, kernel_constraint=k.constraints.MaxNorm(1.5)),
            k.layers.PReLU(),
            k.layers.LayerNormalization(),
            k.layers.Dense(3, activation="softmax"),
        ]
    )
    adam = k.optimizers.Adam(0.01, amsgrad=True)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, A, CLASSES


def make_branches(k: ModuleType) -> Made:
    a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(5, activation="relu")], name="inner")
    x = k.Input((5,), name="x")
    deeper = k.Model(x, k.layers.Dense(5, name="deep")(x), name="deeper")
    left = deeper(inner(a))
    right = k.layers.Dense(5, activation="relu", name="right")(b)
    shared = k.layers.Dense(3, name="shared")
    total = k.layers.Add(name="total")([shared(left), shared(right)])
    yes = k.layers.Dense(1, activation="sigmoid", name="yes")(left)
    model = k.Model([a, b], [total, yes], name="branches")
    model.compile(
        k.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        loss=["mse", k.losses.BinaryCrossentropy(label_smoothing=0.1)],
        metrics=[["mae"], ["accuracy"]],
        loss_weights=[1.0, 0.5],
    )
    return model, [A, B], [NUMBERS, YES]


def make_numbers(k: ModuleType) -> Made:
    """A schedule in place of the learning rate, a clipped norm, several layers of one class."""
    model = k.Sequential([k.Input((4,)), *(k.layers.Dense(3, activation="elu") for _ in range(3))])
    rate = k.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model.compile(k.optimizers.RMSprop(rate, clipnorm=1.0), "log_cosh", metrics=["mae"])
    return model, A, NUMBERS


NETS = {"chain": make_chain, "branches": make_branches, "numbers": make_numbers}
nets = pytest.mark.parametrize("make", NETS.values(), ids=NETS)
ways = pytest.mark.parametrize(
    ("source", "target"),
    [(pronghorn, real), (real, pronghorn)],
    ids=["to_keras", "from_keras"],
)


def make_normalization(k: ModuleType) -> list[Any]:
    layer = k.layers.Normalization()
    layer.adapt(A)
    return [layer]


def make_plain(k: ModuleType) -> list[Any]:
    la = k.layers
    return [
        la.LeakyReLU(negative_slope=0.1), la.ELU(0.5), la.ReLU(max_value=1.0, threshold=0.1),
        la.Reshape((2, 2)), la.PReLU(shared_axes=[1]), la.Permute((2, 1)), la.Flatten(),
        la.RepeatVector(2), la.Softmax(axis=-1), la.Activation("gelu"), la.Identity(),
    ]  # fmt: skip


def make_random(k: ModuleType) -> list[Any]:
    la = k.layers
    return [
        la.GaussianNoise(0.1, seed=1), la.GaussianDropout(0.1), la.AlphaDropout(0.1),
        la.Dropout(0.1, noise_shape=(None, 1)), la.ActivityRegularization(0.1),
    ]  # fmt: skip


def make_norms(k: ModuleType) -> list[Any]:
    la = k.layers
    return [
        la.BatchNormalization(axis=1, center=False, scale=False), la.LayerNormalization(axis=[1]),
        la.RMSNormalization(), la.UnitNormalization(), la.Rescaling(2.0, [1.0, 2.0, 3.0, 4.0]),
    ]  # fmt: skip


def make_dense(k: ModuleType) -> list[Any]:
    return [
        k.layers.Dense(3, activation=k.layers.LeakyReLU(negative_slope=0.3)),
        k.layers.Dense(
            3,
            kernel_initializer=k.initializers.HeNormal(seed=3),
            bias_initializer=k.initializers.Constant(0.2),
            kernel_constraint=k.constraints.UnitNorm(),
            bias_regularizer="l1",
        ),
    ]


LAYERS = [make_normalization, make_plain, make_random, make_norms, make_dense]


def make_subclass(k: ModuleType) -> Any:
    class Net(k.Model):  # type: ignore[misc]
        """Layers in attributes and lists, named in another order than they are used."""

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.zed = k.layers.Dense(3)
            self.blocks = [k.layers.Dense(4, activation="relu"), k.layers.Dense(4)]
            self.a = k.layers.BatchNormalization()

        def call(self, x: Any) -> Any:
            for block in self.blocks:
                x = block(x)
            return self.zed(self.a(x))

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    return Net


def fit(model: Any, x: Any, y: Any) -> list[float]:
    history = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    return list(history["loss"])


def check_same_outputs(model: Any, again: Any, x: Any) -> None:
    found, expected = again.predict(x, verbose=0), model.predict(x, verbose=0)
    if not isinstance(expected, list):
        found, expected = [found], [expected]
    for p, q in zip(found, expected, strict=True):
        OUTPUTS_ACROSS_FILES.check(p, q)


def check_same_training(model: Any, again: Any, x: Any, y: Any) -> None:
    LOSS_VS_KERAS.check(fit(again, x, y), fit(model, x, y))


@ways
@nets
def test_keras_archive(
    make: Callable[[ModuleType], Made], source: ModuleType, target: ModuleType, tmp_path: Path
) -> None:
    model, x, y = make(source)
    fit(model, x, y)
    model.save(tmp_path / "model.keras")
    again = target.models.load_model(tmp_path / "model.keras")
    check_same_outputs(model, again, x)
    check_same_training(model, again, x, y)


@nets
def test_h5_from_keras(make: Callable[[ModuleType], Made], tmp_path: Path) -> None:
    model, x, y = make(real)
    fit(model, x, y)
    model.save(tmp_path / "model.h5")
    again = pronghorn.models.load_model(tmp_path / "model.h5")
    check_same_outputs(model, again, x)
    check_same_training(model, again, x, y)


@nets
def test_h5_to_keras(make: Callable[[ModuleType], Made], tmp_path: Path) -> None:
    """Keras has no way to take over an optimizer's state from this format; it begins a new one."""
    model, x, y = make(pronghorn)
    fit(model, x, y)
    model.save(tmp_path / "model.h5")
    again = real.models.load_model(tmp_path / "model.h5")
    check_same_outputs(model, again, x)
    assert np.isfinite(fit(again, x, y)).all()


@ways
@nets
def test_weights(
    make: Callable[[ModuleType], Made], source: ModuleType, target: ModuleType, tmp_path: Path
) -> None:
    model, x, y = make(source)
    fit(model, x, y)
    model.save_weights(tmp_path / "model.weights.h5")
    again = make(target)[0]
    # Keras takes over the state of an optimizer only where its slots are made already.
    again.optimizer.build(again.trainable_variables)
    again.load_weights(tmp_path / "model.weights.h5")
    check_same_outputs(model, again, x)
    check_same_training(model, again, x, y)


@nets
def test_weights_by_layer_to_keras(make: Callable[[ModuleType], Made], tmp_path: Path) -> None:
    model, x, _ = make(pronghorn)
    model.save_weights(tmp_path / "model.h5")
    again = make(real)[0]
    again.load_weights(tmp_path / "model.h5")
    check_same_outputs(model, again, x)


@nets
def test_json_to_keras(make: Callable[[ModuleType], Made]) -> None:
    model, x, _ = make(pronghorn)
    again = real.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    check_same_outputs(model, again, x)


@nets
def test_order_of_layers_and_weights_is_that_of_keras(
    make: Callable[[ModuleType], Made],
) -> None:
    ours, theirs = make(pronghorn)[0], make(real)[0]
    shapes = [tuple(w.shape) for w in theirs.trainable_weights]
    assert [w.shape for w in ours.trainable_weights] == shapes
    assert [type(layer).__name__ for layer in ours.layers] == [
        type(layer).__name__.replace("Functional", "Model") for layer in theirs.layers
    ]


@nets
def test_archive_has_the_members_and_keys_of_keras(
    make: Callable[[ModuleType], Made], tmp_path: Path
) -> None:
    described = []
    for k in (pronghorn, real):
        make(k)[0].save(tmp_path / "model.keras")
        with zipfile.ZipFile(tmp_path / "model.keras") as archive:
            assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
            assert {m.compress_type for m in archive.infolist()} == {zipfile.ZIP_STORED}
            described.append(json.loads(archive.read("config.json")))
    ours, theirs = described
    assert ours.keys() == theirs.keys()
    for key in ("module", "class_name", "registered_name"):
        assert ours[key] == theirs[key]
    assert ours["compile_config"].keys() == theirs["compile_config"].keys()


@ways
@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("make", LAYERS)
def test_every_layer(
    make: Callable[[ModuleType], list[Any]],
    ending: str,
    source: ModuleType,
    target: ModuleType,
    tmp_path: Path,
) -> None:
    model = source.Sequential([source.Input((4,)), *make(source)])
    model.save(tmp_path / f"model{ending}")
    check_same_outputs(model, target.models.load_model(tmp_path / f"model{ending}"), A)


@ways
@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_subclass(ending: str, source: ModuleType, target: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    model = make_subclass(source)(name="net")
    expected = np.asarray(model(A))
    again = make_subclass(target)
    if ending == ".keras":
        model.save(path)
        read = target.models.load_model(path, custom_objects={"Net": again})
    else:
        model.save_weights(path)
        read = again(name="net")
        read(A)  # Keras makes the weights of a subclass with its first rows
        read.load_weights(path)
    OUTPUTS_ACROSS_FILES.check(np.asarray(read(A)), expected)
