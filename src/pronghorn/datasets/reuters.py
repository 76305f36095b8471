"""Reuters: 11,228 news of 1987 as the numbers of their words, each of one of 46 topics."""

from __future__ import annotations

import numpy as np

from pronghorn._core.fetch import Download
from pronghorn._core.params import Integer, Interval, check
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

__all__ = ["get_label_names", "get_word_index", "load_data"]

_FOLDER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FILE, _WORDS = "reuters.npz", "reuters_word_index.json"
_TEXTS = KerasFile(
    "reuters",
    Download(
        f"{_FOLDER}{_FILE}",
        _FILE,
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    ),
)
_INDEX = KerasFile(
    "reuters", Download(f"{_FOLDER}{_WORDS}", _WORDS, "md5:4d44cc38712099c9e383dc6e5f11a921")
)
# By label; the topics of the collection as its file names them.
_TOPICS = """cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade
    reserves ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed
    gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange
    pet-chem dlr gas silver wpi hog lead"""


def load_data(
    path: str = _FILE,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    *,
    nb_words: int | None = None,
) -> Arrays:
    """((x_train, y_train), (x_test, y_test)): arrays of lists of numbers, and labels 0 … 45.

    The last ``test_split`` of the texts, shuffled by ``seed``, test. All else is as in
    ``imdb.load_data``.

    Raises ParameterError for arguments outside their values, FileError where the file is damaged
    or nowhere to be had, DataError where no text is left.

    Keras: ``keras.datasets.reuters.load_data``; Lewis 1997.

    >>> from pronghorn.datasets import reuters
    >>> (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=10000)  # doctest: +SKIP
    """
    most = num_words if nb_words is None else nb_words
    seed = check("reuters", "seed", seed, Integer(low=0, high=2**32 - 1))
    share = check("reuters", "test_split", test_split, Interval(0.0, 1.0))
    texts = read_texts(_TEXTS.find(path), "x", "y")
    texts = shuffle(texts, np.random.RandomState(seed))
    texts = mark_start("reuters", texts, start_char, index_from)
    rows, labels = shorter_than("reuters", maxlen, texts)
    rows = number_words("reuters", rows, most, skip_top, oov_char)
    at = int(len(rows) * (1 - share))
    return (np.array(rows[:at], object), labels[:at]), (np.array(rows[at:], object), labels[at:])


def get_word_index(path: str = _WORDS) -> dict[str, int]:
    """Word → its number, from 1; ``load_data`` adds ``index_from`` to it.

    Found as the texts are. Raises FileError where the file is damaged or nowhere to be had.

    Keras: ``keras.datasets.reuters.get_word_index``.

    >>> from pronghorn.datasets import reuters
    >>> reuters.get_word_index()["wheat"]  # doctest: +SKIP
    """
    return read_words(_INDEX.find(path))


def get_label_names() -> tuple[str, ...]:
    """What label i means.

    Keras: ``keras.datasets.reuters.get_label_names``.

    >>> get_label_names()[:3]
    ('cocoa', 'grain', 'veg-oil')
    """
    return tuple(_TOPICS.split())
