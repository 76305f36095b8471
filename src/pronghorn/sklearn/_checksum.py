"""A number that tells whether the state of an estimator is the one that was put into a pickle."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pronghorn.errors import FileError, compose

__all__ = ["check_sum", "checksum"]

_PLAIN = (str, int, float, complex, np.generic, type(None))
# Objects of these are their attributes, which a pickle keeps as they are; an estimator of ours
# leaves some behind, and has a checksum of its own.
_OPEN = (
    "sklearn.",
    *(f"pronghorn.sklearn._{name}" for name in ("extras", "frames", "outcome", "targets")),
)


def checksum(state: Mapping[str, Any]) -> int:
    """The CRC-32 of a state: names, numbers, text, arrays, and what containers hold of them.

    Equal before and after a pickle, also one whose arrays come back as mapped files. An object of
    anybody else's counts by the name of its class alone: what its pickle restores is its own.

    >>> checksum({"a": [1.0, "b"]}) == checksum({"a": [1.0, "b"]}) != checksum({"a": [1.0, "c"]})
    True
    """
    total = 0
    for part in _parts(dict(state)):
        total = zlib.crc32(part, total)
    return total


def check_sum(state: Mapping[str, Any], expected: Any, name: str) -> None:
    """Raise FileError for a state that is not the one whose checksum was ``expected``."""
    found = checksum(state)
    if found != expected:
        raise FileError(
            compose(
                f"pickle of {name}",
                expected=f"contents with the checksum {expected}",
                received=str(found),
                remedy="The file is damaged: take a copy of it, or fit again",
            )
        )


def _parts(value: Any) -> Iterator[bytes | memoryview]:
    """The bytes that stand for a value, one after the other."""
    if isinstance(value, np.ndarray):
        yield repr((value.shape, value.dtype.str)).encode()
        if value.dtype.hasobject:
            yield from _parts(value.tolist())
        else:
            yield np.ascontiguousarray(value).view(np.uint8).reshape(-1).data
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, _PLAIN):
        yield repr(value).encode(errors="surrogatepass")
    elif isinstance(value, dict):
        yield b"{"
        for name, item in value.items():
            yield from _parts(name)
            yield from _parts(item)
    elif isinstance(value, list | tuple):
        yield b"["
        for item in value:
            yield from _parts(item)
    else:
        kind = type(value)
        yield f"{kind.__module__}.{kind.__qualname__}".encode()
        if kind.__module__.startswith(_OPEN) and hasattr(value, "__dict__"):
            yield from _parts(vars(value))
