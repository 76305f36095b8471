"""Weights in safetensors: a header in JSON, then the numbers; read by every framework.

Eight bytes with the length of the header (little-endian), the header
``{name: {"dtype", "shape", "data_offsets"}}``, then the arrays without gaps. Names are those of
layers down to the weight, joined by "/": ``dense/kernel``, ``inner/dense/kernel``. Kernels have
shape (k, m), as in Keras.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pronghorn._core.registry import register
from pronghorn.files._content import Array, Content, Pair, Weights, name_weights
from pronghorn.files._format import FileFormat
from pronghorn.files._json import dump_json, parse_object
from pronghorn.files._limits import DamagedError, reading
from pronghorn.layers._base import Layer

__all__ = ["Safetensors"]

_DTYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "I16": "<i2", "U16": "<u2", "I32": "<i4",
    "U32": "<u4", "I64": "<i8", "U64": "<u8", "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip
_METADATA = "__metadata__"


@register("file_format", ".safetensors")
class Safetensors(FileFormat):
    """Weights alone, by name, for other frameworks and from them.

    Source: https://github.com/huggingface/safetensors.

    >>> import tempfile
    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save_weights(f"{folder}/model.safetensors")
    ...     model.load_weights(f"{folder}/model.safetensors")
    """

    keeps_weights = True

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        arrays = {name: v.numpy() for name, v in name_weights(model).items()}
        header: dict[str, Any] = {_METADATA: {"format": "pronghorn"}}
        end = 0
        for name, array in arrays.items():
            begin, end = end, end + array.nbytes
            header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [begin, end]}
        text = dump_json(header).encode()
        text += b" " * (-len(text) % 8)
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(array.astype("<f4", copy=False).tobytes())

    def read(self, path: Path) -> tuple[Content, Weights]:
        with reading(path, "a safetensors file"):
            raw = path.read_bytes()
            length = int.from_bytes(raw[:8], "little")
            if len(raw) < 8 or length > len(raw) - 8:
                raise DamagedError("a header longer than the file")
            header = parse_object(raw[8 : 8 + length], "a header")
            header.pop(_METADATA, None)
            data = memoryview(raw)[8 + length :]
            arrays = {name: _read_array(name, entry, data) for name, entry in header.items()}
            if sum(array.nbytes for array in arrays.values()) != len(data):
                raise DamagedError("arrays that overlap or leave gaps")
        return Content(), NamedWeights(arrays)


def _read_array(name: str, entry: Any, data: memoryview) -> Array:
    kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    is_whole = all(type(n) is int and n >= 0 for n in (*shape, begin, end))
    if kind not in _DTYPES or not is_whole:
        raise DamagedError(f"an array {name!r} of {kind!r} and shape {shape!r}")
    size = np.dtype(_DTYPES[kind]).itemsize
    for axis in shape:
        size *= axis
    if not 0 <= begin <= end <= len(data) or end - begin != size:
        raise DamagedError(f"an array {name!r} at {begin} to {end}, which is not its size")
    return np.frombuffer(data[begin:end], _DTYPES[kind]).reshape(shape)


class NamedWeights:
    """Arrays by the names of layers and weights."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays

    @property
    def count(self) -> int:
        return sum(array.size for array in self._arrays.values())

    def pair(self, model: Layer, by_name: bool) -> list[Pair]:
        left = dict(self._arrays)
        mine = name_weights(model)
        pairs = [Pair(v, name, left.pop(name, None)) for name, v in mine.items()]
        if by_name:
            return [pair for pair in pairs if pair.array is not None]
        return pairs + [Pair(None, name, array) for name, array in left.items()]
