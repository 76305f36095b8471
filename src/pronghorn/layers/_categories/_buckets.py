"""Texts in a number of buckets, by a hash that is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.layers._categories._fingerprint import fingerprint, keyed_hash

__all__ = ["read_salt", "spread", "write_numbers"]


def read_salt(owner: str, salt: Any) -> list[int] | None:
    """Two whole numbers of one or two; raises ParameterError for other things."""
    if salt is None:
        return None
    parts = [salt, salt] if isinstance(salt, int) else salt
    is_pair = isinstance(parts, list | tuple) and len(parts) == 2
    if not is_pair or any(isinstance(p, bool) or not isinstance(p, int) for p in parts):
        raise ParameterError(
            compose(
                f"{owner} salt",
                expected="None, a whole number, or two of them",
                received=describe(salt),
            )
        )
    return list(parts)


def spread(texts: Iterable[bytes], buckets: int, salt: list[int] | None) -> list[int]:
    """The bucket of every text: its hash modulo their number; ``salt`` makes another hash.

    >>> spread([b"a", b"b", b"a"], 7, None)[0] == spread([b"a"], 7, None)[0]
    True
    """
    known: dict[bytes, int] = {}
    found = []
    for text in texts:
        if text not in known:
            code = fingerprint(text) if salt is None else keyed_hash(text, salt)
            known[text] = code % buckets
        found.append(known[text])
    return found


def write_numbers(numbers: NDArray[Any]) -> list[bytes]:
    """Numbers as the texts that are hashed in their place: those of whole numbers, as in Keras."""
    return [str(number).encode() for number in numbers.astype(np.int64).reshape(-1).tolist()]
