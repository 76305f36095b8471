"""Rows in random order: NumPy's permutation under a key of Philox, number by number, but sooner.

A tenth of an epoch on two moons went to NumPy's; for 10⁷ rows, where each exchange waits for
memory, it takes a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["permutation"]

# The extension draws 32 bits a row.
_MOST_ROWS = 1 << 32


def permutation(n: int, key: tuple[int, int]) -> NDArray[np.int64]:
    """The numbers 0 … n-1 in random order, int64 (n,), that depend on n and the key only.

    What ``Generator(Philox(key=key)).permutation(n)`` gives, with two words of 64 bits as the key.
    """
    try:
        from pronghorn import _native
    except ImportError:
        _native = None  # type: ignore[assignment]
    if _native is None or n > _MOST_ROWS:
        return np.random.Generator(np.random.Philox(key=np.array(key, np.uint64))).permutation(n)
    order = np.arange(n, dtype=np.int64)
    _native.shuffle_rows(order, *key)
    return order
