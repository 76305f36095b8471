"""What a vocabulary is made of: tokens with their numbers, and how often they occur."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, FileError, ParameterError, compose

__all__ = ["TokenCounts", "iterate_batches", "read_lines", "refuse_repeated"]


class TokenCounts:
    """How often each token occurs, and in how many documents."""

    def __init__(self) -> None:
        self.tokens: Counter[Hashable] = Counter()
        self.documents: Counter[Hashable] = Counter()
        self.number = 0

    def add(self, documents: Iterable[Sequence[Hashable]]) -> None:
        for document in documents:
            self.tokens.update(document)
            self.documents.update(set(document))
            self.number += 1

    def most_common(self, most: int | None, left_out: Iterable[Any]) -> list[Any]:
        """The tokens by falling counts; of equal ones the last in order first, as in Keras."""
        for token in left_out:
            self.tokens.pop(token, None)
        found = sorted(self.tokens.items(), key=lambda item: (item[1], item[0]), reverse=True)
        return [token for token, _ in found[:most]]

    def inverse_frequencies(self, tokens: Sequence[Hashable]) -> NDArray[np.float32]:
        """ln(1 + n / (1 + d)) for tokens in d of n documents."""
        d = np.array([self.documents[token] for token in tokens], np.float64)
        return np.log(1 + self.number / (1 + d)).astype(np.float32)


def iterate_batches(owner: str, data: Any, steps: int | None) -> Iterator[Any]:
    """What ``adapt`` was given, batch by batch: an array or list is one."""
    if hasattr(data, "shape") or isinstance(data, list | tuple):
        array = np.asarray(data)
        # Every element is a document of its own.
        yield array[:, None] if array.ndim == 1 else array
        return
    if not hasattr(data, "__iter__") or isinstance(data, str | bytes | dict):
        raise DataError(
            compose(
                f"{owner} adapt",
                expected="an array, a list, or an iterable of batches",
                received=type(data).__name__,
            )
        )
    for batch in islice(iter(data), steps):
        array = np.asarray(batch)
        # As Keras counts them: a batch without a second axis is one document.
        yield array.reshape(1, -1) if array.ndim < 2 else array


def read_lines(owner: str, path: str) -> list[str]:
    """The lines of a text file; raises FileError where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise FileError(
            compose(
                f"{owner} vocabulary",
                expected="a text file with a token in every line",
                received=f"{path!r} ({getattr(error, 'strerror', None) or error})",
            )
        ) from error


def refuse_repeated(owner: str, tokens: Sequence[Any]) -> None:
    """Raise ParameterError for tokens that occur twice."""
    if len(set(tokens)) == len(tokens):
        return
    repeated = [token for token, n in Counter(tokens).items() if n > 1][:5]
    raise ParameterError(
        compose(
            f"{owner} vocabulary",
            expected="different tokens",
            received=f"{', '.join(map(repr, repeated))} more than once",
        )
    )
