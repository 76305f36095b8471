"""From texts to their words."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, compose, describe
from pronghorn._core.results import as_result
from pronghorn.layers._texts import decode, read_texts

__all__ = ["join_ngrams", "split_texts", "standardize_texts"]

_PUNCTUATION = string.punctuation.encode()


def standardize_texts(owner: str, how: Any, texts: NDArray[Any]) -> NDArray[Any]:
    """Texts (bytes) in small letters, without punctuation, or as a function makes them.

    Letters and punctuation are those of ASCII, as in TensorFlow. A function takes all texts at
    once, as an array of Python's strings, and gives as many.
    """
    if callable(how):
        made = np.asarray(how(_hand_out(texts)))
        if made.shape[:1] != texts.shape[:1]:
            raise DataError(
                compose(
                    f"{owner} standardize",
                    expected=f"{len(texts)} texts of the function",
                    received=describe(made),
                )
            )
        return read_texts(owner, made)
    flat: list[bytes] = texts.reshape(-1).tolist()
    if how in ("lower", "lower_and_strip_punctuation"):
        flat = [text.lower() for text in flat]
    if how in ("strip_punctuation", "lower_and_strip_punctuation"):
        flat = [text.translate(None, _PUNCTUATION) for text in flat]
    found = np.empty(len(flat), object)
    found[:] = flat
    return found.reshape(texts.shape)


def split_texts(owner: str, how: Any, texts: NDArray[Any]) -> list[list[bytes]]:
    """The words of each text (n,): between white space, characters, or as a function gives them.

    ``how`` None: the text itself, or the texts of a row (n, l).
    """
    if how is None:
        found: list[list[bytes]] = texts.reshape(len(texts), -1).tolist()
        return found
    if how == "whitespace":
        return [text.split() for text in texts.tolist()]
    if how == "character":
        return [[part.encode() for part in text] for text in decode(texts).tolist()]
    rows = how(_hand_out(texts))
    # Ragged tensors of TensorFlow's kind are lists of lists by another name.
    rows = rows.to_list() if hasattr(rows, "to_list") else rows
    parts = [read_texts(owner, np.asarray(row, object)).reshape(-1).tolist() for row in rows]
    if len(parts) != len(texts):
        raise DataError(
            compose(
                f"{owner} split",
                expected=f"{len(texts)} rows of words of the function",
                received=f"{len(parts)}",
            )
        )
    return parts


def join_ngrams(words: Sequence[bytes], lengths: Sequence[int]) -> list[bytes]:
    """All runs of so many neighbours, joined by a space, one length after the other.

    >>> join_ngrams([b"a", b"b", b"c"], (1, 2))
    [b'a', b'b', b'c', b'a b', b'b c']
    """
    return [b" ".join(words[i : i + n]) for n in lengths for i in range(max(len(words) - n + 1, 0))]


def _hand_out(texts: NDArray[Any]) -> Any:
    """Texts for a function of the user's: Python's strings, or the tensors that are set for it."""
    shown = as_result(texts)
    return decode(texts).astype(str) if shown is texts else shown
