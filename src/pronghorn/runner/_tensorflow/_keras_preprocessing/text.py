"""``keras.preprocessing.text``: words of texts as numbers, from a count of words or by hashes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import DataError, ParameterError, compose, describe
from pronghorn.runner._outside import outside

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

# What a tokenizer has counted; in its config as JSON.
_COUNTS = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text: what ``filters`` holds parts them, as ``split`` does.

    Source: tf.keras.preprocessing.text.text_to_word_sequence.
    """
    text = input_text.lower() if lower else input_text
    apart = text.translate({ord(sign): split for sign in filters})
    return [word for word in apart.split(split) if word]


def hashing_trick(
    text: str,
    n: int,
    hash_function: Callable[[str], int] | str | None = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Iterable[str]] | None = None,
) -> list[int]:
    """The words of a text as numbers from 1 to n − 1, several words to a number.

    Source: tf.keras.preprocessing.text.hashing_trick.
    """
    number = _md5 if hash_function == "md5" else hash_function
    if not callable(number):
        number = hash
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [number(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Iterable[str]] | None = None,
) -> list[int]:
    """``hashing_trick`` with Python's own hash. Source: tf.keras.preprocessing.text.one_hot."""
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Words as numbers, the most frequent first from 1; 0 stands for none.

    Source: tf.keras.preprocessing.text.Tokenizer.

    >>> words = Tokenizer()
    >>> words.fit_on_texts(["a rose is a rose"])
    >>> words.word_index, words.texts_to_sequences(["Is a rose?"])
    ({'a': 1, 'rose': 2, 'is': 3}, [[3, 1, 2]])
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable[[str], Iterable[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.num_words = kwargs.pop("nb_words", num_words)
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Tokenizer() got an unexpected argument {next(iter(kwargs))!r}")
        self.filters, self.split, self.lower = filters, split, lower
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: Counter[str] = Counter()
        self.index_docs: Counter[int] = Counter()
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> list[str]:
        if self.char_level or isinstance(text, list):
            return [part.lower() if self.lower else part for part in text]
        if self.analyzer is not None:
            return list(self.analyzer(text))
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, or of lists of words, and number them anew."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            self.word_docs.update(set(words))
        # Words that are equally frequent stay in the order in which they came.
        ordered = sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        known = ordered if self.oov_token is None else [self.oov_token, *ordered]
        self.word_index = {word: i for i, word in enumerate(known, 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Iterable[int]]) -> None:
        """Count in how many sequences each number occurs."""
        self.document_count += len(sequences)
        for sequence in sequences:
            self.index_docs.update(set(sequence))

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The numbers of the words of each text; unknown words are left out, or oov_token."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """The same, one by one."""
        other = None if self.oov_token is None else self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self.word_index.get(word) for word in self._words(text))
            kept = (i if i is not None and self._is_kept(i) else other for i in numbers)
            yield [i for i in kept if i is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """The words of the numbers of each sequence, with blanks between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """The same, one by one."""
        for sequence in sequences:
            words = (self.index_word.get(i) if self._is_kept(i) else None for i in sequence)
            known = (self.oov_token if word is None else word for word in words)
            yield " ".join(word for word in known if word is not None)

    def _is_kept(self, number: int) -> bool:
        return not self.num_words or number < self.num_words

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> NDArray[Any]:
        """A row for each text, as ``sequences_to_matrix`` makes it."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Sequence[Any], mode: str = "binary") -> NDArray[Any]:
        """(n, words) of the words in n sequences: there or not, or how often.

        ``mode``: "binary" (default), "count", "freq" (count / length), or "tfidf":
        (1 + log count) · log(1 + documents / (1 + documents with the word)).

        Raises ParameterError for another mode, DataError where nothing was counted yet.
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ParameterError(
                compose(
                    "Tokenizer: mode",
                    expected="'binary', 'count', 'freq' or 'tfidf'",
                    received=describe(mode),
                )
            )
        width = self.num_words or (len(self.word_index) + 1 if self.word_index else 0)
        if not width or (mode == "tfidf" and not self.document_count):
            raise DataError(
                compose(
                    f"Tokenizer: mode {mode!r}",
                    expected="texts that were counted",
                    received="none",
                    remedy="Call fit_on_texts(texts) before, or give num_words",
                )
            )
        found = np.zeros((len(sequences), width))
        for row, sequence in zip(found, sequences, strict=True):
            numbers = np.asarray(sequence, np.int64)
            np.add.at(row, numbers[numbers < width], 1.0)
            if mode == "freq" and len(numbers):
                row /= len(numbers)
        if mode == "binary":
            return (found > 0).astype(float)
        if mode != "tfidf":
            return found
        documents = np.array([self.index_docs[i] for i in range(width)])
        rarity = np.log(1 + self.document_count / (1 + documents))
        weighed: NDArray[Any] = np.where(found > 0, 1 + np.log(np.maximum(found, 1)), 0.0) * rarity
        return weighed

    def get_config(self) -> dict[str, Any]:
        """Settings and counts, the counts as JSON."""
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        config = {name: getattr(self, name) for name in (*names, "document_count")}
        return {**config, **{name: json.dumps(getattr(self, name)) for name in _COUNTS}}

    def to_json(self, **kwargs: Any) -> str:
        """What ``tokenizer_from_json`` makes another one of."""
        config = {"class_name": "Tokenizer", "config": self.get_config()}
        return json.dumps(config, **kwargs)


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer of a text that ``to_json`` gave."""
    config = json.loads(json_string)["config"]
    counts = {name: json.loads(config.pop(name)) for name in _COUNTS}
    made = Tokenizer(**config)
    made.word_counts = OrderedDict(counts["word_counts"])
    made.word_docs, made.word_index = Counter(counts["word_docs"]), counts["word_index"]
    made.index_docs = Counter({int(i): n for i, n in counts["index_docs"].items()})
    made.index_word = {int(i): word for i, word in counts["index_word"].items()}
    return made


def __getattr__(name: str) -> Any:
    outside(f"keras.preprocessing.text.{name}", "tensorflow")
