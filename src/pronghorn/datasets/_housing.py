"""Prices of houses in Keras's form: one .npz of rows and targets, shuffled and split on loading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import config
from pronghorn._core.errors import FileError, compose
from pronghorn._core.fetch import Download, fetch
from pronghorn._core.params import Integer, Interval, check
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._npz import read_npz

__all__ = ["HousingSet"]


@dataclass(frozen=True)
class HousingSet:
    """Rows x (n, k) and targets y (n,) in one .npz, found on disk or downloaded.

    ``load`` looks, in this order, in the folder PRONGHORN_DATA (and in its folder of the set's
    name), in Pronghorn's cache and in Keras's; then it downloads into Pronghorn's.
    """

    name: str
    download: Download
    rows: int
    columns: int

    def load(self, path: str, test_split: float, seed: int, first: int | None = None) -> Arrays:
        """((x_train, y_train), (x_test, y_test)) of the ``first`` rows, shuffled by the seed.

        Raises ParameterError for a bad split or seed, FileError where the file is damaged or
        nowhere to be had.
        """
        share = check(self.name, "test_split", test_split, Interval(0.0, 1.0, closed="left"))
        seed = check(self.name, "seed", seed, Integer(low=0, high=2**32 - 1))
        x, y = self._read(path)
        x, y = x[:first], y[:first]
        order = np.arange(len(x))
        # Keras's own generator, so that a seed means Keras's split.
        np.random.RandomState(seed).shuffle(order)
        x, y = x[order], y[order]
        at = int(len(x) * (1 - share))
        return (x[:at], y[:at]), (x[at:], y[at:])

    def places(self) -> list[Path]:
        """The files looked for, in order."""
        data = config.data_folder()
        file = self.download.file
        places = [] if data is None else [data / self.name / file, data / file]
        return [*places, self._cache() / file, config.keras_folder() / "datasets" / file]

    def _cache(self) -> Path:
        return config.cache_folder() / "datasets" / self.name

    def _read(self, path: str) -> tuple[NDArray[Any], NDArray[Any]]:
        if path != self.download.file:
            return self._read_npz(config.keras_folder() / "datasets" / Path(path))
        for place in self.places():
            if place.is_file():
                return self._read_npz(place)
        try:
            fetch([self.download], self._cache())
        except FileError as error:
            raise FileError(
                compose(
                    self.name,
                    expected=f"its file as one of {', '.join(map(str, self.places()))}",
                    received=f"none, and the download failed ({str(error).rstrip('.')})",
                    remedy=f"Set PRONGHORN_DATA to a folder that holds {self.download.file}",
                )
            ) from error
        return self._read_npz(self._cache() / self.download.file)

    def _read_npz(self, path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
        arrays = read_npz(path, ("x", "y"))
        for key, shape in (("x", (self.rows, self.columns)), ("y", (self.rows,))):
            found = arrays[key]
            if found.shape != shape or found.dtype.kind not in "iuf":
                raise FileError(
                    compose(
                        f"{path}",
                        expected=f"{key} to be numbers of shape {shape}",
                        received=f"{found.dtype} of shape {found.shape}",
                        remedy="Get the file again",
                    )
                )
        return arrays["x"], arrays["y"]
