"""Whole numbers as their places in a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, compose, describe
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.registry import register
from pronghorn.layers._arguments import renamed
from pronghorn.layers._categories._buckets import read_salt, spread, write_numbers
from pronghorn.layers._categories._index_lookup import IndexLookup
from pronghorn.layers._categories._vocabulary import read_lines

__all__ = ["IntegerLookup"]


@register("layer", "IntegerLookup")
class IntegerLookup(IndexLookup):
    """The place of every whole number in a vocabulary: (n, l) → (n, l), or rows of such places.

    Places and modes are those of ``StringLookup``. Numbers outside the vocabulary that share
    several places go to x mod ``num_oov_indices``.

    Args:
        max_tokens, num_oov_indices, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens: see ``StringLookup``. Older spellings: ``max_values`` and
            ``num_oov_values``.
        mask_token: The number whose place is 0, and which no row counts. Default None. Older
            spelling: ``mask_value``.
        oov_token: What ``invert`` gives for a place outside. Default −1.
        vocabulary_dtype: "int64", the only one.
        oov_method: "floormod" (default), or "farmhash": numbers outside are hashed.
        salt: A number or two that change that hash. Default None.
        name, input_shape: see ``Layer``.

    Errors: those of ``StringLookup``; ParameterError for a salt without "farmhash".

    Source: keras.layers.IntegerLookup.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.IntegerLookup(vocabulary=[12, 36])(np.array([36, 12, 7])).tolist()
    [2, 1, 0]
    """

    @renamed(max_values="max_tokens", num_oov_values="num_oov_indices", mask_value="mask_token")
    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int | None = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        kind = "IntegerLookup"
        self.vocabulary_dtype = check(kind, "vocabulary_dtype", vocabulary_dtype, OneOf("int64"))
        self.oov_method = check(kind, "oov_method", oov_method, OneOf("floormod", "farmhash"))
        self.salt = read_salt(kind, salt)
        if self.salt is not None and self.oov_method != "farmhash":
            raise self._refuse_argument("salt", "None without oov_method='farmhash'", salt)
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

    def _read_token(self, name: str, value: Any) -> int:
        return check("IntegerLookup", name, value, Integer())

    def _read_tokens(self, vocabulary: Any) -> list[int]:
        if isinstance(vocabulary, str):
            return [self._parse(line) for line in read_lines("IntegerLookup", vocabulary)]
        array = np.asarray(vocabulary)
        is_whole = array.dtype.kind in "iu" or (
            array.dtype.kind == "f" and bool((array == np.floor(array)).all())
        )
        if array.ndim != 1 or not is_whole:
            raise self._refuse_argument("vocabulary", "a list of whole numbers", vocabulary)
        found: list[int] = array.astype(np.int64).tolist()
        return found

    def _parse(self, line: str) -> int:
        try:
            return int(line)
        except ValueError:
            raise self._refuse_argument("vocabulary", "whole numbers", repr(line)) from None

    def _keys(self, values: NDArray[Any]) -> NDArray[Any]:
        if values.dtype.kind not in "biuf":
            raise DataError(
                compose(
                    f"IntegerLookup {self.name!r}",
                    expected="whole numbers",
                    received=describe(values),
                    remedy="StringLookup is for texts",
                )
            )
        with np.errstate(invalid="ignore"):
            return values.astype(np.int64)

    def _spread(self, keys: list[int]) -> list[int]:
        if self.oov_method == "floormod":
            return [key % self.num_oov_indices for key in keys]
        return spread(write_numbers(np.array(keys)), self.num_oov_indices, self.salt)
