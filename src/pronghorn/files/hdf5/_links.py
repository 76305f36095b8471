"""What a group holds: names, and where each object's header lies."""

from __future__ import annotations

from collections.abc import Iterator

from pronghorn.files._limits import DamagedError
from pronghorn.files.hdf5._btree import iterate_first, iterate_second
from pronghorn.files.hdf5._header import Header
from pronghorn.files.hdf5._heap import FractalHeap, LocalHeap
from pronghorn.files.hdf5._source import UNDEFINED, Cursor, Source

__all__ = ["is_group", "read_links"]

_LINK_INFO, _LINK, _SYMBOL_TABLE = 0x02, 0x06, 0x11
_ENTRY = 40  # bytes of a name in a symbol table
_SOFT = 2  # what such an entry is called that names a path


def is_group(header: Header) -> bool:
    """Whether an object can hold others."""
    return bool(header.find(_SYMBOL_TABLE) or header.find(_LINK_INFO))


def read_links(source: Source, header: Header) -> Iterator[tuple[str, int]]:
    """Name and address of every object in a group.

    Raises DamagedError for links that are not an address in the same file.
    """
    if header.find(_SYMBOL_TABLE):
        index, names = header.one(_SYMBOL_TABLE, "what is in a group").numbers("QQ")
        found = _read_symbols(source, index, LocalHeap(source, names))
    else:
        found = _read_messages(source, header)
    for raw, address in found:
        try:
            name = raw.decode("utf-8")
        except UnicodeError:
            raise DamagedError(f"a name {raw[:80]!r} that is not UTF-8") from None
        if name in ("", ".", "..") or "/" in name:
            raise DamagedError(f"a group or an array named {name[:80]!r}")
        yield name, address


def _read_symbols(source: Source, index: int, heap: LocalHeap) -> Iterator[tuple[bytes, int]]:
    for _, address in iterate_first(source, index, kind=0, key=8):
        at = source.cursor(address, 8)
        at.expect(b"SNOD", 1)
        at.take(1)
        count = at.number(2)
        at = source.cursor(address + 8, count * _ENTRY)
        for _ in range(count):
            name, header, kind, _, _ = at.numbers("QQII16s")
            if kind == _SOFT:
                raise DamagedError(f"a link to elsewhere at {heap.name(name)!r}")
            yield heap.name(name), header


def _read_messages(source: Source, header: Header) -> Iterator[tuple[bytes, int]]:
    for message in header.find(_LINK):
        yield _parse_link(message)
    at = header.one(_LINK_INFO, "what is in a group")
    version, flags = at.numbers("BB")
    if version != 0:
        raise DamagedError(f"a group of version {version}")
    at.take(8 if flags & 1 else 0)
    heap_address, index = at.numbers("QQ")
    if heap_address == UNDEFINED:
        return
    heap = FractalHeap(source, heap_address)
    for record in iterate_second(source, index, kind=5, record=11):
        # The hash of the name, then where its message is.
        yield _parse_link(heap.take(record[4:]))


def _parse_link(message: bytes) -> tuple[bytes, int]:
    at = Cursor(message)
    version, flags = at.numbers("BB")
    kind = at.number(1) if flags & 8 else 0
    at.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = at.take(at.number(1 << (flags & 3)))
    if version != 1 or kind != 0:
        raise DamagedError(f"a link to elsewhere at {name[:80]!r}")
    return name, at.number(8)
