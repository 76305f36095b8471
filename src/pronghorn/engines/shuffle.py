"""Rows in random order: NumPy's permutation under a key of Philox, number by number, but sooner.

A tenth of an epoch on two moons went to NumPy's; for 10⁷ rows, where each exchange waits for
memory, it takes a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["group_alike", "permutation"]

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


def group_alike(
    index: NDArray[np.int64], batch: int, places: NDArray[np.uint16]
) -> NDArray[np.int64]:
    """The batches of ``index``, rows with near places next to each other within each.

    ``places``: one of every row, from ``Program.find_places``. Neighbours come by fours, and the
    next ones from elsewhere, so that each part of a batch is like the whole.

    >>> group_alike(np.arange(8), 8, np.array([0, 9, 0, 9, 0, 9, 0, 9], dtype="uint16"))
    array([0, 2, 4, 6, 1, 3, 5, 7])
    """
    from pronghorn import _native

    order = np.array(index, np.int64)
    _native.group_alike(order, batch, places)
    return order
