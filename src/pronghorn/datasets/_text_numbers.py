"""Texts in Keras's form: for each a list with the numbers of its words, and a label."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, FileError, compose
from pronghorn._core.params import Integer, Optional, check
from pronghorn.datasets._npz import read_npz

__all__ = [
    "Texts",
    "mark_start",
    "number_words",
    "read_texts",
    "read_words",
    "shorter_than",
    "shuffle",
]

#: Lists of numbers, and a label for each.
Texts: TypeAlias = tuple[list[list[int]], NDArray[Any]]


def read_texts(path: Path, x: str, y: str) -> Texts:
    """The texts of one part of a file; raises FileError for what is no lists with labels."""
    arrays = read_npz(path, (x, y), lists=(x,))
    rows, labels = arrays[x].tolist(), arrays[y]
    if labels.ndim != 1 or len(labels) != len(rows) or labels.dtype.kind not in "biu":
        raise FileError(
            compose(
                f"{path}",
                expected=f"a whole number in {y} for each list in {x}",
                received=f"{len(rows)} lists and {labels.dtype} of shape {labels.shape}",
                remedy="Get the file again",
            )
        )
    return rows, labels


def shuffle(texts: Texts, random: np.random.RandomState) -> Texts:
    """The texts in another order: Keras's own generator, so that a seed means Keras's order."""
    rows, labels = texts
    order = np.arange(len(rows))
    random.shuffle(order)
    return [rows[i] for i in order], labels[order]


def shorter_than(owner: str, maxlen: int | None, texts: Texts) -> Texts:
    """Those of fewer words; raises DataError where there are none."""
    limit = check(owner, "maxlen", maxlen, Optional(Integer(low=0)))
    if not limit:
        return texts
    rows, labels = texts
    kept = [i for i, row in enumerate(rows) if len(row) < limit]
    if not kept:
        raise DataError(
            compose(
                f"{owner} maxlen",
                expected="texts that are shorter",
                received=f"{limit}, and the shortest has {min(map(len, rows), default=0)} words",
            )
        )
    return [rows[i] for i in kept], labels[kept]


def mark_start(owner: str, texts: Texts, start_char: int | None, index_from: int) -> Texts:
    """``start_char`` in front of every text, and all numbers larger by ``index_from``."""
    first = check(owner, "start_char", start_char, Optional(Integer()))
    shift = check(owner, "index_from", 0 if index_from is None else index_from, Integer())
    front = [] if first is None else [first]
    rows, labels = texts
    return [[*front, *(word + shift for word in row)] for row in rows], labels


def number_words(
    owner: str,
    rows: Sequence[list[int]],
    num_words: int | None,
    skip_top: int,
    oov_char: int | None,
) -> list[list[int]]:
    """Words from ``skip_top`` on and below ``num_words`` as they are, others as ``oov_char``.

    ``num_words`` None: the largest number of the texts, which counts as one of the others then,
    as in Keras. ``oov_char`` None: others are left out.
    """
    most = check(owner, "num_words", num_words, Optional(Integer(low=0)))
    least = check(owner, "skip_top", skip_top, Integer(low=0))
    other = check(owner, "oov_char", oov_char, Optional(Integer()))
    end = most or max((max(row) for row in rows if row), default=0)
    if other is None:
        return [[word for word in row if least <= word < end] for row in rows]
    return [[word if least <= word < end else other for word in row] for row in rows]


def read_words(path: Path) -> dict[str, int]:
    """Word → number, of a JSON file; raises FileError for other contents."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _refuse_words(path, str(error)) from error
    if not isinstance(found, dict) or any(type(number) is not int for number in found.values()):
        raise _refuse_words(path, "something else")
    return found


def _refuse_words(path: Path, received: str) -> FileError:
    return FileError(
        compose(
            f"{path}",
            expected="a number for each word, as JSON",
            received=received,
            remedy="Get the file again",
        )
    )
