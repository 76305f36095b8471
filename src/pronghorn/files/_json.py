"""JSON in files: text of bounded size and depth, and nothing that would be code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from pronghorn.files._limits import DamagedError

__all__ = ["dump_json", "parse_object", "to_plain"]

_LONGEST = 1 << 26
_DEEPEST = 200


def parse_object(text: str | bytes, what: str) -> dict[str, Any]:
    """The JSON object of a text; raises DamagedError for anything else.

    Python code, which Keras writes for a Lambda layer, is refused and never looked at.
    """
    if len(text) > _LONGEST:
        raise DamagedError(f"{what} of {len(text)} bytes")
    try:
        value = json.loads(text.decode("utf-8") if isinstance(text, bytes) else text)
    except UnicodeError:
        raise DamagedError(f"{what} that is not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise DamagedError(f"{what} that is not JSON") from None
    if not isinstance(value, dict):
        raise DamagedError(f"{what} that is not an object but {type(value).__name__}")
    _check(value, what)
    return value


def dump_json(value: Any) -> str:
    """Compact JSON; NumPy's numbers and arrays become plain ones."""
    return json.dumps(value, default=to_plain, separators=(",", ":"))


def to_plain(value: Any) -> Any:
    """NumPy's numbers and arrays as JSON knows them; raises TypeError for anything else."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} in a config")


def _check(value: Any, what: str) -> None:
    """Walk without recursion: a hostile text may be nested deeper than Python's stack."""
    waiting = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > _DEEPEST:
            raise DamagedError(f"{what} nested more than {_DEEPEST} levels deep")
        if isinstance(part, Mapping):
            if part.get("class_name") == "__lambda__" or (
                part.get("class_name") == "Lambda" and _is_code(part.get("config"))
            ):
                raise DamagedError(
                    f"{what} with the Python code of a lambda, which is never run; write the "
                    "function with def, register it and save the model again"
                )
            waiting += [(inner, depth + 1) for inner in part.values()]
        elif isinstance(part, list):
            waiting += [(inner, depth + 1) for inner in part]


def _is_code(config: Any) -> bool:
    # Keras 2 wrote the bytes of a lambda as a list: code, defaults, closure.
    return isinstance(config, Mapping) and isinstance(config.get("function"), list)
