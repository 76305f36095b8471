"""Reading .npz files: plain arrays only, each no larger than its file says."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import FileError, compose
from pronghorn._core.npy import read_npy_header
from pronghorn.datasets._bytes import DEFLATE_LIMIT, read_exactly
from pronghorn.datasets._pickled_lists import UnreadableError, read_lists

__all__ = ["read_npz"]


def read_npz(
    path: Path, names: Iterable[str] | None = None, lists: Collection[str] = ()
) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by name: those in ``names`` (all must be there), else all.

    Those in ``lists`` may hold lists of whole numbers, of different lengths.

    Nothing is unpickled and nothing is allocated before the declared shape, the declared length
    and the stored length of an array agree.

    Raises FileError for a file that is missing, damaged or no .npz, for arrays of Python objects
    and for names that are not in it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            wanted = list(members) if names is None else list(names)
            missing = [name for name in wanted if name not in members]
            if missing:
                raise _fail(
                    path,
                    f"the arrays {', '.join(wanted)}",
                    f"{', '.join(sorted(members)) or 'none'}",
                    "Save it with np.savez(path, x_train=…, y_train=…)",
                )
            return {
                name: _read_member(archive, members[name], path, name, name in lists)
                for name in wanted
            }
    except FileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _fail(path, "an undamaged .npz file", f"one that is not ({error})") from error
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _fail(path, "a readable .npz file", reason) from error


def _read_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, name: str, holds_lists: bool
) -> NDArray[Any]:
    if info.file_size > max(1, info.compress_size) * DEFLATE_LIMIT:
        raise _fail(
            path,
            f"an array {name!r} that can come from {info.compress_size} bytes",
            f"{info.file_size} bytes announced",
        )
    with archive.open(info) as file:
        try:
            shape, is_fortran, dtype = read_npy_header(cast(BinaryIO, file))
        except ValueError as error:
            raise _fail(path, f"a plain array {name!r}", str(error)) from error
        if dtype.kind == "O" and holds_lists:
            size = info.file_size - file.tell()
            return _read_lists(file.read(size), shape, path, name)
        if dtype.hasobject:
            raise _fail(
                path,
                f"{name!r} to hold numbers or text",
                "Python objects, which could run code",
                "Save it anew from a numeric array: np.asarray(x, dtype=float)",
            )
        if (
            dtype.kind not in "biufSU"
            or dtype.shape
            or dtype.itemsize == 0
            or min(shape, default=0) < 0
        ):
            raise _fail(path, f"{name!r} to hold numbers or text", f"dtype {dtype}, shape {shape}")
        size = math.prod(shape) * dtype.itemsize
        if file.tell() + size != info.file_size:
            raise _fail(
                path,
                f"{size} bytes in {name!r}, as its shape {shape} says",
                f"{info.file_size - file.tell()}",
            )
        array = read_exactly(cast(io.BufferedIOBase, file), size, path).view(dtype)
    return array.reshape(shape[::-1]).T if is_fortran else array.reshape(shape)


def _read_lists(data: bytes, shape: tuple[int, ...], path: Path, name: str) -> NDArray[Any]:
    try:
        rows = read_lists(data)
    except UnreadableError as error:
        raise _fail(path, f"{name!r} to hold lists of whole numbers", str(error)) from error
    if shape != (len(rows),):
        raise _fail(path, f"{len(rows)} lists in {name!r}, as many as there are", f"{shape}")
    found = np.empty(len(rows), object)
    found[:] = rows
    return found


def _fail(
    path: Path, expected: str, received: str, remedy: str = "Get or make the file again"
) -> FileError:
    return FileError(compose(f"{path}", expected=expected, received=received, remedy=remedy))
