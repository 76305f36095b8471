"""What the nets are trained on, in a folder, from where each worker reads its own copy."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bench.workloads import PIXELS, Workload

FILES = ("x_train", "y_train", "x_test", "y_test")
CLASSES = 10
# Inputs of the table whose file is mapped and not read; its rows repeat after a while.
COLUMNS, BLOCK = 32, 1_000_000


@dataclass(frozen=True)
class Data:
    """Rows (n, k), labels (n,) of int64. Images are uint8, other rows float32."""

    x_train: npt.NDArray[Any]
    y_train: npt.NDArray[np.int64]
    x_test: npt.NDArray[Any]
    y_test: npt.NDArray[np.int64]

    @classmethod
    def read(cls, folder: Path, mapped: bool = False) -> Self:
        mode: Any = "r" if mapped else None
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode=mode) for name in FILES))

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            np.save(folder / f"{name}.npy", getattr(self, name))

    def first(self, rows: int | None) -> "Data":
        """The same with so many training rows."""
        return Data(self.x_train[:rows], self.y_train[:rows], self.x_test, self.y_test)


def float_rows(x: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Rows as most peers hold them: float32, pixels in [0, 1]."""
    if x.dtype == np.uint8:
        return x.astype(np.float32) / np.float32(255)
    return np.asarray(x, np.float32)


def find_data() -> tuple[Data, str]:
    """The images and, in words, what they are; invented where Fashion-MNIST cannot be had."""
    try:
        from pronghorn.datasets import fashion_mnist

        (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    except (ImportError, OSError, ValueError) as reason:
        first = str(reason).partition("\n")[0]
        return invent_data(), f"synthetic data in the shape of Fashion-MNIST ({first})"
    data = Data(
        x_train.reshape(-1, PIXELS),
        y_train.astype(np.int64),
        x_test.reshape(-1, PIXELS),
        y_test.astype(np.int64),
    )
    return data, f"Fashion-MNIST, {len(data.x_train):,} training images"


def invent_data(rows: int = 60_000, test_rows: int = 10_000) -> Data:
    """Ten faint patterns on one picture, in noise, seen through discs of different size and place:
    about half of the pixels, those around, are 0, as in real images.
    """
    rng = np.random.default_rng(0)
    picture = rng.integers(60, 200, PIXELS)
    patterns = picture + rng.integers(-12, 13, (CLASSES, PIXELS))
    edge = math.isqrt(PIXELS)
    down, right = np.indices((edge, edge)).reshape(2, PIXELS) - (edge - 1) / 2

    def draw(n: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
        y = rng.integers(0, CLASSES, n)
        x = np.empty((n, PIXELS), np.uint8)
        for start in range(0, n, 4096):
            part = slice(start, start + 4096)
            noise = rng.integers(-120, 121, (len(y[part]), PIXELS))
            below, beside = rng.uniform(-4, 4, (2, len(y[part]), 1))
            radius = rng.uniform(8, 14, (len(y[part]), 1))
            is_seen = np.hypot(down - below, right - beside) <= radius
            x[part] = np.clip(patterns[y[part]] + noise, 1, 255) * is_seen
        return x, y

    return Data(*draw(rows), *draw(test_rows))


def draw_moons(rows: int = 10_000, test_rows: int = 1_000) -> Data:
    """Two half circles that reach into each other, noise of 0.2, one class each."""
    rng = np.random.default_rng(0)

    def draw(n: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        y = rng.integers(0, 2, n)
        angle = np.pi * rng.random(n) + np.pi * y
        centre = np.stack([y - 0.5, 0.5 * y - 0.25], axis=1)
        x = np.stack([np.cos(angle), np.sin(angle)], axis=1) + centre
        return (x + rng.normal(0, 0.2, (n, 2))).astype(np.float32), y

    return Data(*draw(rows), *draw(test_rows))


def draw_table(rows: int = BLOCK, test_rows: int = 1_000) -> Data:
    """Normal columns; the class is the greatest of ten fixed weighted sums of them."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((COLUMNS, CLASSES), np.float32)

    def draw(n: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        x = rng.standard_normal((n, COLUMNS), np.float32)
        return x, np.argmax(x @ weights, axis=1)

    return Data(*draw(rows), *draw(test_rows))


def write_long_table(folder: Path, rows: int) -> None:
    """``draw_table`` with any number of rows, a block of them over and over, never in memory."""
    for name in FILES:  # a file that some process maps stays as it is until that process ends
        (folder / f"{name}.npy").unlink(missing_ok=True)
    block = draw_table(min(rows, BLOCK))
    block.write(folder)
    for name in ("x_train", "y_train"):
        part = getattr(block, name)
        shape = (rows, *part.shape[1:])
        path = folder / f"{name}.npy"
        long = np.lib.format.open_memmap(path, mode="w+", dtype=part.dtype, shape=shape)
        for start in range(0, rows, len(part)):
            long[start : start + len(part)] = part[: rows - start]
        long.flush()


# Inputs of a net → the folder of its data, and what draws them.
SOURCES: dict[int, tuple[str, Callable[..., Data]]] = {
    PIXELS: ("images", invent_data),
    2: ("moons", draw_moons),
    COLUMNS: ("table", draw_table),
}


def draw_data(workload: Workload, rows: int, test_rows: int = 1_000) -> Data:
    """Invented data of the workload's shape."""
    return SOURCES[workload.inputs][1](rows, test_rows)


def write_data(folder: Path) -> str:
    """The data of all workloads, a folder each; what the images are, in words."""
    images, what = find_data()
    images.write(folder / SOURCES[PIXELS][0])
    draw_moons().write(folder / SOURCES[2][0])
    return what


def read_data(folder: Path, workload: Workload, rows: int | None = None) -> Data:
    """The workload's data, or so many rows of it; a table is mapped, not read."""
    name, _ = SOURCES[workload.inputs]
    return Data.read(folder / name, mapped=workload.inputs == COLUMNS).first(rows)
