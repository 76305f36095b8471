"""B-trees of both versions: the entries of their leaves, in order."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pronghorn.files._limits import DamagedError
from pronghorn.files.hdf5._source import Source

__all__ = ["iterate_first", "iterate_second"]

_DEEPEST = 16


def iterate_first(
    source: Source, address: int, kind: int, key: int, level: int | None = None
) -> Iterator[tuple[bytes, int]]:
    """Key (``key`` bytes) and address of every child of the leaves of a version 1 tree."""
    at = source.cursor(address, 24)
    signature, held, height, count = at.numbers("4sBBH")
    if (signature, held) != (b"TREE", kind) or height != (height if level is None else level):
        raise DamagedError(f"no page of an index at {address}")
    if height > _DEEPEST:
        raise DamagedError(f"an index of {height} levels")
    # Keys and children in turn, and one key more.
    page = source.take(address + 24, count * (key + 8))
    for entry, child in struct.iter_unpack(f"<{key}sQ", page):
        if height == 0:
            yield entry, child
        else:
            yield from iterate_first(source, child, kind, key, height - 1)


@dataclass(frozen=True)
class _Form:
    """Version 2: how the pages of a tree are written, by the distance to the leaves."""

    kind: int
    record: int
    # For each level the bytes of a pointer's two counts: records of the child, and of all below.
    widths: list[tuple[int, int]]


def iterate_second(source: Source, address: int, kind: int, record: int) -> Iterator[bytes]:
    """Every record (``record`` bytes) of a version 2 tree."""
    at = source.cursor(address, 38)
    at.expect(b"BTHD", 0)
    held, page, size, depth, _, _, root, count, _ = at.numbers("BIHHBBQHQ")
    if (held, size) != (kind, record) or depth > _DEEPEST or page < 64:
        raise DamagedError(f"no index of the kind {kind} at {address}")
    if root + 1 < 2**64 and count:
        form = _Form(kind, record, _measure(page, record, depth))
        yield from _visit(source, form, root, count, depth)


def _measure(page: int, record: int, depth: int) -> list[tuple[int, int]]:
    """The widths of the counts follow from how many records a page and a subtree can hold."""
    most = in_all = (page - 10) // record
    first = _bytes_for(most)
    widths = [(0, 0)]
    for level in range(1, depth + 1):
        widths.append((first, _bytes_for(in_all) if level > 1 else 0))
        pointer = 8 + sum(widths[level])
        most = max(0, page - 10 - pointer) // (record + pointer)
        in_all = (most + 1) * in_all + most
    return widths


def _bytes_for(number: int) -> int:
    return max(1, (number.bit_length() + 7) // 8)


def _visit(source: Source, form: _Form, address: int, count: int, level: int) -> Iterator[bytes]:
    few, many = form.widths[level]
    pointer = 8 + few + many
    length = 6 + count * form.record + (pointer * (count + 1) if level else 0)
    at = source.cursor(address, length)
    at.expect(b"BTIN" if level else b"BTLF", 0)
    if at.number(1) != form.kind:
        raise DamagedError(f"no page of an index at {address}")
    records = at.take(count * form.record)
    for i in range(count + 1):
        if level:
            child, inner = at.number(8), at.number(few)
            at.take(many)
            yield from _visit(source, form, child, inner, level - 1)
        if i < count:
            yield records[i * form.record : (i + 1) * form.record]
