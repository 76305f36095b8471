"""The attributes of a group or an array: texts and numbers by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.files._limits import DamagedError, UnreadError
from pronghorn.files.hdf5._btree import iterate_second
from pronghorn.files.hdf5._header import Header
from pronghorn.files.hdf5._heap import FractalHeap, GlobalHeaps
from pronghorn.files.hdf5._source import UNDEFINED, Cursor, Source
from pronghorn.files.hdf5._type import (
    VARIABLE_SIZE,
    UnknownTypeError,
    count_elements,
    read_kind,
    read_shape,
)

__all__ = ["Attribute", "read_attributes"]

# A text or texts, in whatever axes, as bytes; or numbers.
Attribute = NDArray[Any]
_ATTRIBUTE, _ATTRIBUTE_INFO = 0x0C, 0x15
_RECORD = 17  # of the index by name: where the message is, its flags, its turn, the name's hash


def read_attributes(
    source: Source, texts: GlobalHeaps, header: Header
) -> Iterator[tuple[str, Attribute | None]]:
    """Every attribute; None for the value of one that holds nothing, or what Keras never writes."""
    for message in _read_messages(source, header):
        yield _parse(texts, message)


def _read_messages(source: Source, header: Header) -> Iterator[bytes]:
    yield from header.find(_ATTRIBUTE)
    if not header.find(_ATTRIBUTE_INFO):
        return
    at = header.one(_ATTRIBUTE_INFO, "where the attributes are")
    version, flags = at.numbers("BB")
    if version != 0:
        raise DamagedError(f"attributes of version {version}")
    at.take(2 if flags & 1 else 0)
    heap_address, index = at.numbers("QQ")
    if heap_address == UNDEFINED:
        return
    heap = FractalHeap(source, heap_address)
    for record in iterate_second(source, index, kind=8, record=_RECORD):
        yield heap.take(record[:8])


def _parse(texts: GlobalHeaps, message: bytes) -> tuple[str, Attribute | None]:
    at = Cursor(message)
    version, flags, *lengths = at.numbers("BBHHH")
    if version not in (1, 2, 3) or (version > 1 and flags):
        raise DamagedError(f"an attribute of version {version} with flags {flags}")
    at.take(1 if version == 3 else 0)
    parts = []
    for length in lengths:
        parts.append(at.take(length))
        if version == 1:
            at.align()
    try:
        name = parts[0].rstrip(b"\0").decode("utf-8")
    except UnicodeError:
        raise DamagedError(f"an attribute {parts[0][:80]!r} that is not UTF-8") from None
    try:
        kind = read_kind(Cursor(parts[1]))
    except (UnknownTypeError, UnreadError):
        return name, None
    shape = read_shape(Cursor(parts[2]))
    if shape is None:
        return name, None
    raw = at.take(count_elements(shape) * kind.itemsize)
    if kind.dtype is not None:
        return name, np.frombuffer(raw, kind.dtype).reshape(shape)
    return name, _find_texts(texts, Cursor(raw)).reshape(shape)


def _find_texts(texts: GlobalHeaps, at: Cursor) -> Attribute:
    """Texts of any length, each given by its length, its heap and its number there."""
    held = np.empty(at.left // VARIABLE_SIZE, object)
    for i in range(len(held)):
        length, address, index = at.numbers("IQI")
        text = texts.take(address, index) if length else b""
        if len(text) < length:
            raise DamagedError(f"a text of {len(text)} bytes that is to have {length}")
        held[i] = text[:length]
    return held
