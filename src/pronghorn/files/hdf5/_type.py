"""Shapes and types: what the numbers and texts of an array or attribute are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pronghorn.files._limits import DamagedError, UnreadError
from pronghorn.files.hdf5._source import Cursor

__all__ = ["VARIABLE_SIZE", "Kind", "UnknownTypeError", "count_elements", "read_kind", "read_shape"]

# What stands in place of an element of variable length: its length, and where it is.
VARIABLE_SIZE = 16
_MOST_AXES = 32
_LONGEST_TEXT = 2**31  # of those of a fixed length, for NumPy
_FIXED_POINT, _FLOAT, _TEXT, _OPAQUE, _ENUMERATION, _VARIABLE = 0, 1, 3, 5, 8, 9
_BFLOAT16_SIZE = 2
# Bytes → place and length of exponent and mantissa, and the bias: IEEE 754.
_IEEE = {2: (10, 5, 0, 10, 15), 4: (23, 8, 0, 23, 127), 8: (52, 11, 0, 52, 1023)}


class UnknownTypeError(DamagedError):
    """A type that Keras never writes: compound, reference, …"""


@dataclass(frozen=True)
class Kind:
    """The type of one element: numbers, texts of a fixed length, or (None) of any length."""

    dtype: np.dtype | None

    @property
    def itemsize(self) -> int:
        """The bytes of an element where it stands: of a long text, those that say where it is."""
        return VARIABLE_SIZE if self.dtype is None else self.dtype.itemsize


def count_elements(shape: tuple[int, ...]) -> int:
    """The product of the lengths."""
    return math.prod(shape)


def read_shape(at: Cursor) -> tuple[int, ...] | None:
    """The lengths of the axes; None for what holds nothing at all."""
    version, rank = at.numbers("BB")
    if version == 1:
        at.take(6)
    elif version == 2:
        at.take(1)
        if at.number(1) == 2:
            return None
    else:
        raise DamagedError(f"a shape of version {version}")
    if rank > _MOST_AXES:
        raise DamagedError(f"{rank} axes")
    return at.numbers(f"{rank}Q")


def read_kind(at: Cursor) -> Kind:
    """The type of an element; raises UnknownTypeError for those that Keras does not write."""
    head, flags, _, _, size = at.numbers("BBBBI")
    kind = head & 15
    if kind == _FIXED_POINT:
        offset, precision = at.numbers("HH")
        if size in (1, 2, 4, 8) and (offset, precision) == (0, 8 * size):
            return Kind(np.dtype(f"{'><'[not flags & 1]}{'ui'[bool(flags & 8)]}{size}"))
    elif kind == _FLOAT:
        at.take(4)
        parts = at.numbers("BBBBI")
        if size in _IEEE and parts == _IEEE[size] and not flags & 0x40:
            return Kind(np.dtype(f"{'><'[not flags & 1]}f{size}"))
    elif kind == _TEXT and 0 < size < _LONGEST_TEXT:
        return Kind(np.dtype(f"S{size}"))
    elif kind == _ENUMERATION:
        # Booleans: the numbers under the names.
        return read_kind(at)
    elif kind == _VARIABLE and flags & 15 == 1:
        return Kind(None)
    elif kind == _OPAQUE and size == _BFLOAT16_SIZE:
        # HDF5 has no such type: h5py keeps the bytes alone, and Keras the name beside them.
        raise UnreadError(
            "weights of the type bfloat16, which is not read",
            "Save the model with layers of the dtype 'float32' or 'mixed_bfloat16'",
        )
    raise UnknownTypeError(f"elements of the HDF5 class {kind} of {size} bytes")
