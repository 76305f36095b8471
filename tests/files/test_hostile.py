"""Hostile and damaged files: a clear refusal, nothing run, nothing changed, little memory.

The files are made by tools/gen_hostile_files.py; hostile.json says what each one does.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import FileError, PronghornError

HOSTILE = Path(__file__).parent / "hostile"
WHAT = json.loads((HOSTILE / "hostile.json").read_text())
files = pytest.mark.parametrize("name", sorted(WHAT))
# What the library itself takes to read a small file, imports included.
OWN_MEMORY = 16 << 20


def make_model() -> Any:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")], name="m")
    model.compile("adam", "mse")
    return model


def test_every_file_is_there() -> None:
    assert {p.name for p in HOSTILE.iterdir()} == {*WHAT, "hostile.json"}


@files
def test_file_is_refused(name: str) -> None:
    path = HOSTILE / name
    model = make_model()
    before = model.get_weights()
    read: Callable[[Any], Any] = keras.models.load_model
    if path.suffix == ".safetensors":
        read = model.load_weights
    with pytest.raises(PronghornError) as caught:
        read(path)
    message = str(caught.value)
    assert name in message
    assert "\n" not in message and len(message) < 1200
    for a, b in zip(before, model.get_weights(), strict=True):
        assert (a == b).all()


@files
def test_refusal_takes_little_memory(name: str) -> None:
    path = HOSTILE / name
    tracemalloc.start()
    try:
        with pytest.raises(PronghornError):
            if path.suffix == ".safetensors":
                make_model().load_weights(path)
            else:
                keras.models.load_model(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < OWN_MEMORY + 4 * path.stat().st_size


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz", ".weights.h5", ".safetensors"])
def test_cut_files_are_refused(ending: str, tmp_path: Path) -> None:
    model = make_model()
    path = tmp_path / f"model{ending}"
    (model.save if ending in (".keras", ".h5", ".npz") else model.save_weights)(path)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError):
            model.load_weights(path)


@pytest.mark.parametrize("ending", [".keras", ".npz"])
def test_flipped_bytes_never_pass_unnoticed(ending: str, tmp_path: Path) -> None:
    """A flipped byte is refused, or sits where it changes nothing (padding, a time stamp)."""
    path = tmp_path / f"model{ending}"
    model = make_model()
    model.save(path)
    whole, expected = path.read_bytes(), model.get_weights()
    for position in np.random.default_rng(4).integers(0, len(whole), 80):
        changed = bytearray(whole)
        changed[position] ^= 0x10
        path.write_bytes(bytes(changed))
        try:
            found = keras.models.load_model(path).get_weights()
        except FileError:
            continue
        assert all((a == b).all() for a, b in zip(found, expected, strict=True))


def test_index_that_follows_itself_in_a_circle(tmp_path: Path) -> None:
    """Pages of a group's index name their neighbours: here each its own self."""
    path = tmp_path / "model.h5"
    model = make_model()
    model.save(path)
    data = bytearray(path.read_bytes())
    place = data.find(b"TREE")
    assert place > 0
    while place > 0:
        # Signature, kind, level and count; then the neighbours to the left and to the right.
        data[place + 8 : place + 24] = 2 * place.to_bytes(8, "little")
        place = data.find(b"TREE", place + 1)
    path.write_bytes(data)
    # Neighbours are not followed, so nothing is lost.
    found = keras.models.load_model(path).get_weights()
    assert all((a == b).all() for a, b in zip(found, model.get_weights(), strict=True))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="none of that name"):
        keras.models.load_model(tmp_path / "model.keras")


def test_code_is_never_run(tmp_path: Path) -> None:
    """Also where the caller says that the file is trusted."""
    with pytest.raises(FileError, match="lambda"):
        keras.models.load_model(HOSTILE / "lambda.keras", safe_mode=False)
