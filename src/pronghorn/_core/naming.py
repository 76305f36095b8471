"""Names that are told apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

__all__ = ["name_apart"]

T = TypeVar("T")


def name_apart(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Name → value, in order; a name that is taken already gets "_1", "_2", … behind it.

    Layers of two nested models may share a name, and so may their weights.

    >>> name_apart([("kernel", 1), ("bias", 2), ("kernel", 3)])
    {'kernel': 1, 'bias': 2, 'kernel_1': 3}
    """
    found: dict[str, T] = {}
    for name, value in pairs:
        free, copy = name, 0
        while free in found:
            copy += 1
            free = f"{name}_{copy}"
        found[free] = value
    return found
