"""Made-up data that is the same on every machine and with every version of NumPy.

NumPy promises no stable stream for its distributions, and a golden file must not depend on one.
So the numbers here are a hash of their position: SplitMix64 (Steele, Lea and Flood 2014) of
seed and index, its upper 24 bits read as a fraction. Every value is exact in float32.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def hash_positions(seed: int, count: int) -> NDArray[np.uint64]:
    """Return `count` well-mixed 64-bit words, a pure function of (seed, position)."""
    state = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed) * np.uint64(1_000_003)
    word = state * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def draw_uniform(seed: int, *shape: int, low: float = -1.0, high: float = 1.0) -> Floats:
    """Return float32 values in [low, high)."""
    words = hash_positions(seed, math.prod(shape))
    fraction = (words >> np.uint64(40)).astype(np.float64) / 2.0**24
    return (low + (high - low) * fraction).reshape(shape).astype(np.float32)


def draw_integers(seed: int, bound: int, *shape: int) -> NDArray[np.int64]:
    """Return integers in [0, bound)."""
    words = hash_positions(seed, math.prod(shape)) >> np.uint64(33)
    return (words % np.uint64(bound)).astype(np.int64).reshape(shape)


def draw_weights(seed: int, shapes: list[tuple[int, ...]]) -> list[Floats]:
    """Return one array a shape: kernels of Glorot's width, biases small but not zero.

    A bias of exactly zero would hide a bias that is never read.
    """
    weights = []
    for position, shape in enumerate(shapes):
        width = math.sqrt(6.0 / sum(shape)) if len(shape) == 2 else 0.1
        weights.append(draw_uniform(seed + position, *shape, low=-width, high=width))
    return weights
