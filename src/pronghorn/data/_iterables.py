"""Batches that the caller makes: generators, data loaders, any iterable of batches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn._core.warn import warn
from pronghorn.data._feed import Feed
from pronghorn.data._py_dataset import fetch
from pronghorn.data._unpack import unpack

__all__ = ["BatchStream", "is_batches", "refuse_beside_batches"]

_ENDLESS = (itertools.count, itertools.cycle, itertools.repeat)
# Nothing can tell an endless generator from a long one, so after so many batches in one epoch we
# only ask.
_ASK_AFTER = 1_000_000


def is_batches(x: Any) -> bool:
    """True if x yields batches, rather than being the data itself.

    Iterators, generators, iterables and objects with ``__len__`` and ``__getitem__`` (Keras's
    Sequence and PyDataset, PyTorch's DataLoader) do; arrays, frames, lists, tuples, dicts and
    strings do not.

    >>> is_batches(iter([([[1.0]], [0])])), is_batches([[1.0]])
    (True, False)
    """
    if isinstance(x, (list, tuple, range, str, bytes, bytearray, memoryview, Mapping, set)):
        return False
    if hasattr(x, "__array__") or hasattr(x, "to_numpy") or hasattr(x, "toarray"):
        return False
    if hasattr(x, "__buffer__") or hasattr(x, "typecode"):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or _is_indexed(x)


def refuse_beside_batches(**arguments: Any) -> None:
    """Refuse arguments that batches make meaningless: ``refuse_beside_batches(y=y)``.

    Raises ParameterError for the first that is neither None nor zero.
    """
    for name, value in arguments.items():
        if value is None or (isinstance(value, (int, float)) and value == 0):
            continue
        remedy = "Yield tuples (x, y) or (x, y, sample_weight)"
        if name == "validation_split":
            remedy = "Pass validation_data"
        raise ParameterError(
            compose(
                f"fit: {name}",
                expected="no such argument beside an iterable of batches",
                received=describe(value),
                remedy=remedy,
            )
        )


class BatchStream:
    """An iterable of batches, epoch by epoch, each batch a checked ``Feed``.

    A batch is ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``, as a tuple or a list;
    each of them an array, or a list or dict of arrays for models with several inputs or outputs.
    The number of rows may differ from batch to batch; shapes and parts may not.

    ``steps`` (Keras's steps_per_epoch) ends an epoch after so many batches; the next epoch goes
    on where this one stopped, behind the last batch with the first, unless ``rewind`` comes in
    between. Without it an epoch is one pass.

    ``steps`` None with ``epochs`` > 1 is refused for what can be iterated only once, and at any
    ``epochs`` for itertools.cycle, count and repeat: they never end, or leave nothing for the
    second epoch. Where batches run out before ``steps``, a UserWarning says so, the epoch ends
    early, and ``is_exhausted`` tells whether anything is left.

    ``flatten`` brings the parts of a batch (x, y, sample_weight) out of structures within others,
    for models that have such.

    Raises ParameterError for ``steps`` missing or below 1, DataError for unusable batches.

    >>> stream = BatchStream(iter([([[1.0], [2.0]], [0, 1]), ([[3.0]], [1])]))
    >>> [feed.n for feed in stream.epoch()]
    [2, 1]
    """

    def __init__(
        self,
        batches: Any,
        *,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        text_names: Collection[str] = (),
        flatten: Callable[..., tuple[Any, ...]] | None = None,
        steps: int | None = None,
        epochs: int = 1,
        name: str = "x",
        steps_name: str = "steps_per_epoch",
    ) -> None:
        self._batches = batches
        self._input_names = input_names
        self._output_names = output_names
        self._text_names = text_names
        self._flatten = flatten
        self._name = name
        self._steps_name = steps_name
        self._limit = _check_steps(steps, steps_name)
        #: Whether batches can be had only once: those of a generator, of any iterator.
        self.is_once = not _is_indexed(batches) and iter(batches) is batches
        self._iterator: Iterator[Any] | None = None
        self._first: Feed | None = None
        self._count = 0
        self.is_exhausted = False
        if steps is None:
            self._refuse_endless(epochs)

    @property
    def is_indexed(self) -> bool:
        """True if ``epoch(order)`` can visit the batches in another order.

        What says that it ``goes_round`` is iterated where an epoch is a number of steps: behind
        its last batch comes the first one.
        """
        return _is_indexed(self._batches) and not self._goes_round

    @property
    def _goes_round(self) -> bool:
        return self._limit is not None and getattr(self._batches, "goes_round", False)

    @property
    def goes_on(self) -> bool:
        """Whether an epoch begins where the last one stopped, not at the first batch."""
        return self._limit is not None

    def rewind(self) -> None:
        """Let the next epoch begin with the first batch; what ``is_once`` goes on."""
        self._iterator = None
        if self._goes_round:
            self._batches.reset()

    @property
    def length(self) -> int | None:
        """Batches in one pass, where the object knows."""
        try:
            return len(self._batches)
        except (TypeError, NotImplementedError):
            return None

    @property
    def steps(self) -> int | None:
        """Batches in an epoch: ``steps``, else ``length``; None where only the end will tell."""
        return self._limit if self._limit is not None else self.length

    def epoch(self, order: Iterable[int] | None = None) -> Iterator[Feed]:
        """The batches of the next epoch. ``order``: batch numbers, for indexed batches only."""
        _call_hook(self._batches, "on_epoch_begin")
        if self._iterator is None or self._limit is None:
            self._iterator = self._restart(order)
        done = 0
        while self._limit is None or done < self._limit:
            batch = next(self._iterator, _END)
            if batch is _END and done == 0 and not self.is_once:
                # The epoch before ended with the last batch: this one begins with the first.
                self._iterator = self._restart(order)
                batch = next(self._iterator, _END)
            if batch is _END:
                self._finish(done)
                break
            done += 1
            yield self._read(batch)
            if self._limit is None and done == _ASK_AFTER:
                self._ask(done)
        _call_hook(self._batches, "on_epoch_end")

    def _restart(self, order: Iterable[int] | None) -> Iterator[Any]:
        if not self.is_indexed:
            return iter(self._batches)
        length = self.length
        if order is None:
            order = itertools.count() if length is None else range(length)
        return fetch(self._batches, order)

    def _finish(self, done: int) -> None:
        self._iterator = None
        self.is_exhausted = self.is_once
        if done == 0 and self._first is None:
            raise DataError(
                compose(
                    self._name,
                    expected="at least one batch",
                    received="an iterable that yields none",
                    remedy="A generator yields its batches only once: make a new one",
                )
            )
        if done == 0 or self._limit is not None:
            wanted = f" of {self._limit}" if self._limit is not None else ""
            warn(
                f"{self._name} ran out of batches after {done}{wanted} steps of the epoch; "
                "the epoch ends here. Yield at least steps × epochs batches, or lower "
                f"{self._steps_name}."
            )

    def _read(self, batch: Any) -> Feed:
        label = self._name if self._name != "x" else ""
        parts = tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)
        what = f"{self._name}: batch {self._count}"
        if not 1 <= len(parts) <= 3:
            raise DataError(
                compose(
                    what,
                    expected="x, (x, y) or (x, y, sample_weight)",
                    received=f"a {type(batch).__name__} of {len(parts)}",
                    remedy="Several inputs go into one list or dict: ([x1, x2], y)",
                )
            )
        feed = unpack(
            *(parts if self._flatten is None else self._flatten(*parts)),
            input_names=self._input_names,
            output_names=self._output_names,
            text_names=self._text_names,
            label=f"{label} batch {self._count}:".strip(),
        )
        if self._first is None:
            self._first = feed.part(0, 1)
        else:
            _compare(feed, self._first, what)
        self._count += 1
        return feed

    def _ask(self, done: int) -> None:
        warn(
            f"{self._name} has yielded {done} batches in one epoch. If it never ends, stop and "
            f"pass {self._steps_name}."
        )

    def _refuse_endless(self, epochs: int) -> None:
        endless = isinstance(self._batches, _ENDLESS) or getattr(self._batches, "is_endless", False)
        if not endless and not (self.is_once and epochs > 1):
            return
        kind = type(self._batches).__name__
        raise ParameterError(
            compose(
                f"{self._name}: {self._steps_name}",
                expected=f"a number of batches per epoch, since a {kind} "
                + ("never ends" if endless else f"has no length and {epochs} epochs are asked for"),
                received="None",
                remedy=f"Pass {self._steps_name}=…, or an iterable that can start anew each epoch",
            )
        )


class _End:
    """The mark of an iterator's end, which no batch can be."""


_END = _End()


def _is_indexed(x: Any) -> bool:
    return hasattr(x, "__getitem__") and hasattr(x, "__len__")


def _call_hook(batches: Any, hook: str) -> None:
    method = getattr(batches, hook, None)
    if callable(method):
        method()


def _check_steps(steps: Any, name: str) -> int | None:
    if steps is None:
        return None
    if isinstance(steps, bool) or not hasattr(steps, "__index__") or int(steps) < 1:
        raise ParameterError(
            compose(name, expected="None or a whole number >= 1", received=describe(steps))
        )
    return int(steps)


def _compare(feed: Feed, first: Feed, what: str) -> None:
    if len(feed.targets) != len(first.targets):
        raise DataError(
            compose(
                what,
                expected="y in every batch" if first.targets else "no y, as in the first batch",
                received="none" if first.targets else "one",
            )
        )
    if [w is None for w in feed.weights] != [w is None for w in first.weights]:
        raise DataError(
            compose(
                what,
                expected="sample_weight in every batch or in none",
                received="another number of weights than in the first batch",
            )
        )
    pairs = zip((*feed.inputs, *feed.targets), (*first.inputs, *first.targets), strict=True)
    for source, reference in pairs:
        # Rows of another length are the model's to take or to refuse.
        if len(source.sample_shape) != len(reference.sample_shape):
            raise DataError(
                compose(
                    source.name,
                    expected=f"rows of shape {reference.sample_shape}, as in the first batch",
                    received=f"rows of shape {source.sample_shape}",
                )
            )
