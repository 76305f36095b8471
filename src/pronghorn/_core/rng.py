"""Randomness: one global seed, a source of seeds, and the counter generator of the masks.

Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) turns a
counter and a key into four 32-bit words. There is no state to advance: a random matrix is a pure
function of (seed, stream, step, row, column), the same on every engine and thread count.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Integer, Interval, check

__all__ = [
    "dropout_mask",
    "make_generator",
    "next_seed",
    "philox",
    "random_normal",
    "random_uniform",
    "set_random_seed",
    "use_random_seed",
]

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ROUNDS = 10
_SEED_STREAM = 0x5EED  # counter word that keeps drawn seeds apart from masks of the same key


class _SeedSource:
    """Seeds for objects made without one: from the operating system until somebody seeds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seed: int | None = None
        self._drawn = 0

    def reseed(self, seed: int) -> None:
        with self._lock:
            self._seed, self._drawn = seed, 0

    def draw(self) -> int:
        with self._lock:
            if self._seed is None:
                return secrets.randbits(63)
            counter = np.array([[self._drawn, _SEED_STREAM, 0, 0]], dtype=np.uint32)
            self._drawn += 1
            low, high = (int(word) for word in philox(counter, self._seed)[0, :2])
        return (high << 32 | low) >> 1


_source = _SeedSource()
# A `with use_random_seed(...)` block belongs to its own thread or task.
_source_here: ContextVar[_SeedSource | None] = ContextVar("pronghorn_seeds", default=None)


def set_random_seed(seed: int) -> None:
    """Seed everything: Python's ``random``, NumPy's legacy generator and Pronghorn (Keras name).

    From here on the objects made without a seed of their own draw the same sequence of seeds.
    Raises ParameterError unless seed is a whole number in [0, 2**32), NumPy's own limit.

    >>> set_random_seed(7); first = next_seed()
    >>> set_random_seed(7); first == next_seed()
    True
    """
    seed = check("set_random_seed", "seed", seed, Integer(low=0, high=2**32 - 1))
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - user code on the legacy generator must repeat too
    _source.reseed(seed)


@contextmanager
def use_random_seed(seed: int) -> Iterator[None]:
    """Seed Pronghorn inside a ``with`` block, for this thread only.

    What other threads draw meanwhile changes nothing, and what is drawn after the block is as if
    the block had not been. Python's and NumPy's generators are left alone. Raises ParameterError
    unless seed is a whole number in [0, 2**32).

    >>> with use_random_seed(7): first = next_seed()
    >>> with use_random_seed(7): first == next_seed()
    True
    """
    source = _SeedSource()
    source.reseed(check("use_random_seed", "seed", seed, Integer(low=0, high=2**32 - 1)))
    token = _source_here.set(source)
    try:
        yield
    finally:
        _source_here.reset(token)


def next_seed() -> int:
    """A fresh 63-bit seed: unpredictable, or the next of the sequence after set_random_seed."""
    return (_source_here.get() or _source).draw()


def make_generator(seed: int) -> np.random.Generator:
    """NumPy's generator on its own counter-based bit stream, for a seed of up to 64 bits.

    >>> float(make_generator(3).random()) == float(make_generator(3).random())
    True
    """
    return np.random.Generator(np.random.Philox(key=seed))


def philox(counter: NDArray[np.uint32], key: int) -> NDArray[np.uint32]:
    """Philox4x32-10: (n, 4) counters and a 64-bit key give (n, 4) random words.

    >>> [f"{word:08x}" for word in philox(np.zeros((1, 4), np.uint32), 0)[0]]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = (counter[:, word].astype(np.uint64) for word in range(4))
    k0, k1 = key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF
    for _ in range(_ROUNDS):
        left, right = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (right >> _HALF) ^ c1 ^ np.uint64(k0),
            right & _LOW,
            (left >> _HALF) ^ c3 ^ np.uint64(k1),
            left & _LOW,
        )
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], axis=1).astype(np.uint32)


def _draw(seed: int, stream: int, step: int, rows: int, cols: int) -> NDArray[np.uint32]:
    """The random words of a matrix, (rows, ceil(cols / 64), 4, 16).

    The numbers are those of native/kernels/table.h, bit for bit: element (i, j) has word
    ``j % 64 // 16`` of the counter ``((i * ceil(cols / 64) + j // 64) * 16 + j % 16, stream,
    step's low half, step's high half)`` under the key ``seed``.
    """
    blocks = -(-cols // 64)
    counter = np.empty((rows * blocks * 16, 4), np.uint32)
    counter[:, 0] = np.arange(len(counter), dtype=np.uint64).astype(np.uint32)
    counter[:, 1] = stream
    counter[:, 2] = step & 0xFFFFFFFF
    counter[:, 3] = step >> 32
    # Axis order (row, block, lane, word) -> columns run block, word, lane.
    return philox(counter, seed).reshape(rows, blocks, 16, 4).swapaxes(2, 3)


def _columns(drawn: NDArray[Any], cols: int) -> NDArray[Any]:
    return drawn.reshape(len(drawn), drawn.shape[1] * 64)[:, :cols]


def dropout_mask(
    seed: int, stream: int, step: int, rate: float, rows: int, cols: int
) -> NDArray[np.float32]:
    """Inverted-dropout mask (rows, cols): 0 with probability ``rate``, else 1 / (1 - rate).

    An element is kept where its word is below ``floor(keep * 2**32)``, with keep = 1 - rate rounded
    to float32.

    Raises ParameterError unless 0 <= rate <= 1.

    >>> dropout_mask(seed=1, stream=0, step=0, rate=0.5, rows=1, cols=4).tolist()
    [[0.0, 0.0, 2.0, 0.0]]
    """
    rate = check("dropout_mask", "rate", rate, Interval(0.0, 1.0))
    keep = np.float32(1.0 - rate)
    if keep == 0.0 or rows == 0 or cols == 0:
        return np.zeros((rows, cols), np.float32)
    words = _columns(_draw(seed, stream, step, rows, cols), cols)
    threshold = np.uint64(int(float(keep) * 2.0**32))
    mask: NDArray[Any] = np.where(words < threshold, np.float32(1.0) / keep, np.float32(0.0))
    return mask.astype(np.float32)


def random_uniform(seed: int, stream: int, step: int, rows: int, cols: int) -> NDArray[np.float32]:
    """Uniform numbers (rows, cols) in [0, 1): the upper 24 bits of each element's word, / 2**24.

    >>> random_uniform(seed=1, stream=0, step=0, rows=1, cols=2).astype(float).round(4).tolist()
    [[0.8903, 0.672]]
    """
    if rows == 0 or cols == 0:
        return np.zeros((rows, cols), np.float32)
    words = _columns(_draw(seed, stream, step, rows, cols), cols)
    return ((words >> np.uint32(8)) * 2.0**-24).astype(np.float32)


def random_normal(seed: int, stream: int, step: int, rows: int, cols: int) -> NDArray[np.float32]:
    """Standard normal numbers (rows, cols): √(−2 log u)·cos 2πv, and the same with sin.

    u in (0, 1] and v in [0, 1) are the upper 24 bits of the words of an element and of the one 16
    columns on; the cosine is the former's number, the sine the latter's.

    Source: Box and Muller, "A note on the generation of random normal deviates", 1958.

    >>> random_normal(seed=1, stream=0, step=0, rows=1, cols=2).astype(float).round(4).tolist()
    [[0.3804, 0.6269]]
    """
    if rows == 0 or cols == 0:
        return np.zeros((rows, cols), np.float32)
    upper = (_draw(seed, stream, step, rows, cols) >> np.uint32(8)).astype(np.float64) * 2.0**-24
    radius = np.sqrt(-2.0 * np.log(upper[:, :, 0::2] + 2.0**-24))
    angle = 2.0 * np.pi * upper[:, :, 1::2]
    drawn = np.empty_like(upper)
    drawn[:, :, 0::2], drawn[:, :, 1::2] = radius * np.cos(angle), radius * np.sin(angle)
    return _columns(drawn, cols).astype(np.float32)
