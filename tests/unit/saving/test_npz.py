"""Models in files: what is read is what was written, and what is damaged is refused."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import layers
from pronghorn.errors import FileError, UnknownNameError

rng = np.random.default_rng(4)
X = rng.normal(size=(30, 3)).astype("float32")
Y = rng.integers(0, 2, 30)


def make_model(optimizer: Any = "adam") -> Any:
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(5, activation="tanh"),
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
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on_bit_by_bit(optimizer: str, engine: str, tmp_path: Path) -> None:
    model = make_model(OPTIMIZERS[optimizer]())
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    model.save(tmp_path / "model.npz")
    again = keras.models.load_model(tmp_path / "model.npz")
    assert again.optimizer.iterations == model.optimizer.iterations == 8
    histories = [
        m.fit(X, Y, batch_size=8, epochs=4, initial_epoch=2, verbose=0).history
        for m in (model, again)
    ]
    # The file holds float32, which is all that the native engine has.
    if engine == "native":
        assert histories[0] == histories[1]
        for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
            assert a.tobytes() == b.tobytes()
    else:
        assert histories[0]["loss"] == pytest.approx(histories[1]["loss"], rel=1e-6)


def test_model_that_was_not_compiled(tmp_path: Path) -> None:
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Add()([layers.Dense(3)(x), x]))
    model.save(tmp_path / "model.npz")
    again = keras.models.load_model(tmp_path / "model.npz")
    assert not again.compiled
    assert (again.predict(X, verbose=0) == model.predict(X, verbose=0)).all()


def test_load_without_compiling(tmp_path: Path) -> None:
    make_model().save(tmp_path / "model.npz")
    assert not keras.models.load_model(tmp_path / "model.npz", compile=False).compiled


def test_without_the_optimizer(tmp_path: Path) -> None:
    model = make_model()
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.npz", include_optimizer=False)
    again = keras.models.load_model(tmp_path / "model.npz")
    assert again.compiled and again.optimizer.iterations == 0


def test_own_layer_needs_custom_objects(tmp_path: Path) -> None:
    class Double(layers.Layer):
        def call(self, x: Any) -> Any:
            return keras.ops.multiply(x, 2.0)

    model = keras.Sequential([keras.Input((3,)), Double()])
    model.save(tmp_path / "model.npz")
    with pytest.raises(UnknownNameError, match="Double"):
        keras.models.load_model(tmp_path / "model.npz")
    again = keras.models.load_model(tmp_path / "model.npz", custom_objects={"Double": Double})
    assert (again(X) == 2 * X).all()


def test_file_is_an_archive_that_numpy_reads(tmp_path: Path) -> None:
    model = make_model()
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert (archive["weights/0"] == model.get_weights()[0]).all()
        assert json.loads(archive["config"].tobytes())["format"] == "pronghorn-npz-1"
    assert stat.S_IMODE((tmp_path / "model.npz").stat().st_mode) & 0o600 == 0o600


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model"])
def test_other_endings_name_the_one_there_is(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.npz"):
        make_model().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_existing_file_is_kept_on_request(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(b"precious")
    with pytest.raises(FileError, match="overwrite"):
        make_model().save(path, overwrite=False)
    assert path.read_bytes() == b"precious"


def test_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="folder"):
        make_model().save(tmp_path / "nowhere" / "model.npz")


def test_failure_in_the_middle_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.npz"
    model = make_model()
    model.save(path)
    before = path.read_bytes()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(FileError, match="No space left"):
        model.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def rewrite(path: Path, **changes: Any) -> None:
    with np.load(path) as archive:
        members = {name: archive[name] for name in archive.files}
    members.update(changes)
    np.savez(path, **{name: value for name, value in members.items() if value is not None})


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"not an archive"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-40]),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        lambda path: path.write_bytes(np.lib.format.magic(1, 0) + b"\0" * 200),
        lambda path: rewrite(path, config=None),
        lambda path: rewrite(path, config=np.frombuffer(b"{", np.uint8)),
        lambda path: rewrite(path, config=np.frombuffer(b"[]", np.uint8)),
        lambda path: rewrite(path, config=np.frombuffer(b'{"format": "other"}', np.uint8)),
        lambda path: rewrite(path, **{"weights/0": None}),
        lambda path: rewrite(path, **{"weights/0": np.zeros((2, 2))}),
        lambda path: rewrite(path, **{"state/slots/0": np.zeros(1)}),
        lambda path: rewrite(path, **{"state/iterations": None}),
        lambda path: rewrite(path, **{"weights/0": np.array([{}], dtype=object)}),
        lambda path: np.savez_compressed(path, config=np.zeros(10**7, np.uint8)),
    ],
    ids=[
        "missing", "text", "empty", "cut", "cut_early", "array", "no_config", "no_json", "list",
        "format", "no_weight", "weight_shape", "slot_shape", "no_iterations", "object",
        "compressed",
    ],
)  # fmt: skip
def test_damaged_file_is_refused(damage: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    model = make_model()
    model.fit(X, Y, verbose=0)
    model.save(path)
    damage(path)
    with pytest.raises(FileError) as caught:
        keras.models.load_model(path)
    assert "\n" not in str(caught.value)


def test_flipped_bytes_never_pass_unnoticed(tmp_path: Path) -> None:
    """A flipped byte is refused, or sits where it changes nothing (padding, a time stamp)."""
    path = tmp_path / "model.npz"
    model = make_model()
    model.save(path)
    whole, expected = path.read_bytes(), model.get_weights()
    for position in rng.integers(0, len(whole), 60):
        changed = bytearray(whole)
        changed[position] ^= 0x10
        path.write_bytes(bytes(changed))
        try:
            found = keras.models.load_model(path).get_weights()
        except FileError:
            continue
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))
