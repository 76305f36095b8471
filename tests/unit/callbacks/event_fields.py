"""Messages of Protocol Buffers, which event files are made of, read by hand."""

from __future__ import annotations

from typing import Any


def list_fields(data: bytes) -> list[tuple[int, Any]]:
    """The fields of a message of Protocol Buffers in order: number, raw value."""
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(data):
        field, kind = divmod(varint(), 8)
        if kind == 0:
            found.append((field, varint()))
            continue
        size = {1: 8, 5: 4}.get(kind) or varint()
        found.append((field, data[at : at + size]))
        at += size
    return found
