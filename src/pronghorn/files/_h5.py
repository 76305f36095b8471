"""The two endings of HDF5 files."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from pronghorn._core.registry import register
from pronghorn.files._content import Content, Weights
from pronghorn.files._format import FileFormat
from pronghorn.files._hdf5 import read_hdf5
from pronghorn.files._legacy_h5 import is_by_layer, read_by_layer, write_by_layer
from pronghorn.files._limits import reading
from pronghorn.files._object_tree import read_tree, write_tree
from pronghorn.layers._base import Layer

__all__ = ["H5", "WeightsH5"]


def _read(path: Path) -> tuple[Content, Weights]:
    """A file of either layout: names say little, for whole models are called .weights.h5 too."""
    with reading(path, "an HDF5 file that Keras or Pronghorn wrote"):
        with path.open("rb") as file:
            found = read_hdf5(file, path.stat().st_size)
        return read_by_layer(found) if is_by_layer(found) else read_tree(found)


@register("file_format", ".h5", ".hdf5")
class H5(FileFormat):
    """A whole model, or its weights, by the names of the layers: Keras's older format.

    Read from every Keras since 2.2; written as Keras 3 writes it.

    Source: keras.Model.save.

    >>> import tempfile
    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.h5")
    ...     again = keras.models.load_model(f"{folder}/model.h5")
    >>> again.count_params()
    8
    """

    keeps_models = True
    keeps_weights = True
    makes_folders = True

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        file.write(write_by_layer(content, model))

    def read(self, path: Path) -> tuple[Content, Weights]:
        return _read(path)


@register("file_format", ".weights.h5")
class WeightsH5(FileFormat):
    """Weights alone, and the optimizer of a compiled model, by the way through the objects.

    Source: keras.Model.save_weights.

    >>> import tempfile
    >>> import pronghorn as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save_weights(f"{folder}/model.weights.h5")
    ...     model.load_weights(f"{folder}/model.weights.h5")
    """

    keeps_weights = True

    def write(self, file: BinaryIO, content: Content, model: Layer) -> None:
        file.write(write_tree(content, model))

    def read(self, path: Path) -> tuple[Content, Weights]:
        return _read(path)
