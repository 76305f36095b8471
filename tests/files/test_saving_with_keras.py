"""Values in the configs of a program's own classes: in real Keras's form, and back."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import keras as real
import numpy as np
import pytest

import pronghorn
from pronghorn.errors import FileError, ParameterError
from tolerances import OUTPUTS_ACROSS_FILES

# Keras's own variables lack an argument that this NumPy asks for.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*"),
]
VALUES = [
    None, True, 3, 0.5, math.inf, "text", [1, None, "a"], (1, 2.5), [], {}, {"a": (1, {"b": [2]})},
    {"class_name": "no config"}, np.float32(3), np.int64(2), np.bool_(True), np.arange(3),
    np.ones((2, 2), np.float32), np.array([True, False]), np.array(2.0), [np.float32(1), b"x"],
    b"bytes", slice(1, None), slice(None, np.int32(4), 2), ..., [slice(1), {"at": ...}],
]  # fmt: skip


def check_same(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            check_same(a, b)
    elif isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key in expected:
            check_same(found[key], expected[key])
    else:
        assert found == expected


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values(value: Any) -> None:
    config = pronghorn.saving.serialize_keras_object(value)
    assert config == real.saving.serialize_keras_object(value)
    read = pronghorn.saving.deserialize_keras_object(config)
    check_same(read, real.saving.deserialize_keras_object(config))
    through_text = pronghorn.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    check_same(through_text, read)


def test_nan() -> None:
    assert math.isnan(pronghorn.saving.serialize_keras_object([math.nan])[0])
    assert math.isnan(pronghorn.saving.deserialize_keras_object([math.nan])[0])


def test_tensor_of_keras() -> None:
    config = real.saving.serialize_keras_object(real.ops.convert_to_tensor([1.0, 2.0]))
    found = pronghorn.saving.deserialize_keras_object(config)
    check_same(found, np.array([1.0, 2.0], np.float32))


@pytest.mark.parametrize("value", [b"\xff", np.array(["a"]), np.ones(2, complex), object()])
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(ParameterError):
        pronghorn.saving.serialize_keras_object([value])


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
        {"class_name": "__numpy__", "config": {"value": ["a"], "dtype": "float32"}},
        {"class_name": "__numpy__", "config": None},
        {"class_name": "__bytes__", "config": {"value": 3}},
        {"class_name": "__slice__", "config": {"start": 1}},
        {"class_name": 3, "config": {}},
    ],
)
def test_damaged_values_are_refused(config: Any) -> None:
    with pytest.raises(ParameterError):
        pronghorn.saving.deserialize_keras_object(config)


def make_block(k: ModuleType) -> Any:
    class Block(k.layers.Layer):  # type: ignore[misc]
        def __init__(self, parts: Any, scale: Any, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.parts, self.scale = parts, scale

        def call(self, x: Any) -> Any:
            for part in self.parts:
                x = part(x)
            return x * float(self.scale[0])

        def get_config(self) -> dict[str, Any]:
            described = {
                name: k.saving.serialize_keras_object(getattr(self, name))
                for name in ("parts", "scale")
            }
            return {**super().get_config(), **described}

        @classmethod
        def from_config(cls, config: Any) -> Any:
            for name in ("parts", "scale"):
                config[name] = k.saving.deserialize_keras_object(config[name])
            return cls(**config)

    return Block


@pytest.mark.parametrize(
    ("source", "target"),
    [(pronghorn, real), (real, pronghorn), (pronghorn, pronghorn)],
    ids=["to_keras", "from_keras", "own"],
)
def test_layer_of_a_list_of_layers(source: ModuleType, target: ModuleType, tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    parts = [source.layers.Dense(5, activation="relu"), source.layers.Dense(2)]
    block = make_block(source)(parts, np.array([0.5], np.float32), name="block")
    model = source.Sequential([source.Input((3,)), block])
    expected = model.predict(x, verbose=0)
    model.save(tmp_path / "model.keras")
    own = {"Block": make_block(target)}
    again = target.models.load_model(tmp_path / "model.keras", custom_objects=own)
    OUTPUTS_ACROSS_FILES.check(again.predict(x, verbose=0), expected)


def test_text_of_a_model_that_is_not_compiled() -> None:
    model = real.Sequential([real.Input((4,)), real.layers.Dense(2)])
    again = pronghorn.models.model_from_json(model.to_json())
    assert not again.compiled
    assert again.output_shape == (None, 2)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("ending", [".keras", ".h5", ".hdf5", ".weights.h5"])
def test_folders_are_made_where_keras_makes_them(ending: str, tmp_path: Path) -> None:
    made = []
    for k in (pronghorn, real):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2)])
        path = tmp_path / k.__name__ / "folder" / f"model{ending}"
        with contextlib.suppress(OSError):
            model.save_weights(path) if "weights" in ending else model.save(path)
        made.append(path.is_file())
    assert made[0] == made[1] == (ending in (".h5", ".hdf5"))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    model = pronghorn.Sequential([pronghorn.Input((3,)), pronghorn.layers.Dense(2)])
    with pytest.raises(FileError):
        model.save(tmp_path / "file" / "model.h5")


@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
def test_bfloat16_is_named(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    theirs = real.Sequential([real.Input((3,)), real.layers.Dense(2, dtype="bfloat16")])
    theirs.save_weights(path) if "weights" in ending else theirs.save(path)
    ours = pronghorn.Sequential([pronghorn.Input((3,)), pronghorn.layers.Dense(2)])
    with pytest.raises(FileError, match=r"bfloat16, which is not read\. Save the model with"):
        ours.load_weights(path)
    if "weights" not in ending:
        with pytest.raises(FileError, match="bfloat16"):
            pronghorn.models.load_model(path)
