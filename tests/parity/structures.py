"""Numbers in lists and dicts, compared with Keras's in theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

import tolerances

__all__ = ["check_numbers"]


def _plain(value: Any) -> Any:
    """Arrays and tensors as lists, in the structure they were given in."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | bool | int) else np.asarray(value).tolist()


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list | tuple):
        parts = value.values() if isinstance(value, dict) else value
        return [leaf for part in parts for leaf in _leaves(part)]
    return [value]


def check_numbers(found: Any, expected: Any) -> None:
    found, expected = _plain(found), _plain(expected)
    # The same structure, and the same numbers in it.
    assert repr(found).count("[") == repr(expected).count("[")
    tolerances.OUTPUTS_VS_KERAS.check(_leaves(found), _leaves(expected))
