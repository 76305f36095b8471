"""Rows in the form that is read fastest, for data that is visited again and again.

A step on random rows of a large array waits for memory. Pixels that a program divided by 255 are
four or eight bytes each and come from 256 numbers: held as the bytes they were, with the division
done when a batch is gathered, they are a quarter or an eighth to read. A step of 784-10 with batch
32 then takes about half of its time, one of 784-128-10 four fifths, and no bit changes, since rows
are held so only where the quotients of the bytes are the very numbers.

The memory of one such array is kept for the next: the fits of a search or of a cross-validation
follow each other. Memory that is new comes page by page from the operating system, and on virtual
machines from their host: 47 MB took 5 ms on a good day and 70 on others, twice the conversion.
"""

from __future__ import annotations

import math
import sys
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pronghorn import _native
from pronghorn._core.config import thread_limit

__all__ = ["Quotients", "hold"]

# Whole numbers, such as pixels and counts as they come; pixels between 0 and 1, below 1.
_DIVISORS = (1.0, 255.0, 256.0)
# Arrays that caches hold gain nothing; the bytes of the largest would take memory that others need.
_LEAST_BYTES = 1 << 22
_MOST_NUMBERS = 1 << 31
_SAMPLED_ROWS = 16
_BYTES_A_THREAD = 1 << 25
# Of arrays up to this size, 60,000 pictures of MNIST for instance, memory is kept.
_MOST_BYTES_KEPT = 1 << 26


class Quotients(NamedTuple):
    """float32(``bytes`` / ``divisor``), row by row, in place of an array of the same shape."""

    bytes: NDArray[np.uint8]
    divisor: float


def hold(rows: NDArray[Any]) -> NDArray[Any] | Quotients:
    """The quotients that ``rows`` (n, …) are, or the array itself where they are none.

    One pass over the array, or a look at some of its rows where those already say no. Changes that
    are made to the array later do not reach the quotients.

    >>> pixels = np.arange(256, dtype="uint8").repeat(8192).reshape(-1, 64)
    >>> hold(pixels / 255.0).divisor
    255.0
    """
    is_float = rows.dtype in (np.float32, np.float64)
    if not is_float or rows.nbytes < _LEAST_BYTES or rows.size > _MOST_NUMBERS:
        return rows
    sample = rows[:: 1 + len(rows) // _SAMPLED_ROWS]
    for divisor in _DIVISORS:
        if _find_bytes(sample, divisor) is not None:
            found = _find_bytes(rows, divisor)
            if found is not None:
                return Quotients(found, divisor)
    return rows


class _Memory:
    """Bytes for one array at a time, as many as the largest had, kept when it is gone."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept = np.empty(0, np.uint8)

    def take(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """An array with anything in it."""
        size = math.prod(shape)
        is_kept = _LEAST_BYTES // 8 <= size <= _MOST_BYTES_KEPT
        # Nobody waits here: a process that was forked meanwhile would do so for ever.
        if not (is_kept and self._lock.acquire(blocking=False)):
            return np.empty(shape, np.uint8)
        try:
            if self._kept.size < size:
                self._kept = np.empty(size, np.uint8)
            # Every view of it is one reference more than this attribute and the argument are.
            elif sys.getrefcount(self._kept) > 2:
                return np.empty(shape, np.uint8)
            return self._kept[:size].reshape(shape)
        finally:
            self._lock.release()


_memory = _Memory()


def _find_bytes(rows: NDArray[Any], divisor: float) -> NDArray[np.uint8] | None:
    found = _memory.take(rows.shape)
    shares = min(thread_limit() or _native.hardware_threads(), 1 + rows.nbytes // _BYTES_A_THREAD)
    if shares == 1:
        return found if _native.hold_bytes(rows, divisor, found) else None
    # Not at import: it takes as long as building a model.
    from concurrent.futures import ThreadPoolExecutor

    # What one core reads is half of what memory gives.
    parts = zip(np.array_split(rows, shares), np.array_split(found, shares), strict=True)
    with ThreadPoolExecutor(shares) as pool:
        are_held = list(pool.map(lambda part: _native.hold_bytes(part[0], divisor, part[1]), parts))
    return found if all(are_held) else None
