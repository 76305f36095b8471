"""Fashion-MNIST as uint8 rows in a folder, from where each worker reads its own copy."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.workloads import CLASSES, INPUTS

FILES = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True)
class Data:
    """Images as rows (n, 784) of uint8, labels (n,) of int64."""

    x_train: npt.NDArray[np.uint8]
    y_train: npt.NDArray[np.int64]
    x_test: npt.NDArray[np.uint8]
    y_test: npt.NDArray[np.int64]

    @classmethod
    def read(cls, folder: Path) -> "Data":
        return cls(*(np.load(folder / f"{name}.npy") for name in FILES))

    def write(self, folder: Path) -> None:
        for name in FILES:
            np.save(folder / f"{name}.npy", getattr(self, name))


def find_data() -> tuple[Data, str]:
    """The data and, in words, what it is; invented data where Fashion-MNIST cannot be had."""
    try:
        from pronghorn.datasets import fashion_mnist

        (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    except (ImportError, OSError, ValueError) as reason:
        first = str(reason).partition("\n")[0]
        return invent_data(), f"synthetic data in the shape of Fashion-MNIST ({first})"
    data = Data(
        x_train.reshape(-1, INPUTS),
        y_train.astype(np.int64),
        x_test.reshape(-1, INPUTS),
        y_test.astype(np.int64),
    )
    return data, f"Fashion-MNIST, {len(data.x_train):,} training images"


def invent_data(rows: int = 60_000, test_rows: int = 10_000) -> Data:
    """Ten faint patterns on one picture, in noise; half of the pixels dark, as in real images."""
    rng = np.random.default_rng(0)
    picture = rng.integers(60, 200, INPUTS) * (rng.random(INPUTS) < 0.5)
    patterns = picture + rng.integers(-12, 13, (CLASSES, INPUTS)) * (picture > 0)

    def draw(n: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        y = rng.integers(0, CLASSES, n)
        x = np.empty((n, INPUTS), np.uint8)
        for start in range(0, n, 4096):
            part = slice(start, start + 4096)
            noise = rng.integers(-120, 121, (len(y[part]), INPUTS)) * (picture > 0)
            x[part] = np.clip(patterns[y[part]] + noise, 0, 255)
        return x, y

    return Data(*draw(rows), *draw(test_rows))
