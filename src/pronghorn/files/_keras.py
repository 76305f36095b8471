"""Keras 3's own format: an archive of a config and an HDF5 file of weights."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pronghorn._core.registry import register
from pronghorn.files._archive import read_members
from pronghorn.files._content import Content, Weights
from pronghorn.files._format import FileFormat
from pronghorn.files._hdf5 import read_hdf5
from pronghorn.files._json import dump_json, parse_object
from pronghorn.files._legacy_h5 import KERAS_VERSION
from pronghorn.files._limits import DamagedError, reading
from pronghorn.files._object_tree import TRAINING, read_tree, write_tree
from pronghorn.files._own_state import collect_assets
from pronghorn.layers._base import Layer

__all__ = ["Keras"]

_METADATA, _CONFIG, _WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
# What Keras keeps of lookups in vocabularies: here their configs have it.
_ASSETS, _TOKENS = "assets", "/vocabulary.txt"


@register("file_format", ".keras")
class Keras(FileFormat):
    """A whole model in Keras 3's format: ``metadata.json``, ``config.json``, ``model.weights.h5``.

    What only Pronghorn knows (the seed, the learning rate in full) stands in ``metadata.json``
    under "pronghorn"; Keras does not look there.

    Source: keras.Model.save.

    >>> import tempfile
    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.keras")
    ...     again = keras.models.load_model(f"{folder}/model.keras")
    >>> again.count_params()
    8
    """

    keeps_models = True

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        metadata = {
            "keras_version": KERAS_VERSION,
            "date_saved": f"{datetime.now():%Y-%m-%d@%H:%M:%S}",
            TRAINING: dict(content.training),
        }
        config = {**(content.model or {}), "compile_config": content.compile}
        held = Content(optimizer=content.optimizer, inner_optimizers=content.inner_optimizers)
        weights = write_tree(held, model)
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(_METADATA, dump_json(metadata))
            archive.writestr(_CONFIG, dump_json(config))
            archive.writestr(_WEIGHTS, weights)
            for name, data in collect_assets(model).items():
                archive.writestr(f"{_ASSETS}/{name}", data)

    def read(self, path: Path) -> tuple[Content, Weights]:
        with reading(path, "a .keras file: an archive with a config and weights"):
            members = read_members(path, (_METADATA, _CONFIG, _WEIGHTS), _ASSETS)
            for name in (_CONFIG, _WEIGHTS):
                if name not in members:
                    raise DamagedError(f"no member {name!r}")
            model = parse_object(members[_CONFIG], _CONFIG)
            metadata = parse_object(members.get(_METADATA, b"{}"), _METADATA)
            raw = members.pop(_WEIGHTS)
            content, weights = read_tree(read_hdf5(io.BytesIO(raw), len(raw)))
            content.assets = {
                name.removeprefix(f"{_ASSETS}/"): data
                for name, data in members.items()
                if name.startswith(f"{_ASSETS}/")
            }
            content.vocabularies = {
                way: (
                    text.decode("utf-8", "replace").splitlines(),
                    weights.inverse_frequencies(way),
                )
                for name, text in members.items()
                if name.endswith(_TOKENS)
                for way in [name.removeprefix(f"{_ASSETS}/").removesuffix(_TOKENS)]
            }
        content.compile = model.pop("compile_config", None) or None
        content.model = model
        training = metadata.get(TRAINING)
        content.training = training if isinstance(training, dict) else {}
        return content, weights
