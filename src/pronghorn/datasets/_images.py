"""Image sets in MNIST's form: where the files may lie, and how they become four arrays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pronghorn._core import config
from pronghorn._core.errors import FileError, compose
from pronghorn._core.fetch import Download, fetch
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._idx import read_idx
from pronghorn.datasets._npz import read_npz

__all__ = ["ImageSet"]

_PARTS = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
_KEYS = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True)
class ImageSet:
    """Greyscale images with labels, as four IDX files or one .npz, found on disk or downloaded.

    ``load`` looks, in this order, in the folder PRONGHORN_DATA, in Pronghorn's cache, in
    ``system_folders``, and in Keras's cache; then it downloads into Pronghorn's cache.
    """

    name: str
    folders: tuple[str, ...]
    """Names that its folder may have inside PRONGHORN_DATA or Keras's cache."""
    downloads: tuple[Download, ...]
    system_folders: tuple[Path, ...] = ()
    rows: tuple[int, int] = (60_000, 10_000)
    shape: tuple[int, ...] = (28, 28)
    classes: int = 10
    hint: str = ""
    """One more way to get it, for the message that says it cannot be had."""

    def load(self) -> Arrays:
        """((x_train, y_train), (x_test, y_test)), all uint8.

        Raises FileError for damaged files, and where there are none and the download fails: it
        names every place looked at.
        """
        for folder in self.places():
            found = self._load_from(folder)
            if found is not None:
                return found
        cache = self._cache()
        try:
            fetch(self.downloads, cache)
        except FileError as error:
            raise self._explain(error) from error
        found = self._load_from(cache)
        if found is None:
            raise self._explain(None)
        return found

    def places(self) -> list[Path]:
        """The folders looked at, in order."""
        places = []
        data = config.data_folder()
        if data is not None:
            places += [data / folder for folder in self.folders]
            places.append(data)
        keras = config.keras_folder() / "datasets"
        places += [self._cache(), *self.system_folders]
        places += [keras / folder for folder in self.folders]
        places.append(keras)
        return places

    def read_npz(self, path: Path) -> Arrays:
        """The four arrays of an .npz file with Keras's names; raises FileError."""
        arrays = read_npz(path, _KEYS)
        x_train, y_train, x_test, y_test = (arrays[key] for key in _KEYS)
        for key, rows in zip(_KEYS, (self.rows[0], self.rows[0], *self.rows[1:] * 2), strict=True):
            shape = (rows, *self.shape) if key.startswith("x") else (rows,)
            if arrays[key].shape != shape or arrays[key].dtype.kind not in "iu":
                found = f"{arrays[key].dtype} of shape {arrays[key].shape}"
                raise _fail(path, f"{key} to be integers of shape {shape}", found)
        return self._check(path, ((x_train, y_train), (x_test, y_test)))

    def _cache(self) -> Path:
        return config.cache_folder() / "datasets" / self.name

    def _load_from(self, folder: Path) -> Arrays | None:
        # A folder that is not called after the set may hold the IDX files of another one: they
        # all have the same names. An .npz says in its own name what it is.
        if folder.name in (*self.folders, self.name):
            paths = [_find_part(folder, part) for part in _PARTS]
            present = [path for path in paths if path is not None]
            if len(present) == len(_PARTS):
                return self._read_idx(present)
        for name in dict.fromkeys((self.name, *self.folders)):
            path = folder / f"{name}.npz"
            if path.is_file():
                return self.read_npz(path)
        return None

    def _read_idx(self, paths: list[Path]) -> Arrays:
        train, test = self.rows
        shapes = ((train, *self.shape), (train,), (test, *self.shape), (test,))
        with ThreadPoolExecutor(len(paths)) as pool:  # inflating needs no lock of Python's
            x_train, y_train, x_test, y_test = pool.map(_read_part, paths, shapes)
        return self._check(paths[0].parent, ((x_train, y_train), (x_test, y_test)))

    def _check(self, path: Path, arrays: Arrays) -> Arrays:
        for x, y in arrays:
            if y.min() < 0 or y.max() >= self.classes:
                raise _fail(path, f"labels in [0, {self.classes})", f"{y.min()} to {y.max()}")
            if x.min() < 0 or x.max() > 255:
                raise _fail(path, "pixels in [0, 255]", f"{x.min()} to {x.max()}")
        (x_train, y_train), (x_test, y_test) = arrays
        return (
            (x_train.astype("u1", copy=False), y_train.astype("u1", copy=False)),
            (x_test.astype("u1", copy=False), y_test.astype("u1", copy=False)),
        )

    def _explain(self, error: FileError | None) -> FileError:
        looked = ", ".join(f"{place}{_remark(place)}" for place in self.places())
        if config.data_folder() is None:
            looked = f"PRONGHORN_DATA (not set), {looked}"
        reason = "" if error is None else f", and the download failed ({str(error).rstrip('.')})"
        return FileError(
            compose(
                self.name,
                expected=f"its files in one of {looked}",
                received=f"none{reason}",
                remedy=f"Set PRONGHORN_DATA to a folder that holds {self.folders[0]}/ with the "
                f"four IDX files or {self.name}.npz{self.hint}",
            )
        )


def _read_part(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    return read_idx(path, shape=shape)


def _find_part(folder: Path, part: str) -> Path | None:
    # Both spellings are about: train-images-idx3-ubyte and train-images.idx3-ubyte.
    for stem in (f"{part}-ubyte", f"{part.replace('-idx', '.idx')}-ubyte"):
        for path in (folder / stem, folder / f"{stem}.gz"):
            if path.is_file():
                return path
    return None


def _remark(folder: Path) -> str:
    if not folder.is_dir():
        return " (no such folder)"
    missing = [part for part in _PARTS if _find_part(folder, part) is None]
    if 0 < len(missing) < len(_PARTS):
        return f" (without {', '.join(missing)})"
    return ""


def _fail(path: Path, expected: str, received: str) -> FileError:
    return FileError(
        compose(f"{path}", expected=expected, received=received, remedy="Get the files again")
    )
