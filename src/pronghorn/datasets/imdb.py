"""IMDB: 50,000 reviews of films as the numbers of their words, and whether they praise."""

from __future__ import annotations

import numpy as np

from pronghorn._core.fetch import Download
from pronghorn._core.params import Integer, check
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._keras_file import KerasFile
from pronghorn.datasets._text_numbers import (
    mark_start,
    number_words,
    read_texts,
    read_words,
    shorter_than,
    shuffle,
)

__all__ = ["get_word_index", "load_data"]

_FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FILE, _WORDS = "imdb.npz", "imdb_word_index.json"
_TEXTS = KerasFile(
    "imdb",
    Download(
        f"{_FOLDER}{_FILE}",
        _FILE,
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    ),
)
_INDEX = KerasFile(
    "imdb", Download(f"{_FOLDER}{_WORDS}", _WORDS, "md5:bfafd718b763782e994055a2d397834f")
)


def load_data(
    path: str = _FILE,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    *,
    nb_words: int | None = None,
) -> Arrays:
    """((x_train, y_train), (x_test, y_test)): arrays of lists of numbers, and labels 0 and 1.

    A word has the number of its rank by frequency plus ``index_from``; every list begins with
    ``start_char``. Words below ``skip_top`` and from ``num_words`` on become ``oov_char``, or
    are left out where that is None. Texts of ``maxlen`` numbers and more are left out. ``seed``:
    of the order, which is Keras's. Looked for in PRONGHORN_DATA, Pronghorn's cache and Keras's,
    then downloaded from Keras's storage and checked by SHA-256. The file is a pickle of lists;
    nothing of it is run. ``nb_words`` is the older name of ``num_words``.

    Raises ParameterError for arguments outside their values, FileError where the file is damaged
    or nowhere to be had, DataError where no text is left.

    Keras: ``keras.datasets.imdb.load_data``; Maas et al. 2011.

    >>> from pronghorn.datasets import imdb
    >>> (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=10000)  # doctest: +SKIP
    """
    most = num_words if nb_words is None else nb_words
    seed = check("imdb", "seed", seed, Integer(low=0, high=2**32 - 1))
    file = _TEXTS.find(path)
    random = np.random.RandomState(seed)
    parts = []
    for part in ("train", "test"):
        texts = shuffle(read_texts(file, f"x_{part}", f"y_{part}"), random)
        texts = mark_start("imdb", texts, start_char, index_from)
        parts.append(shorter_than("imdb", maxlen, texts))
    (train, y_train), (test, y_test) = parts
    rows = number_words("imdb", [*train, *test], most, skip_top, oov_char)
    x_train, x_test = rows[: len(train)], rows[len(train) :]
    return (np.array(x_train, object), y_train), (np.array(x_test, object), y_test)


def get_word_index(path: str = _WORDS) -> dict[str, int]:
    """Word → its rank by frequency, from 1; ``load_data`` adds ``index_from`` to it.

    Found as the texts are. Raises FileError where the file is damaged or nowhere to be had.

    Keras: ``keras.datasets.imdb.get_word_index``.

    >>> from pronghorn.datasets import imdb
    >>> imdb.get_word_index()["the"]  # doctest: +SKIP
    1
    """
    return read_words(_INDEX.find(path))
