"""Texts as numbers of a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn._core.params import OneOf, check
from pronghorn._core.registry import register
from pronghorn.layers._categories._buckets import read_salt, spread
from pronghorn.layers._categories._index_lookup import IndexLookup
from pronghorn.layers._categories._vocabulary import read_lines
from pronghorn.layers._texts import decode, read_texts

__all__ = ["StringLookup"]


@register("layer", "StringLookup")
class StringLookup(IndexLookup):
    """The number of every text in a vocabulary, in the shape of the input: (n, l) → (n, l).

    In a vocabulary v₀, v₁, …, text vᵢ has the number i plus that of the places before: one for
    ``mask_token``, where there is one, then ``num_oov_indices`` for texts outside the vocabulary.
    In other modes the numbers become rows of length d, the size of the vocabulary: "one_hot"
    (n, 1) → (n, d); "multi_hot" (n, l) → (n, d), 1 for every text that occurs; "count", how often;
    "tf_idf", how often, times ln(1 + rows / (1 + rows with the text)). There the mask has no place.

    Args:
        max_tokens: The largest size of the vocabulary, all places counted. Default None: any.
        num_oov_indices: Places for texts outside, which are hashed to one of several. 0: such
            texts are errors. Default 1.
        mask_token: The text whose number is 0, and which no row counts. Default None.
        oov_token: What ``invert`` gives for a number outside. Default "[UNK]".
        vocabulary: The texts as a list or array, or the name of a file with one in every line.
            Default None: ``adapt`` learns them.
        idf_weights: For "tf_idf", a number for each text of ``vocabulary``.
        invert: Numbers in, texts out. Default False.
        output_mode: "int" (default), "one_hot", "multi_hot", "count" or "tf_idf".
        pad_to_max_tokens: Rows of length ``max_tokens`` whatever the vocabulary. Default False.
        sparse: False, the only one.
        encoding: "utf-8", the only one.
        salt: A number or two that change the hash of texts outside. Default None.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for arguments that do not fit each other; NotBuiltError before there is
    a vocabulary; DataError for what is no text, and for texts outside with num_oov_indices=0.

    Source: keras.layers.StringLookup.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> lookup = layers.StringLookup()
    >>> lookup.adapt(["red", "blue", "red"])
    >>> lookup.get_vocabulary()
    ['[UNK]', 'red', 'blue']
    >>> lookup(np.array([["blue"], ["green"]])).tolist()
    [[2], [0]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str | None = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.salt = read_salt("StringLookup", salt)
        self.encoding = check("StringLookup", "encoding", encoding, OneOf("utf-8"))
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            pad_to_max_tokens,
            sparse,
            name=name,
            **kwargs,
        )

    def _read_token(self, name: str, value: Any) -> str:
        if isinstance(value, bytes):
            value = value.decode()
        if not isinstance(value, str):
            raise ParameterError(
                compose(f"StringLookup {name}", expected="a text", received=describe(value))
            )
        return str(value)

    def _read_tokens(self, vocabulary: Any) -> list[str]:
        if isinstance(vocabulary, str):
            return read_lines("StringLookup", vocabulary)
        array = np.asarray(vocabulary)
        if array.ndim != 1:
            raise self._refuse_argument("vocabulary", "a list of texts, or a file", vocabulary)
        try:
            return list(decode(read_texts("StringLookup vocabulary", array)))
        except DataError as error:
            raise ParameterError(str(error)) from error

    def _keys(self, values: NDArray[Any]) -> NDArray[Any]:
        return read_texts(f"StringLookup {self.name!r}", values)

    def _key(self, token: str) -> bytes:
        return token.encode("utf-8", "surrogatepass")

    def _token(self, key: bytes) -> str:
        return key.decode("utf-8", "replace")

    def _spread(self, keys: list[bytes]) -> list[int]:
        return spread(keys, self.num_oov_indices, self.salt)
