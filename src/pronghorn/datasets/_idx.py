"""IDX, the file format of MNIST: a magic number, the sizes, the values, big-endian.

    0, 0, type code, d      four bytes; d is the number of axes
    size of axis 0 … d-1    four bytes each
    values                  C order

The file may be wrapped in gzip, which is told by its first bytes and not by its name.
"""

from __future__ import annotations

import gzip
import io
import math
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import FileError, compose
from pronghorn.datasets._bytes import DEFLATE_LIMIT, read_exactly

__all__ = ["read_idx"]

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP_MAGIC = b"\x1f\x8b"
# More axes than any data set has, so that a damaged header is told before its sizes are read.
_MOST_AXES = 16


def read_idx(path: Path, *, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """Read one IDX file as an array in the machine's byte order.

    ``shape``, where given, is the only shape accepted; it is compared before any value is read.
    Never more than the declared size is decompressed, and never more is allocated than the file
    could possibly hold.

    Raises FileError, with the file, what was expected and what was found, for a file that is
    missing, truncated, too long, no IDX file, damaged or of another shape.
    """
    try:
        stored = path.stat().st_size
        with path.open("rb") as raw:
            is_packed = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            if not is_packed:
                return _read(raw, path, stored, shape)
            with gzip.GzipFile(fileobj=raw, mode="rb") as packed:
                return _read(packed, path, stored * DEFLATE_LIMIT, shape)
    except FileError:
        raise
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _fail(path, "an undamaged gzip file", f"one that breaks off ({error})") from error
    except OSError as error:
        raise _fail(path, "a readable file", str(error.strerror or error)) from error


def _read(
    file: io.BufferedIOBase,
    path: Path,
    capacity: int,
    shape: tuple[int, ...] | None,
) -> NDArray[Any]:
    dtype, found = _read_header(file, path)
    if shape is not None and found != shape:
        raise _fail(path, f"an array of shape {shape}", f"shape {found}")
    size = math.prod(found) * dtype.itemsize
    # An axis of length 0 makes the size 0; NumPy counts the others all the same.
    extent = math.prod(n for n in found if n) * dtype.itemsize
    if size > capacity or extent > sys.maxsize:
        raise _fail(
            path,
            f"values of shape {found}, as the header says",
            f"a file that cannot hold more than {capacity} bytes",
        )
    values = read_exactly(file, size, path)
    array = values.view(dtype).reshape(found)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_header(file: io.BufferedIOBase, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise _fail(
            path,
            "an IDX file, which begins with 00 00, a type and a rank",
            magic.hex(" ") or "0 bytes",
        )
    code, axes = magic[2], magic[3]
    if code not in _TYPES:
        known = ", ".join(f"0x{key:02x}" for key in _TYPES)
        raise _fail(path, f"an IDX type code ({known})", f"0x{code:02x}")
    if not 1 <= axes <= _MOST_AXES:
        raise _fail(path, f"between 1 and {_MOST_AXES} axes", str(axes))
    sizes = file.read(4 * axes)
    if len(sizes) < 4 * axes:
        raise _fail(path, f"a header of {4 + 4 * axes} bytes", f"{4 + len(sizes)}: it is truncated")
    return np.dtype(_TYPES[code]), tuple(int(size) for size in np.frombuffer(sizes, ">u4"))


def _fail(path: Path, expected: str, received: str) -> FileError:
    return FileError(
        compose(
            f"{path}",
            expected=expected,
            received=received,
            remedy="Delete the file and get it again",
        )
    )
