"""Sequences of several lengths as the rows of one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ShapeError, compose, describe
from pronghorn._core.params import Integer, OneOf, Optional, check

__all__ = ["pad_sequences"]

_SIDE = OneOf("pre", "post")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> NDArray[Any]:
    """Sequences as an array (n, maxlen, …): short ones filled up with ``value``, long ones cut.

    Args:
        sequences: n sequences of numbers, or of arrays of one shape.
        maxlen: Default: the length of the longest.
        dtype: Type of the array. Default "int32".
        padding, truncating: "pre" (default) fills and cuts at the beginning, "post" at the end.
        value: What fills up. Default 0.

    Errors: DataError for what is no list of sequences, ShapeError where their parts have several
    shapes, ParameterError for another side or length.

    Source: keras.utils.pad_sequences.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2).tolist()
    [[0, 1], [2, 3], [5, 6]]
    """
    length = check("pad_sequences", "maxlen", maxlen, Optional(Integer(low=1)))
    at_end = check("pad_sequences", "padding", padding, _SIDE) == "post"
    keeps_begin = check("pad_sequences", "truncating", truncating, _SIDE) == "post"
    rows = [_read_row(i, row) for i, row in enumerate(sequences)]
    shapes = {row.shape[1:] for row in rows if len(row)}
    if len(shapes) > 1:
        raise ShapeError(
            compose(
                "pad_sequences",
                expected="parts of one shape",
                received=" and ".join(map(str, sorted(shapes))),
            )
        )
    if length is None:
        length = max(map(len, rows), default=0)
    padded = np.full((len(rows), length, *(shapes or {()}).pop()), value, dtype)
    for into, row in zip(padded, rows, strict=True):
        kept = row[:length] if keeps_begin else row[max(0, len(row) - length) :]
        start = 0 if at_end else length - len(kept)
        if len(kept):
            into[start : start + len(kept)] = kept
    return padded


def _read_row(i: int, row: Any) -> NDArray[Any]:
    if not hasattr(row, "__len__") or isinstance(row, str | bytes):
        raise DataError(
            compose("pad_sequences", expected="sequences", received=f"{describe(row)} in row {i}")
        )
    return np.asarray(row)
