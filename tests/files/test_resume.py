"""What is read is what was written: training goes on bit by bit, and files appear whole."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import config, layers
from pronghorn.errors import FileError, NotBuiltError, ParameterError, UnknownNameError
from tolerances import LOSS_VS_REFERENCE

rng = np.random.default_rng(4)
X = rng.normal(size=(30, 3)).astype("float32")
Y = rng.integers(0, 2, 30)
ENDINGS = (".keras", ".h5", ".npz")
WEIGHT_ENDINGS = (".weights.h5", ".npz")


@pytest.fixture(params=["reference", "native"])
def engine(request: pytest.FixtureRequest) -> Any:
    with config.use_engine(request.param):
        yield request.param


def make_model(optimizer: Any = "adam") -> Any:
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(5, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


OPTIMIZERS = {
    "sgd": lambda: "sgd",
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "nadam": lambda: keras.optimizers.Nadam(0.01, clipnorm=1.0),
    "averages": lambda: keras.optimizers.AdamW(0.01, use_ema=True),
    "accumulation": lambda: keras.optimizers.SGD(0.1, gradient_accumulation_steps=3),
    "schedule": lambda: keras.optimizers.Lion(
        keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    ),
}


def train_on(model: Any, again: Any, engine: str) -> None:
    histories = [
        m.fit(X, Y, batch_size=8, epochs=4, initial_epoch=2, verbose=0).history["loss"]
        for m in (model, again)
    ]
    # The file holds float32, which is all that the native engine has.
    if engine == "native":
        assert histories[0] == histories[1]
        for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
            assert a.tobytes() == b.tobytes()
    else:
        LOSS_VS_REFERENCE.check(histories[1], histories[0])


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on_bit_by_bit(
    optimizer: str, ending: str, engine: str, tmp_path: Path
) -> None:
    model = make_model(OPTIMIZERS[optimizer]())
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    model.save(tmp_path / f"model{ending}")
    again = keras.models.load_model(tmp_path / f"model{ending}")
    assert again.optimizer.iterations == model.optimizer.iterations > 0
    train_on(model, again, engine)


@pytest.mark.parametrize("ending", WEIGHT_ENDINGS)
def test_training_goes_on_from_weights_and_the_same_compile(
    ending: str, engine: str, tmp_path: Path
) -> None:
    model = make_model()
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    model.save_weights(tmp_path / f"model{ending}")
    again = make_model()
    again.load_weights(tmp_path / f"model{ending}")
    train_on(model, again, engine)


def make_namesakes() -> Any:
    """Two nested models whose layers share a name."""
    parts = [
        keras.Sequential([keras.Input((3,)), layers.Dense(3, name="same")], name=name)
        for name in ("first", "second")
    ]
    model = keras.Sequential([keras.Input((3,)), *parts])
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("ending", ENDINGS)
def test_slots_of_weights_of_one_name_stay_apart(ending: str, tmp_path: Path) -> None:
    model = make_namesakes()
    model.fit(X, X, verbose=0)
    model.save(tmp_path / f"model{ending}")
    again = keras.models.load_model(tmp_path / f"model{ending}")
    for a, b in zip(again.optimizer_weights, model.optimizer_weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_the_state_of_weights_of_one_name_stays_apart() -> None:
    model, again = make_namesakes(), make_namesakes()
    model.fit(X, X, verbose=0)
    again.set_state(model.state())
    for a, b in zip(again.optimizer_weights, model.optimizer_weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_state_without_seed_changes_nothing() -> None:
    model, again = make_namesakes(), make_namesakes()
    model.fit(X, X, verbose=0)
    state = {name: array for name, array in model.state().items() if name != "seed"}
    with pytest.raises(ParameterError, match="seed"):
        again.set_state(state)
    assert again.optimizer.iterations == 0


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_frozen_layer_stays_frozen(ending: str, tmp_path: Path) -> None:
    model = make_model()
    model.layers[0].trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / f"model{ending}")
    again = keras.models.load_model(tmp_path / f"model{ending}")
    before = again.layers[0].get_weights()
    again.fit(X, Y, verbose=0)
    assert (again.layers[0].get_weights()[0] == before[0]).all()
    assert not again.layers[0].trainable


def make_branches() -> Any:
    """Branches of different lengths, a shared layer, nested models, two outputs."""
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(4)], name="inner")
    shared = layers.Dense(4, name="shared")
    left = shared(shared(inner(a)))
    right = layers.Dense(4, name="right")(b)
    both = layers.Concatenate(name="both")([left, right, inner(a)])
    return keras.Model({"a": a, "b": b}, [layers.Dense(2, name="out")(both), left], name="net")


@pytest.mark.parametrize("ending", ENDINGS)
def test_connected_layers_come_back_connected(ending: str, tmp_path: Path) -> None:
    model = make_branches()
    model.save(tmp_path / f"model{ending}")
    again = keras.models.load_model(tmp_path / f"model{ending}")
    assert not again.compiled
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    data = {"a": X, "b": X[:, :2]}
    for p, q in zip(model.predict(data, verbose=0), again.predict(data, verbose=0), strict=True):
        assert (p == q).all()


def test_load_without_compiling(tmp_path: Path) -> None:
    make_model().save(tmp_path / "model.keras")
    assert not keras.models.load_model(tmp_path / "model.keras", compile=False).compiled


@pytest.mark.parametrize("ending", ENDINGS)
def test_without_the_optimizer(ending: str, tmp_path: Path) -> None:
    model = make_model()
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / f"model{ending}", include_optimizer=False)
    again = keras.models.load_model(tmp_path / f"model{ending}")
    assert again.compiled and again.optimizer.iterations == 0


class Double(layers.Layer):
    def build(self, input_shape: Any) -> None:
        self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")

    def call(self, x: Any) -> Any:
        return keras.ops.multiply(x, self.factor.node() * 2.0)


def quarter(x: Any) -> Any:
    return x * 0.25


@pytest.mark.parametrize("ending", ENDINGS)
def test_own_things_need_custom_objects(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    model = keras.Sequential([keras.Input((3,)), Double(), layers.Activation(quarter)])
    model.save(path)
    with pytest.raises(UnknownNameError, match=r"Double.*custom_objects"):
        keras.models.load_model(path)
    names = {"Double": Double, "quarter": quarter}
    again = keras.models.load_model(path, custom_objects=names)
    np.testing.assert_array_equal(again(X), X / 2)
    with keras.saving.custom_object_scope(names):
        assert keras.models.load_model(path).count_params() == 3


def test_registered_things_are_found_by_their_package(tmp_path: Path) -> None:
    @keras.saving.register_keras_serializable(package="tests")
    class Halve(layers.Layer):
        def call(self, x: Any) -> Any:
            return x * 0.5

    model = keras.Sequential([keras.Input((3,)), Halve()])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again.layers[0]) is Halve
    assert keras.saving.get_registered_name(Halve) == "tests>Halve"


def test_a_lambda_without_a_name_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Activation(lambda x: x)])
    with pytest.raises(ParameterError, match="register"):
        model.save(tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [".", "/a", "a//b", "a" * 70_000, "a" * 64_508], ids=len)
def test_h5_refuses_names_that_it_cannot_keep(name: str, tmp_path: Path) -> None:
    layer = layers.Dense(2)
    layer.name = name
    model = keras.Sequential([keras.Input((3,)), layer])
    with pytest.raises(ParameterError, match=r"\.keras"):
        model.save(tmp_path / "model.h5")
    assert list(tmp_path.iterdir()) == []
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").layers[0].name == name


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("modell.keras", r"none of that name\. Did you mean 'model\.keras'\?"),
        ("other.h5", r"none of that name\. It was looked for in '/.*'"),
        ("nowhere/model.h5", r"There is no folder '/.*nowhere'"),
        ("saved.ckpt", r"Load it in TensorFlow"),
        ("saved.onnx", r"set_weights"),
        ("", r"received a folder\. Name the file itself"),
        ("hdf5.keras", r"received an HDF5 file: give it a name that ends in \.h5"),
        ("archive.h5", r"received an archive: give it a name that ends in \.keras"),
        ("empty.keras", "received an empty file"),
        ("empty.h5", "received an empty file"),
    ],
)
def test_a_name_that_is_not_read_says_why(name: str, advice: str, tmp_path: Path) -> None:
    model = make_model()
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    (tmp_path / "model.h5").rename(tmp_path / "hdf5.keras")
    (tmp_path / "archive.h5").write_bytes((tmp_path / "model.keras").read_bytes())
    for ending in (".keras", ".h5"):
        (tmp_path / f"empty{ending}").touch()
    with pytest.raises(FileError, match=advice):
        keras.models.load_model(tmp_path / name)


@pytest.mark.parametrize("kind", [FileNotFoundError, ValueError], ids=["Python", "Keras 3"])
def test_a_missing_file_is_what_others_call_it(kind: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(kind):
        keras.models.load_model(tmp_path / "model.keras")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"Make the folder '/.*deep'"):
        make_model().save(tmp_path / "deep" / "model.keras")


@pytest.mark.parametrize("name", ["model", "model.pkl", "model.safetensors"])
def test_other_endings_name_those_there_are(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.keras"):
        make_model().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_tensorflow_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    with pytest.raises(FileError, match="SavedModel"):
        keras.models.load_model(tmp_path / "saved")


def test_weights_of_a_model_that_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match="build"):
        keras.Sequential([layers.Dense(2)]).save_weights(tmp_path / "w.weights.h5")


def test_a_file_of_weights_is_no_model(tmp_path: Path) -> None:
    make_model().save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(FileError, match="load_weights"):
        keras.models.load_model(tmp_path / "w.weights.h5")


# Files appear whole, or not at all.


@pytest.mark.parametrize("ending", ENDINGS)
def test_existing_file_is_kept_on_request(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    path.write_bytes(b"precious")
    with pytest.raises(FileError, match="overwrite"):
        make_model().save(path, overwrite=False)
    assert path.read_bytes() == b"precious"


def test_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="folder"):
        make_model().save(tmp_path / "nowhere" / "model.keras")


def test_others_may_read_the_file(tmp_path: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    make_model().save(tmp_path / "model.keras")
    mode = stat.S_IMODE((tmp_path / "model.keras").stat().st_mode)
    assert mode == 0o666 & ~mask


@pytest.mark.parametrize("moment", ["fsync", "replace"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_failure_in_the_middle_leaves_the_old_file(
    ending: str, moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"model{ending}"
    model = make_model()
    model.save(path)
    before = path.read_bytes()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if moment == "fsync" else Path, moment, fail)
    with pytest.raises(FileError, match="No space left"):
        model.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_the_old_file(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system itself refuses to let the file grow."""
    path = tmp_path / f"model{ending}"
    model = make_model()
    model.save(path)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(FileError, match="room"):
            model.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


KILLED = """
import os, sys
import pronghorn as keras
model = keras.models.load_model(sys.argv[1])
model.set_weights([w * 0 for w in model.get_weights()])
os.fsync = lambda handle: os.kill(os.getpid(), 9)
model.save(sys.argv[1])
"""


def test_a_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    make_model().save(path)
    before = path.read_bytes()
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert ended.returncode == -9
    assert path.read_bytes() == before
