"""``tf.strings``: functions of texts, which are bytes in arrays of objects."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.layers import Hashing
from pronghorn.runner._tensorflow._calls import serve, served
from pronghorn.runner._tensorflow._ragged import RaggedTensor
from pronghorn.runner._tensorflow._tensor import read_value
from pronghorn.runner._tensorflow.dtypes import numpy_dtype


def _read(value: Any) -> NDArray[Any]:
    found = read_value(value)
    return read_value(found.astype(str)) if found.dtype.kind != "O" else found


def _map(function: Callable[[bytes], Any], value: Any, kind: Any = object) -> NDArray[Any]:
    texts = _read(value)
    found = np.empty(texts.size, kind)
    found[:] = [function(text) for text in texts.reshape(-1).tolist()]
    return found.reshape(texts.shape)


def _in_unicode(encoding: str, function: Callable[[str], str]) -> Callable[[bytes], bytes] | None:
    return (lambda text: function(text.decode()).encode()) if encoding == "utf-8" else None


@served("strings.lower")
def lower(input: Any, encoding: str = "") -> Any:
    """Small letters: those of ASCII, or of Unicode with encoding="utf-8"."""
    return _map(_in_unicode(encoding, str.lower) or bytes.lower, input)


@served("strings.upper")
def upper(input: Any, encoding: str = "") -> Any:
    """Capital letters: those of ASCII, or of Unicode with encoding="utf-8"."""
    return _map(_in_unicode(encoding, str.upper) or bytes.upper, input)


@served("strings.strip")
def strip(input: Any) -> Any:
    """Without white space at the ends."""
    return _map(bytes.strip, input)


@served("strings.regex_replace")
def regex_replace(input: Any, pattern: Any, rewrite: Any, replace_global: bool = True) -> Any:
    """Every match, or the first, replaced; ``\\1`` in ``rewrite`` is the first group."""
    find = re.compile(_text(pattern))
    return _map(lambda text: find.sub(_text(rewrite), text, 0 if replace_global else 1), input)


@served("strings.regex_full_match")
def regex_full_match(input: Any, pattern: Any) -> Any:
    """Whether the whole text matches."""
    find = re.compile(_text(pattern))
    return _map(lambda text: find.fullmatch(text) is not None, input, bool)


@served("strings.length")
def length(input: Any, unit: str = "BYTE") -> Any:
    """The number of bytes, or of characters with unit="UTF8_CHAR"."""
    count = len if unit == "BYTE" else (lambda text: len(text.decode()))
    return _map(count, input, np.int32)


@served("strings.substr")
def substr(input: Any, pos: Any, len: Any, unit: str = "BYTE") -> Any:
    """``len`` bytes, or characters, from ``pos`` on."""
    first, last = int(pos), int(pos) + int(len)
    if unit == "BYTE":
        return _map(lambda text: text[first:last], input)
    return _map(lambda text: text.decode()[first:last].encode(), input)


@served("strings.join")
def join(inputs: Any, separator: str = "") -> Any:
    """Texts at the same place of several tensors as one."""
    parts = np.broadcast_arrays(*(_read(part) for part in inputs))
    found = np.empty(parts[0].size, object)
    rows = zip(*(part.reshape(-1).tolist() for part in parts), strict=True)
    found[:] = [separator.encode().join(row) for row in rows]
    return found.reshape(parts[0].shape)


@served("strings.reduce_join")
def reduce_join(inputs: Any, axis: int | None = None, separator: str = "") -> Any:
    """Texts along an axis, or all, as one."""
    texts = _read(inputs)
    rows = texts.reshape(1, -1) if axis is None else np.moveaxis(texts, axis, -1)
    lead = () if axis is None else rows.shape[:-1]
    found = np.empty(int(np.prod(lead)), object)
    found[:] = [separator.encode().join(r) for r in rows.reshape(-1, rows.shape[-1]).tolist()]
    return found.reshape(lead)


@served("strings.as_string", "as_string")
def as_string(input: Any, precision: int = -1) -> Any:
    """Numbers written down."""
    numbers = read_value(input)
    if numbers.dtype.kind != "f":
        written = [str(number).lower() for number in numbers.reshape(-1).tolist()]
    else:
        form = "%f" if precision < 0 else f"%.{precision}f"
        written = [form % number for number in numbers.reshape(-1).tolist()]
    return read_value(np.array(written, object).reshape(numbers.shape))


@served("strings.to_number")
def to_number(input: Any, out_type: Any = "float32") -> Any:
    """Texts as numbers; ValueError for what is none."""
    return _map(float, input, np.float64).astype(numpy_dtype(out_type))


@served("strings.to_hash_bucket_fast")
def to_hash_bucket_fast(input: Any, num_buckets: int) -> Any:
    """The bucket of each text, by a hash that is the same everywhere."""
    return np.asarray(Hashing(int(num_buckets))(_read(input)))


@served("strings.split")
def split(input: Any, sep: Any = None, maxsplit: int = -1) -> Any:
    """The parts between separators, white space by default: of several texts ragged rows."""
    texts = _read(input)
    apart = _text(sep) if sep else None
    rows = [text.split(apart, maxsplit) for text in texts.reshape(-1).tolist()]
    return _as_bytes(rows[0]) if texts.ndim == 0 else _as_rows(rows)


@served("strings.unicode_split", "strings.bytes_split")
def unicode_split(input: Any, input_encoding: str = "UTF-8") -> Any:
    """The characters of each text."""
    texts = _read(input)
    rows = [[c.encode() for c in text.decode()] for text in texts.reshape(-1).tolist()]
    return _as_bytes(rows[0]) if texts.ndim == 0 else _as_rows(rows)


def _text(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(read_value(value)[()])


def _as_bytes(row: list[bytes]) -> NDArray[Any]:
    found = np.empty(len(row), object)
    found[:] = row
    return found


def _as_rows(rows: list[list[bytes]]) -> RaggedTensor:
    return RaggedTensor([_as_bytes(row) for row in rows])


__getattr__, __dir__ = serve("tf.strings", "strings.")
