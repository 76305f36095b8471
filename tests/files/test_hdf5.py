"""The reader of HDF5 against h5py: the same arrays and attributes, whatever h5py was told."""

from __future__ import annotations

import io
import sys
from typing import Any

import h5py
import numpy as np
import pytest

import pronghorn as keras
from files.conftest import SAMPLES
from pronghorn.errors import FileError
from pronghorn.files._hdf5 import Hdf5, read_hdf5
from pronghorn.files._limits import DamagedError

NUMBERS = ["<f2", "<f4", "<f8", ">f4", "<i2", ">i8", "u1", "u4", "bool"]
# What h5py may be told to write for: old and new headers, groups and indexes.
VERSIONS = [
    pytest.param({}, id="default"),
    pytest.param({"track_order": True}, id="in-order"),
    pytest.param({"libver": "latest"}, id="latest"),
    pytest.param({"libver": "latest", "track_order": True}, id="latest-in-order"),
]


def read(raw: bytes) -> Hdf5:
    return read_hdf5(io.BytesIO(raw), len(raw))


def write(fill: Any, **options: Any) -> bytes:
    memory = io.BytesIO()
    with h5py.File(memory, "w", **options) as file:
        fill(file)
    return memory.getvalue()


def read_by_h5py(raw: bytes) -> Hdf5:
    found = Hdf5()

    def visit(path: str, node: Any) -> None:
        if isinstance(node, h5py.Group):
            found.attributes[path] = dict(node.attrs)
        else:
            found.arrays[path] = node[()]

    with h5py.File(io.BytesIO(raw)) as file:
        visit("", file)
        file.visititems(visit)
    return found


def as_plain(value: Any) -> Any:
    """Shape and elements, texts as bytes."""
    held = np.asarray(value)
    plain = [part.encode() if isinstance(part, str) else part for part in held.ravel().tolist()]
    return held.shape, plain


def check_same(raw: bytes) -> None:
    found, expected = read(raw), read_by_h5py(raw)
    assert found.arrays.keys() == expected.arrays.keys()
    for path, array in expected.arrays.items():
        np.testing.assert_array_equal(found.arrays[path], array, strict=array.dtype != bool)
    assert found.attributes.keys() == expected.attributes.keys()
    for group, held in expected.attributes.items():
        assert {name: as_plain(value) for name, value in found.attributes[group].items()} == {
            name: as_plain(value) for name, value in held.items()
        }


def fill_arrays(file: Any) -> None:
    for name in NUMBERS:
        file[f"a/{name}"] = np.arange(12).reshape(3, 4).astype(name)
    file["scalar"] = 2.5
    file["empty"] = np.zeros((0, 4))


def fill_attributes(file: Any) -> None:
    values: dict[str, Any] = {
        "text": "α and β",
        "bytes": b"ascii",
        "fixed": np.bytes_(b"fixed"),
        "none": "",
        "names": np.array([b"kernel", b"bias"]),
        "texts": ["one", "two", "three"],
        "grid": np.arange(6).reshape(2, 3),
        "number": 7,
        "half": np.float16(0.5),
        "no names": np.zeros(0),
        # More than fits into the blocks of a heap.
        "long": np.full(2000, b"abcdefgh"),
        "config": "x" * 60000,
    }
    file.create_group("few").attrs.update(values)
    file.create_group("many").attrs.update({f"{k}{i}": values[k] for i in range(9) for k in values})


def fill_groups(file: Any) -> None:
    """More names than one page of an index holds, at two levels."""
    for i in range(400):
        file.create_group(f"layers/a_layer_with_quite_a_long_name_{i}").attrs["i"] = i


@pytest.mark.parametrize("options", VERSIONS)
@pytest.mark.parametrize("fill", [fill_arrays, fill_attributes, fill_groups])
def test_the_same_as_h5py(fill: Any, options: dict[str, Any]) -> None:
    check_same(write(fill, **options))


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        pytest.param((30, 20), {"chunks": (7, 6)}, id="pieces"),
        pytest.param((5, 4, 3), {"chunks": (2, 4, 2), "compression": 4}, id="three-axes"),
        pytest.param((1000,), {"compression": "gzip", "shuffle": True}, id="shuffled"),
        pytest.param((1000, 3), {"chunks": (1, 3), "compression": "gzip"}, id="many-pieces"),
        pytest.param((4, 3), {"chunks": (4, 3), "maxshape": (None, 3)}, id="may-grow"),
    ],
)
@pytest.mark.parametrize("dtype", ["<f4", ">i2"])
def test_arrays_in_pieces_are_the_same(shape: Any, options: dict[str, Any], dtype: str) -> None:
    data = (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)
    check_same(write(lambda file: file.create_dataset("x", data=data, **options)))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"compression": "lzf"}, "packed in an unknown way", id="lzf"),
        pytest.param({"compression": "gzip", "fletcher32": True}, "unknown way", id="checksum"),
    ],
)
def test_what_keras_never_writes_is_refused(options: dict[str, Any], reason: str) -> None:
    raw = write(lambda file: file.create_dataset("x", data=np.ones((9, 9)), **options))
    with pytest.raises(DamagedError, match=reason):
        read(raw)


def test_layouts_of_the_newest_library_are_refused_by_name() -> None:
    raw = write(
        lambda file: file.create_dataset("x", data=np.ones((9, 9)), chunks=(2, 2)), libver="latest"
    )
    with pytest.raises(DamagedError, match="an array at x in a layout"):
        read(raw)


def test_attribute_of_another_type_is_refused_where_it_is_asked_for() -> None:
    def fill(file: Any) -> None:
        file.attrs["model_config"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        file.attrs["other"] = "x"

    found = read(write(fill))
    assert found.text("other") == "x"
    with pytest.raises(DamagedError, match="model_config"):
        found.text("model_config")


@pytest.mark.parametrize("name", ["keras_chain.keras", "keras_2_chain.h5"])
def test_the_hdf5_library_does_not_see_the_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It crashes on damaged bytes, so it only ever writes."""
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert keras.models.load_model(SAMPLES / name).count_params() > 0


def test_bytes_at_the_end_do_not_matter_and_those_at_the_front_do(tmp_path: Any) -> None:
    path = tmp_path / "model.h5"
    whole = (SAMPLES / "keras_chain.h5").read_bytes()
    path.write_bytes(whole + b"more")
    assert keras.models.load_model(path).count_params() > 0
    path.write_bytes(b"more" + whole)
    with pytest.raises(FileError, match="not HDF5"):
        keras.models.load_model(path)
