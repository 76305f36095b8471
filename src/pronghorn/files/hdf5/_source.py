"""Bytes of a file by their address, never more than there are and never without end."""

from __future__ import annotations

import struct
from io import BufferedIOBase
from typing import Any

from pronghorn.files._limits import DamagedError

__all__ = ["UNDEFINED", "Cursor", "Source"]

# The address of what is not there.
UNDEFINED = 2**64 - 1
# What describes arrays: honest files are read once or twice over, and hold less than the ceiling.
_TIMES = 4
_FLOOR = 1 << 16
_CEILING = 1 << 28
# A read of no bytes takes time as well.
_LEAST = 16


class Source:
    """An open HDF5 file of ``size`` bytes.

    ``take`` is for what describes the arrays. It raises DamagedError for addresses outside the
    file, and once all reads together exceed four times the file: so every walk through a damaged
    file ends, in a time that grows with its size.
    """

    def __init__(self, file: BufferedIOBase, size: int) -> None:
        self.size = size
        self._file = file
        self._left = min(_TIMES * size, _CEILING) + _FLOOR
        self._stored = 0

    def take(self, address: int, count: int) -> bytes:
        """``count`` bytes from ``address`` on."""
        self.charge(count)
        self._seek(address, count)
        data = self._file.read(count)
        if len(data) != count:
            raise DamagedError(f"{len(data)} of {count} bytes at {address}")
        return data

    def cursor(self, address: int, count: int) -> Cursor:
        """A cursor over these bytes."""
        return Cursor(self.take(address, count))

    def charge(self, count: int) -> None:
        """Count bytes that a description comes to without being read again."""
        self._left -= max(count, _LEAST)
        if self._left < 0:
            raise DamagedError("tables that name one another, or are larger than the file")

    def claim(self, count: int) -> None:
        """Say that an array takes ``count`` bytes of the file, which no other array takes."""
        self._stored += count
        if self._stored > self.size:
            raise DamagedError(f"arrays of {self._stored} bytes in {self.size} bytes of the file")

    def fill(self, address: int, target: memoryview) -> None:
        """The bytes from ``address`` on into a buffer."""
        self._seek(address, target.nbytes)
        while target.nbytes:
            count = self._file.readinto(target)
            if not count:
                raise DamagedError(f"{target.nbytes} bytes less than there should be")
            target = target[count:]

    def _seek(self, address: int, count: int) -> None:
        if address + count > self.size:
            raise DamagedError(f"{count} bytes at {address} in {self.size} bytes")
        self._file.seek(address)


class Cursor:
    """Bytes that are read from front to back."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self._data = data
        self._place = place

    @property
    def left(self) -> int:
        """How many bytes there still are."""
        return len(self._data) - self._place

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > self.left:
            raise DamagedError(f"{count} bytes where {self.left} are left")
        self._place += count
        return self._data[self._place - count : self._place]

    def number(self, width: int) -> int:
        """The next unsigned number of ``width`` bytes, the lowest first."""
        return int.from_bytes(self.take(width), "little")

    def numbers(self, form: str) -> tuple[Any, ...]:
        """The next numbers in the manner of ``struct``, without gaps between them."""
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))

    def align(self, start: int = 0) -> None:
        """Go on to the next multiple of eight bytes, counted from ``start``."""
        self.take(min(-(self._place - start) % 8, self.left))

    def expect(self, signature: bytes, version: int) -> None:
        """Raise DamagedError unless these bytes, and then this version, come next."""
        found = self.take(len(signature))
        if found != signature:
            raise DamagedError(f"{found!r} where {signature!r} belongs")
        if (held := self.number(1)) != version:
            raise DamagedError(f"version {held} of {signature!r}, which is not known")
