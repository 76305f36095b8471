"""Rows for a model: one source per input, one per target, and weights of the rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn.data._source import ArraySource

__all__ = ["Feed", "split_validation"]


@dataclass(frozen=True, eq=False)
class Feed:
    """n rows for a model: ``inputs`` and ``targets`` in the model's own order.

    ``targets`` is empty where no y was given. ``weights`` holds one entry per target: a source of
    n numbers, of (n, t, …) numbers for the values of the rows, or None.
    """

    inputs: tuple[ArraySource, ...]
    targets: tuple[ArraySource, ...] = ()
    weights: tuple[ArraySource | None, ...] = ()

    @property
    def n(self) -> int:
        """Number of rows, the same in every source."""
        return self.inputs[0].n

    def part(self, start: int, stop: int) -> Feed:
        """Rows start to stop of everything, without a copy."""
        return Feed(
            tuple(source.part(start, stop) for source in self.inputs),
            tuple(source.part(start, stop) for source in self.targets),
            tuple(None if source is None else source.part(start, stop) for source in self.weights),
        )


def split_validation(feed: Feed, fraction: float) -> tuple[Feed, Feed]:
    """(train, validation): the last n - floor(n · (1 - fraction)) rows validate.

    Taken before any shuffling, in the order given, as in Keras (``validation_split``); no copy.

    Raises ParameterError unless 0 < fraction < 1, DataError where a side would be empty.

    >>> from pronghorn.data import unpack
    >>> train, validation = split_validation(unpack(list(range(10))), 0.25)
    >>> train.n, validation.n
    (7, 3)
    """
    if isinstance(fraction, bool) or not 0.0 < float(fraction) < 1.0:
        raise ParameterError(
            compose(
                "fit: validation_split",
                expected="a share between 0 and 1",
                received=describe(fraction),
                remedy="validation_split=0.2 keeps the last fifth of the rows for validation",
            )
        )
    n = feed.n
    split_at = math.floor(n * (1.0 - float(fraction)))
    if split_at == 0 or split_at == n:
        raise DataError(
            compose(
                f"validation_split={fraction}",
                expected="at least one row on either side",
                received=f"{split_at} rows to train and {n - split_at} to validate of {n}",
                remedy="Pass more rows, another share, or validation_data",
            )
        )
    return feed.part(0, split_at), feed.part(split_at, n)
