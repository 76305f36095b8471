"""The file of a backup: nested plain values and arrays, written whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.files import reading, write_whole

__all__ = ["read_backup", "write_backup"]

_STATE, _ARRAY = "state", "__array__"


def write_backup(path: Path, state: dict[str, Any]) -> None:
    """Write the state to one ``.npz`` file: its arrays, and the rest as JSON.

    The file appears whole or not at all. Raises ParameterError for values that are neither plain
    nor arrays, FileError where it cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {}
    text = json.dumps(_pack(state, "state", arrays))
    members = {_STATE: np.frombuffer(text.encode(), np.uint8), **arrays}
    write_whole(path, lambda file: np.savez(file, **members))  # type: ignore[arg-type]


def read_backup(path: Path) -> dict[str, Any]:
    """What ``write_backup`` wrote; raises FileError for anything else."""
    with reading(path, "a backup of a training"), path.open("rb") as file:
        with np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        state = _unpack(json.loads(arrays.pop(_STATE).tobytes()), arrays)
        if not isinstance(state, dict):
            raise ValueError("a state that is no dict")
    return state


def _pack(value: Any, where: str, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {_ARRAY: name}
    if isinstance(value, list | tuple):
        return [_pack(part, f"{where}[{i}]", arrays) for i, part in enumerate(value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _pack(part, f"{where}[{key!r}]", arrays) for key, part in value.items()}
    if value is None or isinstance(value, bool):
        return value
    # Numbers that know more than their value (steps taken, learning rate) are numbers here.
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    raise ParameterError(
        compose(
            f"BackupAndRestore: {where}",
            expected="plain values, lists, dicts with strings as keys, and arrays",
            received=describe(value),
            remedy="Return such from get_state()",
        )
    )


def _unpack(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return [_unpack(part, arrays) for part in value]
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: _unpack(part, arrays) for key, part in value.items()}
    return value
