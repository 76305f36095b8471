"""One ``.npz`` file: a configuration as JSON, and named arrays. No code, no pickle.

A NumPy archive whose member ``config`` holds the bytes of the JSON text (uint8) and whose other
members are the arrays. Any tool that reads ``.npz`` reads the weights.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import FileError, compose

__all__ = ["read_npz", "write_npz"]

FORMAT = "pronghorn-npz-1"
# What zipfile and NumPy raise for bytes that are not what they should be.
_UNREADABLE = (
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
)
_CONFIG = "config"


def write_npz(path: Path, config: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the file whole, or not at all: beside its place first, then into it.

    Raises FileError where the folder is missing or cannot be written to.
    """
    text = json.dumps({"format": FORMAT, **config}).encode()
    members = {_CONFIG: np.frombuffer(text, np.uint8), **arrays}
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **members)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; a model is an ordinary file.
        Path(temporary).chmod(0o666 & ~_read_umask())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise FileError(
            compose(
                f"save {str(path)!r}",
                expected="a folder that exists and can be written to",
                received=f"{error.strerror or error}",
            )
        ) from error
    except BaseException:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise


def read_npz(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The configuration and the arrays of a file; raises FileError for anything unexpected."""
    try:
        with path.open("rb") as file:
            _check_members(file)
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError as error:
        raise FileError(
            compose(f"load {str(path)!r}", expected="a file", received="none of that name")
        ) from error
    except _UNREADABLE as error:
        raise _damaged(path, str(error)) from error
    raw = arrays.pop(_CONFIG, None)
    if raw is None or raw.dtype != np.uint8 or raw.ndim != 1:
        raise _damaged(path, "no member 'config'")
    try:
        config = json.loads(raw.tobytes().decode())
    except ValueError as error:
        raise _damaged(path, "a member 'config' that is not JSON") from error
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        found = config.get("format") if isinstance(config, dict) else None
        raise _damaged(path, f"format {found!r}")
    return config, arrays


def _check_members(file: BinaryIO) -> None:
    """Members lie in the file as they are, so that no array is larger than the file."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"a compressed member {member.filename!r}")
    file.seek(0)


def _damaged(path: Path, received: str) -> FileError:
    return FileError(
        compose(
            f"load {str(path)!r}",
            expected=f"a model file of Pronghorn ({FORMAT})",
            received=received,
            remedy="The file is damaged or not a saved model; save the model again",
        )
    )


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
