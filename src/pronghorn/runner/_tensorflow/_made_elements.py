"""The steps of a data set that make other elements: batches, mapped and chosen ones."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Self

import numpy as np

from pronghorn.errors import DataError, compose
from pronghorn.runner._tensorflow._elements import (
    as_element,
    count_rows,
    map_element,
    pack,
    read_count,
    spec_of,
    take_rows,
)
from pronghorn.runner._tensorflow._tensor import make_tensor, read_value

__all__ = ["INFINITE", "UNKNOWN", "MadeElements"]

#: Numbers of elements that are none; TensorFlow's.
INFINITE, UNKNOWN = -1, -2


class MadeElements:
    """The part of ``Dataset`` whose steps look at elements."""

    def __init__(
        self,
        source: Callable[[], Iterator[Any]],
        length: int,
        *,
        table: Any = None,
        spec: Callable[[], Any] | None = None,
    ) -> None:
        # With a table the source yields positions in it, else elements.
        self._source, self._length, self._table, self._spec = source, length, table, spec

    def __iter__(self) -> Iterator[Any]:
        if self._table is None:
            return self._source()
        table = self._table
        return (take_rows(table, place) for place in self._source())

    def _made(self, make: Callable[[Iterator[Any]], Iterator[Any]], length: int) -> Self:
        return type(self)(lambda: make(iter(self)), length)

    def batch(self, batch_size: Any, drop_remainder: bool = False, *_: Any, **__: Any) -> Self:
        """So many elements as one, with a further axis in front; the last may be shorter."""
        n = read_count("batch", batch_size, 1)
        table, source = self._table, self._source

        def batches() -> Iterator[Any]:
            items = source()
            while chunk := list(itertools.islice(items, n)):
                if len(chunk) == n or not drop_remainder:
                    yield pack(chunk) if table is None else take_rows(table, chunk)

        whole = (math.floor if drop_remainder else math.ceil)(self._length / n)
        lead = (n if drop_remainder else None,)
        return type(self)(
            batches,
            whole if self._length >= 0 else self._length,
            spec=lambda: spec_of(next(batches()), lead=lead),
        )

    def unbatch(self, name: str | None = None) -> Self:
        """The rows of batches."""

        def rows(elements: Iterator[Any]) -> Iterator[Any]:
            for element in elements:
                table = map_element(read_value, element)
                yield from (take_rows(table, i) for i in range(count_rows(table)))

        return self._made(rows, UNKNOWN)

    def map(self, map_func: Callable[..., Any], *_: Any, **__: Any) -> Self:
        """The function of every element; a tuple's parts are its arguments."""
        call = _spread(map_func)
        return self._made(
            lambda elements: (as_element(call(element)) for element in elements), self._length
        )

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Self:
        """The elements for which the function is true."""
        call = _spread(predicate)
        return self._made(lambda elements: (e for e in elements if bool(call(e))), UNKNOWN)

    def enumerate(self, start: Any = 0, name: str | None = None) -> Self:
        """(number, element)."""
        first = int(read_value(start))
        return self._made(
            lambda elements: zip(_count_from(first), elements, strict=False), self._length
        )

    def concatenate(self, dataset: Self, name: str | None = None) -> Self:
        """These elements, then the others."""
        lengths = (self._length, dataset._length)
        length = min(lengths) if min(lengths) < 0 else sum(lengths)
        return type(self)(lambda: itertools.chain(self, dataset), length)

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Self:
        """The elements of the data sets that the function gives, one after another."""
        call = _spread(map_func)
        return self._made(lambda es: itertools.chain.from_iterable(map(call, es)), UNKNOWN)

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = None,
        block_length: Any = 1,
        *_: Any,
        **__: Any,
    ) -> Self:
        """The elements of several such data sets in turn, ``block_length`` of each."""
        call, block = _spread(map_func), int(block_length or 1)
        width = int(cycle_length) if int(cycle_length or 0) > 0 else 1

        def turns(elements: Iterator[Any]) -> Iterator[Any]:
            running = deque(iter(call(e)) for e in itertools.islice(elements, width))
            while running:
                inner = running.popleft()
                found = list(itertools.islice(inner, block))
                yield from found
                if len(found) == block:
                    running.append(inner)
                else:
                    running.extend(iter(call(e)) for e in itertools.islice(elements, 1))

        return self._made(turns, UNKNOWN)

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False, **_: Any
    ) -> Self:
        """Data sets of ``size`` elements each, every ``shift`` elements (``size`` by default)."""
        n, each = int(size), int(stride)
        step, reach = int(shift or size), (int(size) - 1) * int(stride) + 1

        def windows(elements: Iterator[Any]) -> Iterator[Any]:
            held: list[Any] = []
            while True:
                held.extend(itertools.islice(elements, reach - len(held)))
                chosen = held[:reach:each]
                if not chosen or (len(chosen) < n and drop_remainder):
                    return
                yield type(self)(partial(iter, chosen), len(chosen))
                missing = step - len(held)
                held = held[step:]
                if missing > 0:
                    deque(itertools.islice(elements, missing), maxlen=0)

        return self._made(windows, UNKNOWN)

    def apply(self, transformation_func: Callable[[Any], Any]) -> Any:
        """The function of the data set."""
        return transformation_func(self)

    # Results.

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: Any = None) -> Any:
        """The function of what it gave last and the next element, to the end."""
        state = as_element(initial_state)
        for element in self:
            state = as_element(reduce_func(state, element))
        return state

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element."""
        found = list(itertools.islice(iter(self), 2))
        if len(found) != 1:
            raise DataError(
                compose(
                    "tf.data.Dataset.get_single_element",
                    expected="one element",
                    received="more" if found else "none",
                )
            )
        return found[0]


def _spread(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """The function of an element, a tuple of which is its arguments."""
    return lambda e: function(*e) if isinstance(e, tuple) else function(e)


def _count_from(first: int) -> Iterator[Any]:
    return (make_tensor(np.int64(i)) for i in itertools.count(first))
