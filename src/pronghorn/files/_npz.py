"""One ``.npz`` file: a configuration as JSON, and named arrays. No code, no pickle.

A NumPy archive whose member ``config`` holds the bytes of the JSON text (uint8) and whose other
members are the arrays ``weights/0`` … and ``optimizer/0`` …. Any tool that reads ``.npz`` reads
the weights.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pronghorn._core.npy import read_npy_header
from pronghorn._core.registry import register
from pronghorn.files._archive import read_members
from pronghorn.files._content import Array, Content, Pair, Weights
from pronghorn.files._format import FileFormat
from pronghorn.files._json import dump_json, parse_object
from pronghorn.files._limits import DamagedError, reading
from pronghorn.layers._base import Layer

__all__ = ["Npz"]

_FORMATS = ("pronghorn-npz-1", "pronghorn-npz-2")
_CONFIG = "config"
_ENDING = ".npy"


@register("file_format", ".npz")
class Npz(FileFormat):
    """A whole model, or its weights, in a NumPy archive: Pronghorn's own format.

    Source: numpy.savez; numpy.lib.format for its members.

    >>> import tempfile
    >>> import numpy as np
    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.npz")
    ...     np.load(f"{folder}/model.npz")["weights/0"].shape
    (3, 2)
    """

    keeps_models = True
    keeps_weights = True

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        config = {
            "format": _FORMATS[-1],
            "model": content.model,
            "compile": content.compile,
            "optimizer": [name for name, _ in content.optimizer],
            "training": content.training,
            "names": [variable.path for variable in model.weights],
        }
        arrays = {f"weights/{i}": v.numpy() for i, v in enumerate(model.weights)}
        arrays |= {f"optimizer/{i}": array for i, (_, array) in enumerate(content.optimizer)}
        text = np.frombuffer(dump_json(config).encode(), np.uint8)
        np.savez(file, **{_CONFIG: text, **arrays})  # type: ignore[arg-type]

    def read(self, path: Path) -> tuple[Content, Weights]:
        with reading(path, f"a model file of Pronghorn ({_FORMATS[-1]})"):
            members = read_members(path)
            arrays = {name.removesuffix(_ENDING): _parse(name, m) for name, m in members.items()}
            raw = arrays.pop(_CONFIG, None)
            if raw is None or raw.dtype != np.uint8 or raw.ndim != 1:
                raise DamagedError("no member 'config'")
            config = parse_object(raw.tobytes(), "member 'config'")
            if config.get("format") not in _FORMATS:
                raise DamagedError(f"format {config.get('format')!r}")
            optimizer, training = _read_training(config, arrays)
        content = Content(config.get("model"), config.get("compile"), optimizer, training=training)
        return content, ListedWeights(_numbered(arrays, "weights/"))


def _parse(name: str, member: bytes) -> Array:
    """The array of a member, once its header is known to say what there is."""
    file = io.BytesIO(member)
    shape, is_fortran, dtype = read_npy_header(file)
    size = dtype.itemsize
    for length in shape:
        size *= length
    if dtype.kind not in "biuf" or size != len(member) - file.tell():
        raise DamagedError(f"a member {name!r} that is not an array of numbers of its size")
    array = np.frombuffer(member, dtype, offset=file.tell())
    return array.reshape(shape, order="F" if is_fortran else "C")


def _numbered(arrays: Mapping[str, Array], prefix: str) -> list[Array]:
    """The arrays prefix + 0, 1, 2 … as far as they go."""
    found: list[Array] = []
    while (name := f"{prefix}{len(found)}") in arrays:
        found.append(arrays[name])
    return found


def _read_training(
    config: Mapping[str, Any], arrays: Mapping[str, Array]
) -> tuple[list[tuple[str, Array]], dict[str, Any]]:
    if config["format"] != "pronghorn-npz-1":
        found = _numbered(arrays, "optimizer/")
        names = config["optimizer"]
        if len(names) != len(found):
            raise DamagedError(f"{len(found)} arrays of the optimizer where {len(names)} are named")
        return list(zip(map(str, names), found, strict=True)), dict(config["training"])
    if "state/iterations" not in arrays:
        return [], {}
    # The first format kept the numbers of the optimizer as arrays of their own.
    rate, seed = float(arrays["state/learning_rate"]), int(arrays["state/seed"])
    optimizer = [
        ("iteration", arrays["state/iterations"]),
        ("learning_rate", np.asarray(rate, np.float32)),
    ]
    slots = _numbered(arrays, "state/slots/")
    optimizer += [(f"slot_{i}", slot) for i, slot in enumerate(slots)]
    return optimizer, {"learning_rate": rate, "seed": seed}


class ListedWeights:
    """Arrays in the order of ``Model.weights``."""

    def __init__(self, arrays: Sequence[Array]) -> None:
        self._arrays = arrays

    @property
    def count(self) -> int:
        return sum(array.size for array in self._arrays)

    def pair(self, model: Layer, by_name: bool) -> list[Pair]:
        if by_name:
            raise DamagedError("weights without names: by_name needs .h5 or .safetensors")
        rows = zip_longest(model.weights, self._arrays)
        return [Pair(variable, f"weights/{i}", array) for i, (variable, array) in enumerate(rows)]
