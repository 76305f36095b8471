"""Prices of houses in Keras's form: one .npz of rows and targets, shuffled and split on loading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import FileError, compose
from pronghorn._core.params import Integer, Interval, check
from pronghorn.datasets._base import Arrays
from pronghorn.datasets._keras_file import KerasFile
from pronghorn.datasets._npz import read_npz

__all__ = ["HousingSet"]


@dataclass(frozen=True)
class HousingSet(KerasFile):
    """Rows x (n, k) and targets y (n,) in one .npz, found on disk or downloaded."""

    rows: int
    columns: int

    def load(self, path: str, test_split: float, seed: int, first: int | None = None) -> Arrays:
        """((x_train, y_train), (x_test, y_test)) of the ``first`` rows, shuffled by the seed.

        Raises ParameterError for a bad split or seed, FileError where the file is damaged or
        nowhere to be had.
        """
        share = check(self.name, "test_split", test_split, Interval(0.0, 1.0, closed="left"))
        seed = check(self.name, "seed", seed, Integer(low=0, high=2**32 - 1))
        x, y = self._read_npz(self.find(path))
        x, y = x[:first], y[:first]
        order = np.arange(len(x))
        # Keras's own generator, so that a seed means Keras's split.
        np.random.RandomState(seed).shuffle(order)
        x, y = x[order], y[order]
        at = int(len(x) * (1 - share))
        return (x[:at], y[:at]), (x[at:], y[at:])

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
