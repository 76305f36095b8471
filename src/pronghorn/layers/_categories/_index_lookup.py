"""What the lookups in a vocabulary have in common, whatever their tokens are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, NotBuiltError, ParameterError, compose, describe
from pronghorn._core.params import Boolean, Integer, OneOf, Optional, check
from pronghorn.ir.graph import Shape
from pronghorn.layers._categories._category_rows import encode, shape_of_rows
from pronghorn.layers._categories._vocabulary import TokenCounts, iterate_batches, refuse_repeated
from pronghorn.layers._host import HostLayer
from pronghorn.layers._options import refuse_left_out

__all__ = ["IndexLookup"]

L = TypeVar("L", bound="IndexLookup")

Array = NDArray[Any]
# Numbers of what is not in the vocabulary, before it is known what becomes of it.
_UNKNOWN, _MASKED = -1, -2
_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


class IndexLookup(HostLayer):
    """The number of every token in a vocabulary, or rows made of these numbers.

    See ``StringLookup`` and ``IntegerLookup``, which say what a token is: how it is read from
    data (``_keys``), from arguments (``_read_token``), and spread over several unknowns.
    """

    _counts_whole = True

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        pad_to_max_tokens: bool,
        sparse: bool,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        refuse_left_out(kind, sparse=sparse)
        self._frozen_size = check(
            kind, "vocabulary_size", kwargs.pop("vocabulary_size", None), Optional(Integer(low=0))
        )
        # Whether the tokens were given for good; a config tells it of those that were learned.
        is_given = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        self._is_fixed = check(kind, "has_input_vocabulary", is_given, Boolean())
        # Texts are hashed in one way; Keras's configs name one all the same.
        method = kwargs.pop("oov_method", "floormod")
        check(kind, "oov_method", method, OneOf("floormod", "farmhash"))
        super().__init__(**kwargs)
        self.max_tokens = check(kind, "max_tokens", max_tokens, Optional(Integer(low=2)))
        self.num_oov_indices = check(kind, "num_oov_indices", num_oov_indices, Integer(low=0))
        self.mask_token = None if mask_token is None else self._read_token("mask_token", mask_token)
        self.oov_token = None if oov_token is None else self._read_token("oov_token", oov_token)
        self.invert = check(kind, "invert", invert, Boolean())
        is_old = isinstance(output_mode, str) and output_mode in _OLD_MODES
        mode = _OLD_MODES[output_mode] if is_old else output_mode
        self.output_mode = check(kind, "output_mode", mode, OneOf(*_MODES))
        self.pad_to_max_tokens = check(kind, "pad_to_max_tokens", pad_to_max_tokens, Boolean())
        self.sparse = False
        self._tokens: list[Any] = []
        self._table: dict[Any, int] = {}
        self._idf: NDArray[np.float32] | None = None
        if self.invert and self.output_mode != "int":
            raise self._refuse_argument("output_mode", "'int', beside invert=True", output_mode)
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise self._refuse_argument("max_tokens", "a number, for pad_to_max_tokens", None)
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            raise self._refuse_argument("idf_weights", "None without a vocabulary", idf_weights)

    # What a kind of tokens defines.

    def _read_token(self, name: str, value: Any) -> Any:
        """A token of the arguments as it is kept; raises ParameterError for other things."""
        raise NotImplementedError

    def _read_tokens(self, vocabulary: Any) -> list[Any]:
        raise NotImplementedError

    def _keys(self, values: Array) -> Array:
        """Data as tokens of the table; raises DataError for what can be none."""
        raise NotImplementedError

    def _spread(self, keys: list[Any]) -> list[int]:
        """Which of several unknowns each of these tokens is."""
        raise NotImplementedError

    def _key(self, token: Any) -> Any:
        """A token of the vocabulary as the table has it."""
        return token

    def _token(self, key: Any) -> Any:
        return key

    # The vocabulary.

    @property
    def _mask_places(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    @property
    def _first_place(self) -> int:
        """The number of the first token: those of the mask and of unknowns come before."""
        return self._mask_places + self.num_oov_indices

    @property
    def _special(self) -> list[Any]:
        return [self.mask_token] * self._mask_places + [self.oov_token] * self.num_oov_indices

    def vocabulary_size(self) -> int:
        """How many numbers there are: those of the mask and of unknown tokens count."""
        return len(self._tokens) + self._first_place

    def vocab_size(self) -> int:
        """The older name of ``vocabulary_size``."""
        return self.vocabulary_size()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers, those of mask and unknowns first."""
        return [*(self._special if include_special_tokens else ()), *self._tokens]

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take tokens in the order of their numbers, in place of ``adapt``.

        ``vocabulary``: a list or array, with the tokens of mask and unknowns in front or without
        them, or the name of a text file with a token in every line. ``idf_weights``: as many
        numbers, for the output mode "tf_idf" alone.

        Raises ParameterError for repeated tokens and more than ``max_tokens``, FileError for a
        file that is not there.
        """
        kind = type(self).__name__
        tokens = self._read_tokens(vocabulary)
        n, special = len(tokens), self._special
        if special and tokens[: len(special)] == special:
            tokens = tokens[len(special) :]
        if not tokens:
            raise self._refuse_argument("vocabulary", "at least one token", vocabulary)
        refuse_repeated(kind, tokens)
        reserved = [self.mask_token, *([self.oov_token] if self.invert else ())]
        for token in reserved:
            if token is not None and token in tokens:
                remedy = f"a list without {token!r}, or with {special} at its start"
                raise self._refuse_argument("vocabulary", remedy, vocabulary)
        size = len(tokens) + len(special)
        if self.max_tokens is not None and size > self.max_tokens:
            what = f"at most {self.max_tokens} tokens (max_tokens)"
            raise self._refuse_argument("vocabulary", what, f"{size}")
        idf = self._read_idf(idf_weights, n)
        if idf is not None and n == len(tokens):
            idf = np.concatenate([np.full(len(special), idf.mean(), np.float32), idf])
        self._take(tokens, idf)

    def _take(self, tokens: list[Any], idf: NDArray[np.float32] | None) -> None:
        size = len(tokens) + self._first_place
        if self._frozen_size not in (None, size) and self._is_of_fixed_depth():
            raise self._refuse_argument(
                "vocabulary", f"{self._frozen_size} tokens: a model was made for as many", str(size)
            )
        self._tokens, self._idf = tokens, idf
        first = self._first_place
        self._table = {self._key(token): first + i for i, token in enumerate(tokens)}
        if self.mask_token is not None:
            self._table[self._key(self.mask_token)] = _MASKED

    def _is_of_fixed_depth(self) -> bool:
        return bool(self._uses) and self.output_mode != "int" and not self.pad_to_max_tokens

    def _read_idf(self, weights: Any, n: int) -> NDArray[np.float32] | None:
        if (weights is None) != (self.output_mode != "tf_idf"):
            what = "as many as tokens" if weights is None else "none, for another mode than tf_idf"
            raise self._refuse_argument("idf_weights", what, weights)
        if weights is None:
            return None
        try:
            found = np.asarray(weights, np.float32)
        except (TypeError, ValueError):
            found = np.empty(0, np.float32)
        if found.shape != (n,) or not np.isfinite(found).all():
            raise self._refuse_argument("idf_weights", f"{n} finite numbers", weights)
        return found

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary of data, forgetting an earlier one: the most frequent tokens first.

        ``data``: an array, a list, or an iterable of batches, of which ``steps`` limits the number.
        Raises DataError for no tokens, ParameterError where a vocabulary was given.
        """
        self._learn(map(self._documents, iterate_batches(type(self).__name__, data, steps)))

    def _documents(self, batch: Array) -> list[list[Any]]:
        keys = self._keys(batch)
        found: list[list[Any]] = keys.reshape(-1, keys.shape[-1]).tolist()
        return found

    def _learn(self, batches: Any) -> None:
        """The same for batches of documents, each a list of tokens as the table has them."""
        owner = f"{type(self).__name__} {self.name!r} adapt"
        if self._is_fixed:
            raise ParameterError(
                compose(
                    owner,
                    expected="a layer without a vocabulary",
                    received="one that was made with vocabulary=…",
                )
            )
        counts = TokenCounts()
        for documents in batches:
            counts.add(documents)
        special = (t for t in (self.mask_token, self.oov_token) if t is not None)
        most = None if self.max_tokens is None else max(self.max_tokens - self._first_place, 0)
        keys = counts.most_common(most, map(self._key, special))
        if not keys:
            raise DataError(compose(owner, expected="tokens", received="none"))
        idf = None
        if self.output_mode == "tf_idf":
            known = counts.inverse_frequencies(keys)
            idf = np.concatenate([np.full(self._first_place, known.mean(), np.float32), known])
        self._take([self._token(key) for key in keys], idf)

    # Looking up.

    @property
    def depth(self) -> int:
        """The length of the rows in every mode but "int"."""
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        if not self._tokens and self._frozen_size is not None:
            return self._frozen_size
        self._require_vocabulary()
        return self.vocabulary_size()

    def row_shape(self, *shapes: Shape) -> Shape:
        depth = 0 if self.output_mode == "int" else self.depth
        return shape_of_rows(f"{type(self).__name__} {self.name!r}", self._rows, shapes[0], depth)

    @property
    def _rows(self) -> str:
        return "count" if self.output_mode == "tf_idf" else self.output_mode

    def look_up(self, *values: Array) -> Array:
        self._require_vocabulary()
        if self.invert:
            return self._find_tokens(values[0])
        keys = self._keys(values[0])
        numbers = self._find_numbers(keys.reshape(-1).tolist()).reshape(keys.shape)
        return self._weigh(encode(numbers, self._rows, self.depth))

    def _weigh(self, rows: Array) -> Array:
        """Counts times the inverse frequencies, where that is the mode."""
        if self._idf is None:
            return rows
        weights = np.zeros(self.depth, np.float32)
        weights[: len(self._idf)] = self._idf
        return rows.astype(np.float32) * weights

    def _find_numbers(self, keys: list[Any]) -> NDArray[np.int64]:
        """The numbers of tokens; those of unknown ones, and of the mask, as the arguments say."""
        table = self._table
        found = np.fromiter((table.get(key, _UNKNOWN) for key in keys), np.int64, len(keys))
        if self.mask_token is not None and self._mask_places:
            found[found == _MASKED] = 0
        unknown = np.flatnonzero(found == _UNKNOWN)
        if not len(unknown):
            return found
        if self.num_oov_indices == 0:
            shown = ", ".join(repr(self._token(keys[i])) for i in unknown[:3])
            raise DataError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="tokens of the vocabulary",
                    received=f"others, such as {shown}",
                    remedy="num_oov_indices=1 gives them a number of their own",
                )
            )
        found[unknown] = self._mask_places
        if self.num_oov_indices > 1:
            found[unknown] += self._spread([keys[i] for i in unknown])
        return found

    def _find_tokens(self, numbers: Array) -> Array:
        if numbers.dtype.kind not in "biu":
            raise DataError(
                compose(
                    f"{type(self).__name__} {self.name!r} (invert)",
                    expected="whole numbers",
                    received=describe(numbers),
                )
            )
        found: list[Any] = self.get_vocabulary()
        tokens = [found[i] if 0 <= i < len(found) else self.oov_token for i in numbers.flat]
        return np.array(tokens).reshape(numbers.shape)

    # Configuration.

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the vocabulary that there is, learned or given."""
        is_weighed = self._idf is not None
        vocabulary = self.get_vocabulary(include_special_tokens=is_weighed)
        config = {
            **super().get_config(),
            "vocabulary": vocabulary if self._tokens else None,
            "idf_weights": self._idf.tolist() if self._idf is not None else None,
            "vocabulary_size": self.vocabulary_size() if self._tokens else self._frozen_size,
        }
        if self._tokens and not self._is_fixed:
            config["has_input_vocabulary"] = False
        return config

    @classmethod
    def from_config(cls: type[L], config: Mapping[str, Any]) -> L:
        """A new layer from ``get_config()``'s result; raises ParameterError for a file's name."""
        refuse_file(cls.__name__, config)
        layer = super().from_config(config)
        layer._is_fixed = config.get("has_input_vocabulary", layer._is_fixed) is not False
        return layer

    def _take_lines(self, lines: Sequence[str], idf_weights: Any = None) -> None:
        if not self._tokens:
            self.set_vocabulary([self._parse(line) for line in lines], idf_weights)

    def _parse(self, line: str) -> Any:
        return line

    def _own_arrays(self) -> dict[str, Array]:
        return {} if self._idf is None else {"idf_weights": self._idf}

    def _refuse_argument(self, name: str, expected: str, received: Any) -> ParameterError:
        shown = received if isinstance(received, str) else describe(received)
        return ParameterError(
            compose(f"{type(self).__name__} {name}", expected=expected, received=shown)
        )

    def _require_vocabulary(self) -> None:
        if not self._tokens:
            raise NotBuiltError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a vocabulary",
                    received="none yet",
                    remedy="Call adapt(data), or pass vocabulary=[…]",
                )
            )


def refuse_file(kind: str, config: Mapping[str, Any]) -> None:
    """A config must not open files: a model's file holds its vocabulary itself."""
    if isinstance(config.get("vocabulary"), str):
        raise ParameterError(
            compose(
                f"{kind} vocabulary",
                expected="the tokens, in a config",
                received=f"the name of a file, {config['vocabulary']!r}",
                remedy="Make the layer with vocabulary=file instead",
            )
        )
