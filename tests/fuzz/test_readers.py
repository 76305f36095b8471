"""Readers against changed files: an object or an error of Pronghorn, in bounded time and memory.

A short run belongs to the suite; ``PRONGHORN_FUZZ_EXAMPLES=50000 pytest tests/fuzz`` is a long one.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pronghorn as keras
from fuzz.mutations import mutated_archive, mutated_bytes, mutated_config
from pronghorn import datasets
from pronghorn.errors import PronghornError

SAMPLES = Path(__file__).parents[1] / "files" / "samples"
LONGEST = 30  # seconds for one small file, on a machine that is busy with other things
fuzz = settings(
    max_examples=int(os.environ.get("PRONGHORN_FUZZ_EXAMPLES", "50")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="PRONGHORN_FUZZ_EXAMPLES" not in os.environ,
    database=None,
)


def read_sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


@contextmanager
def bounded() -> Iterator[None]:
    """End the block with an error after LONGEST seconds."""

    def stop(*_: Any) -> None:
        raise TimeoutError(f"a small file takes more than {LONGEST} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(read: Callable[[Path], Any], path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with bounded(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read(path)
        except PronghornError as error:
            assert "\n" not in str(error)


def load(path: Path) -> Any:
    return keras.models.load_model(path)


def make_small() -> Any:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="d")])
    model.compile("adam", "mse")
    return model


SMALL = make_small()


def load_into(path: Path) -> Any:
    SMALL.load_weights(path)


@cache
def make_bytes(ending: str, folder: Path) -> bytes:
    path = folder / f"honest{ending}"
    SMALL.save_weights(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


MODELS = ["keras_chain.keras", "keras_branches.h5", "keras_2_chain.h5", "pronghorn_npz_1.npz"]


@pytest.mark.parametrize("name", MODELS)
@fuzz
@given(data=st.data())
def test_models_of_changed_bytes(name: str, folder: Path, data: st.DataObject) -> None:
    check(load, folder / name, data.draw(mutated_bytes(read_sample(name))))


@pytest.mark.parametrize("name", [name for name in MODELS if not name.endswith(".h5")])
@fuzz
@given(data=st.data())
def test_models_of_changed_members(name: str, folder: Path, data: st.DataObject) -> None:
    check(load, folder / name, data.draw(mutated_archive(read_sample(name))))


@pytest.mark.parametrize(
    "name", ["keras_2_chain.h5", "keras_2_branches.h5", "tf_keras_branches.h5"]
)
@pytest.mark.parametrize("attribute", ["model_config", "training_config"])
@fuzz
@given(data=st.data())
def test_models_of_changed_configs(
    name: str, attribute: str, folder: Path, data: st.DataObject
) -> None:
    path = folder / name
    path.write_bytes(read_sample(name))
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs[attribute])
        file.attrs[attribute] = json.dumps(data.draw(mutated_config(config)))
    check(load, path, path.read_bytes())


@pytest.mark.parametrize("name", ["keras_chain.keras", "keras_branches.keras"])
@fuzz
@given(data=st.data())
def test_models_of_json(name: str, data: st.DataObject) -> None:
    with zipfile.ZipFile(SAMPLES / name) as archive:
        config = json.loads(archive.read("config.json"))
    config["compile_config"] = None
    changed = data.draw(mutated_config(config))
    with bounded():
        try:
            keras.models.model_from_json(json.dumps(changed))
        except PronghornError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("ending", [".weights.h5", ".safetensors", ".npz"])
@fuzz
@given(data=st.data())
def test_weights_of_changed_bytes(ending: str, folder: Path, data: st.DataObject) -> None:
    honest = make_bytes(ending, folder)
    check(load_into, folder / f"changed{ending}", data.draw(mutated_bytes(honest)))


def make_idx() -> bytes:
    pixels = np.arange(24, dtype=np.uint8)
    return struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 3, 4) + pixels.tobytes()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@fuzz
@given(data=st.data())
def test_idx(packed: bool, folder: Path, data: st.DataObject) -> None:
    from pronghorn.datasets._idx import read_idx

    honest = gzip.compress(make_idx(), mtime=0) if packed else make_idx()
    check(read_idx, folder / "idx", data.draw(mutated_bytes(honest)))


CSV = b"a,b,label\n" + b"".join(b"%d,%d.5,%s\n" % (i, i * i, b"xy"[i % 2 :][:1]) for i in range(9))


@fuzz
@given(data=st.data())
def test_csv(folder: Path, data: st.DataObject) -> None:
    def read(path: Path) -> Any:
        return datasets.load_csv(path, target="label")

    check(read, folder / "table.csv", data.draw(mutated_bytes(CSV)))


def make_lists() -> bytes:
    rows = np.empty(3, object)
    rows[:] = [[1, 300, 70_000], [2], [-5, 2**40, 7]]
    file = io.BytesIO()
    np.savez(file, x=rows, y=np.arange(3))
    return file.getvalue()


@fuzz
@given(data=st.data())
def test_lists(folder: Path, data: st.DataObject) -> None:
    from pronghorn.datasets._npz import read_npz

    def read(path: Path) -> Any:
        return read_npz(path, lists=["x"])

    check(read, folder / "lists.npz", data.draw(mutated_archive(make_lists())))
