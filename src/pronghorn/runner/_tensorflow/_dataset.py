"""``tf.data.Dataset``: a chain of steps, carried out each time it is iterated over.

Rows that lie in arrays are not touched until they are needed: steps that choose and order them
(shuffle, take, repeat, …) work on their positions, and a batch of them is gathered at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._calls import as_tensor
from pronghorn.runner._tensorflow._elements import (
    as_arrays,
    as_element,
    count_rows,
    map_element,
    read_count,
    spec_of,
)
from pronghorn.runner._tensorflow._made_elements import INFINITE, UNKNOWN, MadeElements
from pronghorn.runner._tensorflow._shuffled import Shuffled
from pronghorn.runner._tensorflow._tensor import make_tensor, read_value

__all__ = ["INFINITE", "UNKNOWN", "Dataset"]


class _DatasetType(type):
    """The class's own missing names are outside too: ``Dataset.list_files``."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return outside(f"tf.data.Dataset.{name}", "tensorflow")


Step = Callable[[Iterator[Any]], Iterator[Any]]


class Dataset(MadeElements, metaclass=_DatasetType):
    """Elements in an order, made anew at every pass.

    It is what ``fit``, ``evaluate`` and ``predict`` take as batches (x, y), and can be iterated
    over by hand.

    Source: tf.data.Dataset.

    >>> rows = Dataset.from_tensor_slices(([[1.0], [2.0], [3.0]], [0, 1, 0]))
    >>> for x, y in rows.batch(2):
    ...     print(x.numpy().tolist(), y.numpy().tolist())
    [[1.0], [2.0]] [0, 1]
    [[3.0]] [0]
    """

    # Where elements come from.

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: str | None = None) -> Dataset:
        """The parts of arrays along their first axis, in tuples or dicts as the arrays are."""
        table = as_arrays(tensors)
        n = count_rows(table)
        return cls(lambda: iter(range(n)), n, table=table)

    @classmethod
    def from_tensors(cls, tensors: Any, name: str | None = None) -> Dataset:
        """One element."""
        element = map_element(make_tensor, as_arrays(tensors))
        return cls(lambda: iter((element,)), 1)

    @classmethod
    def range(cls, *args: Any, output_type: Any = "int64", name: str | None = None) -> Dataset:
        """Whole numbers, as Python's ``range`` gives them."""
        numbers = range(*(int(read_value(end)) for end in args))
        return cls.from_tensor_slices(read_value(np.array(numbers, np.int64), output_type))

    @classmethod
    def from_generator(
        cls,
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple[Any, ...] = (),
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What a function's generator yields, in the types that are given."""
        given = [read_value(arg)[()] for arg in args or ()]

        def convert(value: Any) -> Any:
            value = tuple(value) if isinstance(wanted, tuple) else value
            if wanted is None:
                return as_element(value)
            return map_element(lambda kind, part: _typed(part, kind), wanted, value)

        wanted = output_types if output_signature is None else output_signature
        wanted = tuple(wanted) if isinstance(wanted, list) else wanted
        return cls(
            lambda: map(convert, generator(*given)),
            UNKNOWN,
            spec=None if output_signature is None else lambda: wanted,
        )

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Elements of several data sets side by side, until the shortest ends."""
        parts = datasets if datasets is not None else args[0] if len(args) == 1 else args
        members = [parts] if isinstance(parts, Dataset) else list(parts)
        lengths = [d._length for d in members]
        known = [n for n in lengths if n >= 0]
        length = UNKNOWN if UNKNOWN in lengths else min(known) if known else INFINITE
        return cls(lambda: zip(*members, strict=False), length)

    @staticmethod
    def sample_from_datasets(*args: Any, **kwargs: Any) -> Dataset:
        """Elements of data sets drawn at random: see ``_mixed.sample_from_datasets``."""
        from pronghorn.runner._tensorflow._mixed import sample_from_datasets

        return sample_from_datasets(*args, **kwargs)

    @staticmethod
    def choose_from_datasets(*args: Any, **kwargs: Any) -> Dataset:
        """Elements of the data sets that are chosen: see ``_mixed.choose_from_datasets``."""
        from pronghorn.runner._tensorflow._mixed import choose_from_datasets

        return choose_from_datasets(*args, **kwargs)

    # Iterating.

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements with NumPy's arrays and numbers in the place of tensors."""
        return (map_element(lambda leaf: leaf.numpy(), element) for element in self)

    def __len__(self) -> int:
        if self._length < 0:
            why = "has no end" if self._length == INFINITE else "is not known"
            raise TypeError(f"the length of this data set {why}")
        return self._length

    def __bool__(self) -> bool:
        return True

    def cardinality(self) -> Any:
        """The number of elements; -1 without an end, -2 where it is not known."""
        return as_tensor(np.int64(self._length))

    @property
    def is_endless(self) -> bool:
        """Whether it never ends, so that ``fit`` must be told the steps of an epoch."""
        return self._length == INFINITE

    @property
    def element_spec(self) -> Any:
        """Shape and type of an element."""
        if self._spec is not None:
            return self._spec()
        return spec_of(next(iter(self.take(1))))

    # Steps that choose and order elements.

    def _then(self, step: Step, length: int) -> Dataset:
        source = self._source
        return Dataset(lambda: step(source()), length, table=self._table, spec=self._spec)

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first elements; all with -1."""
        n = read_count("take", count, -1)
        if n == -1:
            return self
        return self._then(lambda it: itertools.islice(it, n), _least(self._length, n))

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """The elements after the first; none with -1."""
        n = read_count("skip", count, -1)
        if n == -1:
            return self.take(0)
        left = max(self._length - n, 0) if self._length >= 0 else self._length
        return self._then(lambda it: itertools.islice(it, n, None), left)

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every so manieth element."""
        n, first = read_count("shard", num_shards, 1), read_count("shard", index, 0)
        length = len(range(first, self._length, n)) if self._length >= 0 else self._length
        return self._then(lambda it: itertools.islice(it, first, None, n), length)

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """One pass after another, as many as given; without end by default."""
        n = -1 if count is None else read_count("repeat", count, -1)
        source = self._source

        def passes() -> Iterator[Any]:
            for _ in itertools.repeat(None) if n == -1 else itertools.repeat(None, n):
                is_empty = True
                for item in source():
                    is_empty = False
                    yield item
                if is_empty:
                    return

        if n == -1:
            length = INFINITE if self._length else 0
        else:
            length = self._length * n if self._length >= 0 else self._length if n else 0
        return Dataset(passes, length, table=self._table, spec=self._spec)

    def shuffle(
        self,
        buffer_size: Any,
        seed: Any = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Dataset:
        """Elements drawn at random from a buffer of the next ``buffer_size``."""
        size = read_count("shuffle", buffer_size, 1)
        step = Shuffled(size, seed, is_fixed=reshuffle_each_iteration is False)
        return self._then(step, self._length)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """The elements of the first whole pass, kept in memory for those that follow."""
        kept: list[Any] = []
        state = {"is_whole": False}
        source = self._source

        def pass_once() -> Iterator[Any]:
            if state["is_whole"]:
                yield from kept
                return
            found: list[Any] = []
            for item in source():
                found.append(item)
                yield item
            kept[:] = found
            state["is_whole"] = True

        return Dataset(pass_once, self._length, table=self._table, spec=self._spec)

    def prefetch(self, buffer_size: Any, name: str | None = None) -> Dataset:
        """The data set itself: an element is made when it is asked for."""
        return self

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The data set itself."""
        return self

    def options(self) -> Any:
        """Settings without effect."""
        from pronghorn.runner._tensorflow.data import Options

        return Options()

    def __getattr__(self, name: str) -> Any:
        return getattr(type(self), name)

    def __repr__(self) -> str:
        return (
            f"<Dataset of {self._length if self._length >= 0 else 'an unknown number of'} elements>"
        )


def _typed(value: Any, kind: Any) -> Any:
    """A leaf in the type that was given for it: a type, or a spec with one."""
    return make_tensor(read_value(value, getattr(kind, "dtype", kind)))


def _least(length: int, n: int) -> int:
    return n if length == INFINITE else min(length, n) if length >= 0 else length
