"""Texts as the numbers of their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Integer, OneOf, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._categories._category_rows import encode_lists
from pronghorn.layers._categories._index_lookup import refuse_file
from pronghorn.layers._categories._string_lookup import StringLookup
from pronghorn.layers._categories._tokens import join_ngrams, split_texts, standardize_texts
from pronghorn.layers._categories._vocabulary import iterate_batches
from pronghorn.layers._host import HostLayer
from pronghorn.layers._options import refuse_left_out

__all__ = ["TextVectorization"]

T = TypeVar("T", bound="TextVectorization")

_STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
_SPLIT = ("whitespace", "character")


@register("layer", "TextVectorization")
class TextVectorization(HostLayer):
    """Texts (n,) or (n, 1) → numbers of their words (n, l), or rows (n, d) made of them.

    A text is standardized, split into words, and every word looked up in a vocabulary of d
    words, where 0 fills rows up and 1 stands for words outside. In other modes than "int" rows are
    those of ``StringLookup``, and number 0 stands for words outside.

    Args:
        max_tokens: The largest size of the vocabulary, 0 and 1 counted. Default None: any.
        standardize: "lower_and_strip_punctuation" (default), "lower", "strip_punctuation", None,
            or a function of an array of texts.
        split: "whitespace" (default), "character", None, or a function of an array of texts that
            gives a row of words for each.
        ngrams: n: runs of up to n words are words as well; a tuple: runs of these lengths.
            Default None.
        output_mode: "int" (default), "multi_hot", "count" or "tf_idf".
        output_sequence_length: l: longer rows are cut, shorter ones filled up. Default None: the
            longest text's of those that come together.
        pad_to_max_tokens: Rows of length ``max_tokens`` whatever the vocabulary. Default False.
        vocabulary, idf_weights: see ``StringLookup``.
        sparse, ragged: False, the only one.
        encoding: "utf-8", the only one.
        name, input_shape: see ``Layer``.

    Errors: those of ``StringLookup``; ShapeError for several texts in a row.

    Source: keras.layers.TextVectorization.

    >>> from pronghorn import layers
    >>> layer = layers.TextVectorization(output_sequence_length=4)
    >>> layer.adapt(["A dense net.", "A net!"])
    >>> layer.get_vocabulary()
    ['', '[UNK]', 'net', 'a', 'dense']
    >>> layer(["A very dense net"]).tolist()
    [[3, 1, 4, 2]]
    """

    _counts_whole = True

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        kind = "TextVectorization"
        refuse_left_out(kind, sparse=sparse, ragged=ragged)
        names = ("vocabulary_size", "has_input_vocabulary")
        inner = {name: kwargs.pop(name) for name in names if name in kwargs}
        super().__init__(name=name, **kwargs)
        self.standardize = _read_step(kind, "standardize", standardize, _STANDARDIZE)
        self.split = _read_step(kind, "split", split, _SPLIT)
        self.ngrams = _read_ngrams(ngrams)
        self._lookup_layer = StringLookup(
            max_tokens,
            mask_token="",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            output_mode=output_mode,
            pad_to_max_tokens=pad_to_max_tokens,
            encoding=encoding,
            **inner,
        )
        self.output_mode = self._lookup_layer.output_mode
        if self.output_mode == "one_hot":
            rule = OneOf("int", "multi_hot", "count", "tf_idf")
            check(kind, "output_mode", self.output_mode, rule)
        rule_of_length = Optional(Integer(low=1))
        length = check(kind, "output_sequence_length", output_sequence_length, rule_of_length)
        if length is not None and self.output_mode != "int":
            raise ParameterError(
                compose(
                    f"{kind} output_sequence_length",
                    expected="None, for another output_mode than 'int'",
                    received=str(length),
                )
            )
        self.output_sequence_length = length

    # The vocabulary is the lookup's.

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words in the order of their numbers; "" and "[UNK]" come first in "int" mode."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many numbers there are."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take words in the order of their numbers; see ``StringLookup.set_vocabulary``."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary of texts, forgetting an earlier one: the most frequent words first.

        ``data``: an array, a list, or an iterable of batches, of which ``steps`` limits the number;
        ``batch_size`` is accepted. Raises DataError for no words, ParameterError where a
        vocabulary was given.

        Source: keras.layers.TextVectorization.adapt.
        """
        batches = iterate_batches("TextVectorization", data, steps)
        # A batch of texts without a second axis comes as one row.
        columns = (b.reshape(-1, 1) if self.split is not None else b for b in batches)
        self._lookup_layer._learn(map(self._split, columns))

    # Looking up.

    def _split(self, values: NDArray[Any]) -> list[list[bytes]]:
        owner = f"TextVectorization {self.name!r}"
        texts = standardize_texts(owner, self.standardize, self._lookup_layer._keys(values))
        if self.split is not None:
            self._require_single(texts.shape)
            texts = texts.reshape(-1)
        words = split_texts(owner, self.split, texts)
        if self.ngrams is None:
            return words
        lengths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
        return [join_ngrams(row, tuple(lengths)) for row in words]

    def look_up(self, *values: NDArray[Any]) -> NDArray[Any]:
        lookup, texts = self._lookup_layer, np.atleast_1d(values[0])
        words = self._split(texts)
        lookup._require_vocabulary()
        flat = lookup._find_numbers([word for row in words for word in row])
        ends = np.cumsum([0, *map(len, words)])
        lists = [flat[a:b] for a, b in pairwise(ends)]
        if self.output_mode != "int":
            return lookup._weigh(encode_lists(lists, lookup._rows, lookup.depth))
        length = self.output_sequence_length
        if length is None:
            length = max(map(len, lists), default=0)
        found = np.zeros((len(lists), length), np.int64)
        for row, numbers in zip(found, lists, strict=True):
            row[: len(numbers)] = numbers[:length]
        # One text alone, and texts that are not split, keep their shape.
        keeps = values[0].ndim == 0 or (self.split is None and values[0].ndim == 1)
        return found.reshape(-1) if keeps and (values[0].ndim == 0 or length == 1) else found

    def row_shape(self, *shapes: Shape) -> Shape:
        if self.split is not None:
            self._require_single(shapes[0])
        if self.output_mode != "int":
            return (None, self._lookup_layer.depth)
        length = self.output_sequence_length
        if length is None and self.split is None and self.ngrams is None:
            return shapes[0]
        return (None, length)

    def _require_single(self, shape: Sequence[int | None]) -> None:
        if len(shape) > 1 and tuple(shape[1:]) != (1,):
            raise ShapeError(
                compose(
                    f"TextVectorization {self.name!r}",
                    expected="one text a row, shape (n,) or (n, 1)",
                    received=f"shape {tuple(shape)}",
                )
            )

    # Configuration.

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the vocabulary that there is, learned or given."""
        inner = self._lookup_layer.get_config()
        kept = ("max_tokens", "pad_to_max_tokens", "vocabulary", "idf_weights", "encoding")
        config = {
            **super().get_config(),
            **{key: inner[key] for key in kept},
            "sparse": False,
            "ragged": False,
            "vocabulary_size": inner["vocabulary_size"],
        }
        if "has_input_vocabulary" in inner:
            config["has_input_vocabulary"] = False
        return config

    @classmethod
    def from_config(cls: type[T], config: Mapping[str, Any]) -> T:
        """A new layer from ``get_config()``'s result; raises ParameterError for a file's name."""
        refuse_file(cls.__name__, config)
        given = dict(config)
        for step in ("standardize", "split"):
            if isinstance(given.get(step), Mapping):
                given[step] = registry.deserialize("function", given[step])
        if given.pop("has_input_vocabulary", None) is False:
            layer = super().from_config(given)
            layer._lookup_layer._is_fixed = False
            return layer
        return super().from_config(given)

    def _take_lines(self, lines: Sequence[str], idf_weights: Any = None) -> None:
        self._lookup_layer._take_lines(lines, idf_weights)

    def _own_arrays(self) -> dict[str, NDArray[Any]]:
        return self._lookup_layer._own_arrays()


def _read_step(kind: str, name: str, value: Any, known: tuple[str, ...]) -> Any:
    if value is None or callable(value) or (isinstance(value, str) and value in known):
        return value
    raise ParameterError(
        compose(
            f"{kind} {name}",
            expected=f"None, a function, or one of {', '.join(map(repr, known))}",
            received=describe(value),
        )
    )


def _read_ngrams(value: Any) -> int | tuple[int, ...] | None:
    rule = Integer(low=1)
    if isinstance(value, tuple | list) and value:
        return tuple(check("TextVectorization", "ngrams", part, rule) for part in value)
    return check("TextVectorization", "ngrams", value, Optional(rule))
