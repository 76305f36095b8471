"""What lists and dicts of things hold: attributes of layers, arguments of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["list_members"]


def list_members(value: Any) -> list[Any]:
    """What lists, tuples and dicts hold, however nested; anything else as the only one.

    >>> list_members({"a": 1, "b": [2, ("three",)]})
    [1, 2, 'three']
    """
    if isinstance(value, Mapping):
        return [leaf for member in value.values() for leaf in list_members(member)]
    if isinstance(value, list | tuple):
        return [leaf for member in value for leaf in list_members(member)]
    return [value]
