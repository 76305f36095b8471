"""What a ``.npy`` array says of itself."""

from __future__ import annotations

import tokenize
from typing import Any, BinaryIO

import numpy as np

__all__ = ["read_npy_header"]


def read_npy_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, whether in Fortran's order, and dtype; the file then stands at the numbers.

    Raises ValueError for all that is no header of versions 1 or 2.

    Source: numpy.lib.format.
    """
    try:
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(file)
        if version == (2, 0):
            return np.lib.format.read_array_header_2_0(file)
    # NumPy takes a damaged header for one of Python 2 and cuts it into words of a program.
    except (tokenize.TokenError, SyntaxError, TypeError, RecursionError) as error:
        raise ValueError(f"a damaged header ({error})") from error
    raise ValueError(f"format version {version}")
