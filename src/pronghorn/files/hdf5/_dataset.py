"""Arrays: where their bytes stand, and how they are packed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.files._limits import DamagedError, check_size
from pronghorn.files.hdf5._btree import iterate_first
from pronghorn.files.hdf5._header import Header
from pronghorn.files.hdf5._source import UNDEFINED, Source
from pronghorn.files.hdf5._type import count_elements, read_kind, read_shape

__all__ = ["Dataset", "is_dataset"]

_SHAPE, _KIND, _ELSEWHERE, _LAYOUT, _FILTERS = 0x01, 0x03, 0x07, 0x08, 0x0B
_DEFLATE, _SHUFFLE = 1, 2
_COMPACT, _WHOLE, _CHUNKED, _VIRTUAL = range(4)


def is_dataset(header: Header) -> bool:
    """Whether an object is an array."""
    return bool(header.find(_LAYOUT))


@dataclass(frozen=True)
class _Chunk:
    """A piece of an array: where it stands in the file, and where it belongs."""

    address: int
    stored: int
    mask: int
    corner: tuple[int, ...]


class Dataset:
    """One array of numbers of a file.

    Raises DamagedError for an array that lies in other files, is put together from others, holds
    no numbers, or lacks some of them.
    """

    def __init__(self, source: Source, header: Header, path: str) -> None:
        self.path = path
        self._source = source
        if header.find(_ELSEWHERE):
            raise DamagedError(f"an array at {path} that lies in another file")
        shape = read_shape(header.one(_SHAPE, "the shape"))
        kind = read_kind(header.one(_KIND, "the type"))
        if shape is None or kind.dtype is None or kind.dtype.kind == "S":
            raise DamagedError(f"an array at {path} that is not of numbers")
        self.shape, self.dtype = shape, kind.dtype
        self._filters = _read_filters(header)
        self._at = header.one(_LAYOUT, "the place")
        version, self._layout = self._at.numbers("BB")
        if self._layout == _VIRTUAL:
            raise DamagedError(f"an array at {path} that lies in another file")
        if version not in (3, 4) or (version == 4 and self._layout == _CHUNKED):
            raise DamagedError(
                f"an array at {path} in a layout ({version}) that h5py writes only where asked to"
            )

    @property
    def nbytes(self) -> int:
        """The bytes that the array takes in memory."""
        return count_elements(self.shape) * self.dtype.itemsize

    def read(self) -> NDArray[Any]:
        """The numbers; the second time, their bytes count as another array's."""
        if self.nbytes == 0:
            return np.zeros(self.shape, self.dtype)
        if self._layout == _CHUNKED:
            return self._read_chunks()
        if self._layout == _COMPACT:
            raw = self._at.take(self._at.number(2))
            if len(raw) != self.nbytes:
                raise self._lack(len(raw))
            return np.frombuffer(raw, self.dtype).reshape(self.shape)
        if self._layout != _WHOLE or self._filters:
            raise DamagedError(f"an array at {self.path} in an unknown layout")
        address, length = self._at.numbers("QQ")
        if address == UNDEFINED or length != self.nbytes:
            raise self._lack(0 if address == UNDEFINED else length)
        # Before memory is asked for: that there are so many bytes, and nobody else's.
        self._source.claim(length)
        array = np.empty(self.shape, self.dtype)
        self._source.fill(address, array.reshape(-1).view(np.uint8).data)
        return array

    def _lack(self, held: int) -> DamagedError:
        return DamagedError(f"an array at {self.path} of {self.nbytes} bytes that has {held}")

    def _read_chunks(self) -> NDArray[Any]:
        rank, index = self._at.numbers("BQ")
        *lengths, width = self._at.numbers(f"{rank}I")
        chunk = tuple(lengths)
        if len(chunk) != len(self.shape) or width != self.dtype.itemsize or not all(chunk):
            raise DamagedError(f"an array at {self.path} in pieces of another shape")
        counts = tuple(-(-n // m) for n, m in zip(self.shape, chunk, strict=True))
        found = stored = 0
        for piece in self._iterate(index):
            found, stored = found + 1, stored + piece.stored
        if found != count_elements(counts):
            raise DamagedError(f"an array at {self.path} in {found} of {counts} pieces")
        size = count_elements(chunk) * width
        check_size(f"an array at {self.path}", max(self.nbytes, size), stored)
        self._source.claim(stored)
        array, is_there = np.empty(self.shape, self.dtype), np.zeros(counts, bool)
        for piece in self._iterate(index):
            place = tuple(a // m for a, m in zip(piece.corner, chunk, strict=True))
            if any(p >= n for p, n in zip(place, counts, strict=True)) or is_there[place]:
                raise DamagedError(f"an array at {self.path} with a piece {place}")
            is_there[place] = True
            whole = np.frombuffer(self._unpack(piece, size), self.dtype).reshape(chunk)
            box = tuple(slice(p * m, p * m + m) for p, m in zip(place, chunk, strict=True))
            part = array[box]
            part[...] = whole[tuple(slice(n) for n in part.shape)]
        return array

    def _iterate(self, index: int) -> Iterator[_Chunk]:
        if index == UNDEFINED:
            return
        axes = len(self.shape) + 1
        for key, address in iterate_first(self._source, index, kind=1, key=8 + 8 * axes):
            stored, mask, *corner = struct.unpack(f"<II{axes}Q", key)
            yield _Chunk(address, stored, mask, tuple(corner[:-1]))

    def _unpack(self, piece: _Chunk, size: int) -> bytes:
        """The ``size`` bytes of a piece, which may not become more."""
        packed = bytearray(piece.stored)
        self._source.fill(piece.address, memoryview(packed))
        raw = bytes(packed)
        for i, kind in reversed(list(enumerate(self._filters))):
            if piece.mask >> i & 1:
                continue
            if kind == _DEFLATE:
                raw = zlib.decompressobj().decompress(raw, size + 1)
            else:
                width = self.dtype.itemsize
                if len(raw) != size:
                    raise self._lack(len(raw))
                raw = np.frombuffer(raw, np.uint8).reshape(width, -1).T.tobytes()
        if len(raw) != size:
            raise DamagedError(f"a piece of {len(raw)} bytes of {size} at {self.path}")
        return raw


def _read_filters(header: Header) -> list[int]:
    """How pieces were packed, in the order in which it was done."""
    if not header.find(_FILTERS):
        return []
    at = header.one(_FILTERS, "how it is packed")
    version, count = at.numbers("BB")
    if version not in (1, 2):
        raise DamagedError(f"a packed array of version {version}")
    at.take(6 if version == 1 else 0)
    found = []
    for _ in range(count):
        found.append(at.number(2))
        if found[-1] not in (_DEFLATE, _SHUFFLE):
            raise DamagedError(f"an array that is packed in an unknown way ({found[-1]})")
        name = at.number(2) if version == 1 else 0
        _, values = at.numbers("HH")
        at.take(name + 4 * values)
        if version == 1 and values % 2:
            at.take(4)
    return found
