"""The step of a data set that shuffles: a buffer, filled anew as elements leave it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from pronghorn.runner._tensorflow.random import draw_words

__all__ = ["Shuffled"]

_AT_ONCE = 1024


class Shuffled:
    """Elements drawn at random from a buffer of the next ``size``, in another order each pass.

    With a buffer of at least as many elements as there are, every order is equally likely.
    ``is_fixed``: every pass has the order of the first.
    """

    def __init__(self, size: int, seed: Any, *, is_fixed: bool) -> None:
        self._size, self._seed, self._is_fixed = size, seed, is_fixed
        self._words: tuple[int, ...] = ()
        self._passes = 0

    def __call__(self, items: Iterator[Any]) -> Iterator[Any]:
        """The items of one pass in a random order."""
        source = self._begin_pass()
        buffer = list(itertools.islice(items, self._size))
        if len(buffer) == self._size:
            places = _draw_places(source, self._size)
            for item, place in zip(items, places, strict=False):
                yield buffer[place]
                buffer[place] = item
        for place in source.permutation(len(buffer)).tolist():
            yield buffer[place]

    def _begin_pass(self) -> np.random.Generator:
        if not self._words or (self._seed is None and not self._is_fixed):
            self._words = draw_words(self._seed)
        number = 0 if self._is_fixed else self._passes
        self._passes += 1
        return np.random.Generator(np.random.Philox(np.random.SeedSequence([*self._words, number])))


def _draw_places(source: np.random.Generator, size: int) -> Iterator[int]:
    while True:
        yield from source.integers(size, size=_AT_ONCE).tolist()
