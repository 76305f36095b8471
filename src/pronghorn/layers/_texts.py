"""Texts as arrays of bytes, whatever they come in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, compose, describe

__all__ = ["decode", "is_text", "read_texts", "read_values"]


def is_text(value: Any) -> bool:
    """Whether an array holds texts: NumPy's own, or objects of which the first is one."""
    array = np.asarray(value)
    if array.dtype.kind != "O":
        return array.dtype.kind in "UST"
    return array.size > 0 and isinstance(array.reshape(-1)[0], str | bytes)


def read_texts(owner: str, value: Any) -> NDArray[np.object_]:
    """Texts as an array of objects, each of them bytes (UTF-8); raises DataError for others.

    >>> read_texts("example", [["é", b"b"]]).tolist()
    [[b'\\xc3\\xa9', b'b']]
    """
    array = np.asarray(value)
    flat = array.reshape(-1).tolist()
    texts = [text.encode("utf-8", "surrogatepass") if type(text) is str else text for text in flat]
    for i, text in enumerate(texts):
        if type(text) is not bytes:
            raise DataError(
                compose(
                    owner,
                    expected="texts",
                    received=f"{describe(flat[i])} as element {i}",
                    remedy="Pass x.astype(str), with missing values filled: x.fillna('')",
                )
            )
    made = np.empty(len(texts), object)
    made[:] = texts
    return made.reshape(array.shape)


def read_values(owner: str, value: Any) -> NDArray[Any]:
    """Texts as ``read_texts`` gives them, numbers as they are; raises DataError for others."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise _refuse(owner, value) from error
    if array.dtype.kind in "biuf":
        return array
    if is_text(array):
        return read_texts(owner, array)
    raise _refuse(owner, value)


def decode(texts: NDArray[Any]) -> NDArray[np.object_]:
    """Bytes as Python's strings, in an array of the same shape."""
    made = np.empty(texts.size, object)
    made[:] = [text.decode("utf-8", "replace") for text in texts.reshape(-1)]
    return made.reshape(texts.shape)


def _refuse(owner: str, value: Any) -> DataError:
    return DataError(
        compose(owner, expected="an array of texts or of numbers", received=describe(value))
    )
