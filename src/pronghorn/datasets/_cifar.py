"""CIFAR-10 and CIFAR-100 in Keras's form: where the files may lie, and how they are read."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import config
from pronghorn._core.errors import FileError, compose
from pronghorn._core.fetch import Download
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._keras_file import KerasFile
from pronghorn.datasets._pickled_batch import read_batch
from pronghorn.datasets._pickled_lists import UnreadableError

__all__ = ["CifarSet"]

_SIDE = 32
_VALUES = 3 * _SIDE * _SIDE
_LARGEST = 1 << 28  # bytes of a file: all pictures of CIFAR-100 are 150 MB

# Gives the bytes of a file of the set by its name.
_Read = Callable[[str], bytes]


@dataclass(frozen=True)
class CifarSet:
    """Colour pictures of 32 × 32 in the files that their authors pickled.

    Looked for as ``folder`` (where Keras unpacks them), then as the archive ``download``; see
    ``KerasFile`` for the places.
    """

    name: str
    folder: str
    download: Download
    train: tuple[str, ...]
    test: str
    rows: tuple[int, int] = (50_000, 10_000)
    """Pictures to train and to test."""

    def load(self, labels: str, classes: int) -> Arrays:
        """((x_train, y_train), (x_test, y_test)): uint8 (n, 32, 32, 3) and (n, 1).

        Raises FileError for damaged files, and where there are none and the download fails.
        """
        held = next((place for place in self._folders() if (place / self.test).is_file()), None)
        if held is not None:
            return self._load(lambda file: (held / file).read_bytes(), held, labels, classes)
        path = KerasFile(self.name, self.download).find(self.download.file)
        try:
            with tarfile.open(path) as archive:
                return self._load(lambda file: self._unpack(archive, file), path, labels, classes)
        except FileError:
            raise
        except (tarfile.TarError, EOFError, zlib.error, KeyError, OSError) as error:
            raise _fail(path, f"an archive with {self.folder}/", str(error)) from error

    def _folders(self) -> list[Path]:
        data = config.data_folder()
        tops = [] if data is None else [data / self.name, data]
        tops += [config.cache_folder() / "datasets" / self.name, config.keras_folder() / "datasets"]
        # Keras 3 unpacks into a folder of its own.
        return [top / name for top in tops for name in (self.folder, self._target())]

    def _target(self) -> str:
        return f"{self.folder}-target/{self.folder}"

    def _unpack(self, archive: tarfile.TarFile, file: str) -> bytes:
        member = archive.getmember(f"{self.folder}/{file}")
        stream = archive.extractfile(member) if member.size <= _LARGEST else None
        if stream is None:
            raise KeyError(f"{member.name}: no file of pictures")
        return stream.read()

    def _load(self, read: _Read, path: Path, labels: str, classes: int) -> Arrays:
        parts = [self._read(read, file, path, labels, classes) for file in (*self.train, self.test)]
        x, y = (np.concatenate(arrays) for arrays in zip(*parts[:-1], strict=True))
        rows = (len(x), len(parts[-1][0]))
        if rows != self.rows:
            raise _fail(path, "{} and {} pictures".format(*self.rows), "{} and {}".format(*rows))
        return (x, y), parts[-1]

    def _read(
        self, read: _Read, file: str, path: Path, labels: str, classes: int
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        try:
            pixels, numbers = read_batch(read(file), labels, _VALUES)
        except UnreadableError as error:
            raise _fail(path / file, "pixels and labels", str(error)) from error
        if len(numbers) and numbers.max() >= classes:
            raise _fail(path / file, f"labels in [0, {classes})", str(numbers.max()))
        # Red, green and blue come one after the other.
        pictures = pixels.reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1)
        return pictures, numbers[:, None]


def _fail(path: Path, expected: str, received: str) -> FileError:
    return FileError(
        compose(f"{path}", expected=expected, received=received, remedy="Get the file again")
    )
