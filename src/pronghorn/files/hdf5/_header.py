"""Where a file begins, and the messages that make up a group or an array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pronghorn.files._limits import DamagedError
from pronghorn.files.hdf5._source import Cursor, Source

__all__ = ["Header", "read_header", "read_root"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_CONTINUATION = 0x10
# Message flag: the value lies elsewhere, shared with other objects.
_SHARED = 0x02
# Bits of the flags of a version 2 header.
_ORDER_OF_CREATION, _LIMITS_OF_ATTRIBUTES, _TIMES = 0x04, 0x10, 0x20


@dataclass
class Header:
    """The messages of an object by their type, in their order."""

    messages: dict[int, list[bytes]] = field(default_factory=dict)

    def find(self, kind: int) -> list[bytes]:
        """All messages of a type."""
        return self.messages.get(kind, [])

    def one(self, kind: int, what: str) -> Cursor:
        """The only message of a type; raises DamagedError unless there is just one."""
        found = self.find(kind)
        if len(found) != 1:
            raise DamagedError(f"{len(found)} messages that say {what} of an object")
        return Cursor(found[0])


def read_root(source: Source) -> int:
    """The address of the header of the root group; raises DamagedError for what is not HDF5."""
    if source.size < 96:
        received = f"{source.size} bytes, which is no HDF5 file" if source.size else "an empty file"
        raise DamagedError(received)
    at = source.cursor(0, 96)
    begin = at.take(len(SIGNATURE))
    if begin.startswith(b"PK"):
        raise DamagedError("an archive: give it a name that ends in .keras")
    if begin != SIGNATURE:
        raise DamagedError("bytes that are not HDF5")
    version = at.number(1)
    if version in (0, 1):
        at.take(4)
        widths = at.numbers("BB")
        at.take(9 if version == 0 else 13)
        base, _, end, _, _, root = at.numbers("6Q")
    elif version in (2, 3):
        widths = at.numbers("BB")
        at.take(1)
        base, _, end, root = at.numbers("4Q")
    else:
        raise DamagedError(f"HDF5 with a superblock of version {version}")
    if widths != (8, 8) or base != 0:
        raise DamagedError("HDF5 whose addresses do not take 8 bytes from the beginning on")
    if end > source.size:
        raise DamagedError(f"{source.size} bytes of {end}: the end is missing")
    return int(root)


def read_header(source: Source, address: int) -> Header:
    """The messages of the object at an address."""
    if source.take(address, 4) == b"OHDR":
        blocks = _start_second(source, address)
    else:
        blocks = _start_first(source, address)
    header = Header()
    for kind, flags, data in blocks:
        if flags & _SHARED:
            raise DamagedError("a message of an object that lies elsewhere")
        header.messages.setdefault(kind, []).append(data)
    return header


def _start_first(source: Source, address: int) -> Iterator[tuple[int, int, bytes]]:
    """Type, flags and bytes of the messages of a version 1 header."""
    at = source.cursor(address, 16)
    version, _, count, _, size = at.numbers("BBHII")
    if version != 1:
        raise DamagedError(f"no group and no array at {address}")
    waiting = [(address + 16, size)]
    while waiting and count:
        at = source.cursor(*waiting.pop(0))
        while at.left >= 8 and count:
            kind, length, flags, _ = at.numbers("HHB3s")
            data = at.take(length)
            count -= 1
            if kind == _CONTINUATION:
                waiting.append(Cursor(data).numbers("QQ"))
            else:
                yield kind, flags, data


def _start_second(source: Source, address: int) -> Iterator[tuple[int, int, bytes]]:
    """The same of a version 2 header, whose checksums tell nothing that is not found anyway."""
    at = source.cursor(address, 6)
    at.expect(b"OHDR", 2)
    flags = at.number(1)
    gap = (16 if flags & _TIMES else 0) + (4 if flags & _LIMITS_OF_ATTRIBUTES else 0)
    width = 1 << (flags & 3)
    size = source.cursor(address + 6 + gap, width).number(width)
    waiting = [(address + 6 + gap + width, size)]
    prefix = 6 if flags & _ORDER_OF_CREATION else 4
    while waiting:
        at = source.cursor(*waiting.pop(0))
        while at.left >= prefix:
            kind, length, message_flags = at.numbers("BHB")
            at.take(prefix - 4)
            data = at.take(length)
            if kind != _CONTINUATION:
                yield kind, message_flags, data
                continue
            start, length = Cursor(data).numbers("QQ")
            if source.take(start, 4) != b"OCHK" or length < 8:
                raise DamagedError(f"no further messages at {start}")
            # Without the signature in front and the checksum behind.
            waiting.append((start + 4, length - 8))
