"""Reading exactly as many bytes as a header announced."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import FileError, compose

__all__ = ["DEFLATE_LIMIT", "read_exactly"]

# DEFLATE shrinks nothing further (258 bytes into 2 bits): a compressed file that announces more
# is damaged, or made to fill the memory.
DEFLATE_LIMIT = 1032


def read_exactly(file: io.BufferedIOBase, size: int, path: Path) -> NDArray[np.uint8]:
    """The next ``size`` bytes, after which the file must end; raises FileError otherwise."""
    values = np.empty(size, dtype=np.uint8)
    done = 0
    with values.data as view:
        while done < size:
            got = file.readinto(view[done:])
            if not got:
                raise _fail(path, size, f"{done}: it is truncated")
            done += got
    # One read beyond the end also makes gzip and zip compare their checksums.
    if file.read(1):
        raise _fail(path, size, "more: it is too long")
    return values


def _fail(path: Path, size: int, received: str) -> FileError:
    return FileError(
        compose(
            f"{path}",
            expected=f"{size} bytes of values",
            received=received,
            remedy="Delete the file and get it again",
        )
    )
