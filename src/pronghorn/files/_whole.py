"""Files that appear whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pronghorn._core.errors import FileError, compose

__all__ = ["write_whole"]


def write_whole(
    path: Path, write: Callable[[BinaryIO], object], makes_folders: bool = False
) -> None:
    """Write beside ``path``, make sure that it is on the disk, then put it in its place.

    ``makes_folders``: those above that are missing are made, else they are asked for.

    Whatever ends it early, a crash or a full disk included, leaves the older file as it was. A link
    stays one: what it leads to is written. Nothing is put in the place of a device or a pipe, which
    take the bytes instead. Raises FileError where ``path`` is a folder, and where its folder is
    missing or cannot be written to.
    """
    if path.is_dir():
        raise FileError(
            compose(
                f"save {str(path)!r}",
                expected="the name of a file",
                received="a folder",
                remedy="Add a name to it",
            )
        )
    temporary: Path | None = None
    try:
        if path.exists() and not path.is_file():
            return _pour(path, write)
        path = path.resolve() if path.is_symlink() else path
        if makes_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; a model is an ordinary file.
        temporary.chmod(0o666 & ~_read_umask())
        temporary.replace(path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            compose(
                f"save {str(path)!r}",
                expected="a folder that exists, can be written to and has room",
                received=f"{error.strerror or error}",
                remedy=None if path.parent.is_dir() else f"Make the folder {str(path.parent)!r}",
            )
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _pour(device: Path, write: Callable[[BinaryIO], object]) -> None:
    """Into what may be written to from the beginning to the end only."""
    with tempfile.TemporaryFile() as file:
        write(file)
        file.seek(0)
        with device.open("wb") as out:
            shutil.copyfileobj(file, out)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself last; not every system lets a folder be opened for that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
