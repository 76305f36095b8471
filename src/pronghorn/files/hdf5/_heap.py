"""Where HDF5 keeps what has no fixed length: names, texts, and messages that became too many."""

from __future__ import annotations

from dataclasses import dataclass

from pronghorn.files._limits import DamagedError
from pronghorn.files.hdf5._btree import iterate_second
from pronghorn.files.hdf5._source import Cursor, Source

__all__ = ["FractalHeap", "GlobalHeaps", "LocalHeap"]

# Texts that were written together lie together.
_MOST_RECENT = 8


class LocalHeap:
    """The names in one group."""

    def __init__(self, source: Source, address: int) -> None:
        at = source.cursor(address, 32)
        at.expect(b"HEAP", 0)
        at.take(3)
        size, _, place = at.numbers("3Q")
        self._source = source
        self._data = source.take(place, size)

    def name(self, place: int) -> bytes:
        """The name that begins at a place of the heap."""
        end = self._data.find(b"\0", place)
        if end < 0:
            raise DamagedError("a name without an end")
        self._source.charge(end - place)
        return self._data[place:end]


class GlobalHeaps:
    """The texts of variable length of a file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._recent: dict[int, dict[int, bytes]] = {}

    def take(self, address: int, index: int) -> bytes:
        """One text: which heap, and its number there."""
        if address not in self._recent:
            if len(self._recent) == _MOST_RECENT:
                self._recent.clear()
            self._recent[address] = self._open(address)
        text = self._recent[address].get(index)
        if text is None:
            raise DamagedError(f"no text {index} in the heap at {address}")
        # Many may share one text.
        self._source.charge(len(text))
        return text

    def _open(self, address: int) -> dict[int, bytes]:
        at = self._source.cursor(address, 16)
        at.expect(b"GCOL", 1)
        at.take(3)
        size = at.number(8)
        at = self._source.cursor(address + 16, max(0, size - 16))
        texts: dict[int, bytes] = {}
        while at.left >= 16:
            index, _, _, length = at.numbers("HHIQ")
            if index == 0:  # what is free
                break
            texts[index] = at.take(length)
            at.align()
        return texts


@dataclass(frozen=True)
class _Table:
    """The rows of blocks of a fractal heap: each row twice as large as the one before."""

    width: int
    start: int
    largest: int

    def find(self, offset: int) -> tuple[int, int, int, bool]:
        """Number, first byte and size of the block of an offset; whether it holds the bytes."""
        row = (offset // (self.start * self.width)).bit_length()
        size = self.start << max(0, row - 1)
        first = self.start * self.width << (row - 1) if row else 0
        column = (offset - first) // size
        return row * self.width + column, first + column * size, size, size <= self.largest


class FractalHeap:
    """Messages of an object, by the number that an index has for each."""

    def __init__(self, source: Source, address: int) -> None:
        at = source.cursor(address, 142)
        at.expect(b"FRHP", 0)
        _, filters, _, most, _, self._index = at.numbers("HHBIQQ")
        at.take(80)
        width, start, largest, bits, _, self._root, self._rows = at.numbers("HQQHHQH")
        if filters or not (width and start) or largest < start or bits > 64:
            raise DamagedError(f"no heap that can be read at {address}")
        self._source = source
        self._table = _Table(width, start, largest)
        self._offset = (bits + 7) // 8
        self._length = min(_count_bytes(largest), _count_bytes(most + 1))
        self._huge: dict[int, tuple[int, int]] | None = None

    def take(self, number: bytes) -> bytes:
        """The bytes of one message."""
        kind = number[0] >> 4
        at = Cursor(number, 1)
        if kind == 0:
            offset, length = at.number(self._offset), at.number(self._length)
            return self._source.take(self._find(offset), length)
        if kind == 1:
            found = self._list_huge().get(at.number(min(8, at.left)))
            if found is None:
                raise DamagedError("a message that is not in its heap")
            return self._source.take(*found)
        if kind == 2:
            return at.take(1 + (number[0] & 15))
        raise DamagedError(f"a message of the kind {kind} in a heap")

    def _find(self, offset: int) -> int:
        """Down the blocks of blocks to the address of a byte."""
        address: int = self._root
        rows: int = self._rows
        while rows:
            number, first, size, is_last = self._table.find(offset)
            if number >= rows * self._table.width:
                raise DamagedError("a message outside its heap")
            head = 13 + self._offset
            if self._source.take(address, 4) != b"FHIB":
                raise DamagedError(f"no part of a heap at {address}")
            address = self._source.cursor(address + head + 8 * number, 8).number(8)
            offset -= first
            if is_last:
                break
            # As many rows as come to the size of the block.
            rows = (size // (self._table.start * self._table.width)).bit_length()
        return address + offset

    def _list_huge(self) -> dict[int, tuple[int, int]]:
        """Messages that are too large for the blocks, by their number."""
        if self._huge is None:
            self._huge = {}
            for record in iterate_second(self._source, self._index, 1, 24):
                address, length, number = Cursor(record).numbers("3Q")
                self._huge[number] = (address, length)
        return self._huge


def _count_bytes(limit: int) -> int:
    """How many bytes a number below a power of two takes."""
    return ((limit - 1).bit_length() + 7) // 8
