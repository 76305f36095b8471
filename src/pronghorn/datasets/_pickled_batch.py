"""A batch of CIFAR: pixels and labels that Python 2 pickled, read without running anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.datasets._pickled_lists import Machine, Made, UnreadableError

__all__ = ["read_batch"]


def read_batch(data: bytes, labels: str, values: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Pixels (n, values) and the numbers of the list ``labels`` (n,), both uint8.

    The pickle is a dict with lists and one array of bytes; see ``read_lists`` for how it is read.
    Raises UnreadableError for any other.
    """
    machine = Machine(data, _OF_DICTS)
    machine.run()
    found = machine.stack[-1] if machine.stack else None
    if not isinstance(found, dict) or not {b"data", labels.encode()} <= found.keys():
        raise UnreadableError(f"something else than data and {labels}")
    pixels, numbers = found[b"data"], found[labels.encode()]
    if not isinstance(numbers, list) or any(
        type(n) is not int or not 0 <= n < 256 for n in numbers
    ):
        raise UnreadableError(f"other {labels} than numbers from 0 to 255")
    return _read_pixels(pixels, (len(numbers), values)), np.array(numbers, "u1")


def _read_pixels(made: Any, shape: tuple[int, int]) -> NDArray[Any]:
    """What an array was given: its version, shape, type, whether columns come first, and bytes."""
    state = made.state if isinstance(made, Made) else None
    parts: tuple[Any, ...] = state if isinstance(state, tuple) and len(state) == 5 else (None,) * 5
    size, is_by_columns, values = parts[1], parts[3], parts[4]
    is_whole = isinstance(values, bytes) and len(values) == shape[0] * shape[1]
    if size != shape or is_by_columns or not is_whole:
        raise UnreadableError(f"other data than bytes of shape {shape}")
    return np.frombuffer(values, "u1").reshape(shape)


def _set_items(machine: Machine) -> None:
    parts = machine.from_mark()
    held = machine.stack[-1]
    if not isinstance(held, dict) or len(parts) % 2:
        raise UnreadableError("items of something that is no dict")
    held.update(zip(parts[::2], parts[1::2], strict=True))


# What dicts and long texts need beside the instructions of lists.
_OF_DICTS: dict[bytes, Any] = {
    b"}": lambda m: m.stack.append({}),
    b"u": _set_items,
    b"T": lambda m: m.stack.append(m.take(m.number(4))),
}
