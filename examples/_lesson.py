"""A lesson: named parts that print, with pictures beside them, run one after the other.

    lesson = Lesson("Softmax regression")

    @lesson.part
    def rates() -> None:
        '''What it is about.'''
        print(...)

    if __name__ == "__main__":
        lesson.run()

What a part prints goes to the screen and to ``NAME.txt`` in the folder of ``--out``, pictures to
``NAME.png`` there. ``--quick`` asks every part for little data and few epochs.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import pronghorn as keras

Array = np.ndarray[Any, Any]
Arrays = tuple[tuple[Array, Array], tuple[Array, Array]]

# Okabe and Ito's palette: told apart with every common kind of colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
GREY = "#999999"


class Lesson:
    """The parts of one program, in order; ``quick`` and ``options`` are set by ``run``."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.parts: dict[str, Callable[[], None]] = {}
        self.quick = False
        self.folder = Path()
        self.parser = argparse.ArgumentParser(description=title)
        self.parser.add_argument("--quick", action="store_true", help="little data, few epochs")
        self.parser.add_argument("--out", type=Path, help="folder for texts and pictures")
        self.parser.add_argument("--only", action="append", help="the part to run; may be repeated")
        self.options = argparse.Namespace()

    def part(self, function: Callable[[], None]) -> Callable[[], None]:
        """Register a function as a part under its own name; its docstring is the heading."""
        self.parts[function.__name__] = function
        return function

    def run(self) -> None:
        """Read the command line and carry out the parts, each from the same seed."""
        self.options = self.parser.parse_args()
        self.quick = self.options.quick
        self.folder = self.options.out or Path("runs") / Path(sys.argv[0]).stem
        self.folder.mkdir(parents=True, exist_ok=True)
        names = self.options.only or list(self.parts)
        unknown = [name for name in names if name not in self.parts]
        if unknown:
            self.parser.error(f"--only: expected one of {', '.join(self.parts)}; got {unknown[0]}")
        seconds = {name: self._carry_out(name) for name in names}
        lines = [f"{name:<16} {taken:8.2f} s" for name, taken in seconds.items()]
        lines.append(f"{'all':<16} {sum(seconds.values()):8.2f} s")
        if not self.options.only:
            (self.folder / "times.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"\n── times; texts and pictures are in {self.folder}")
        print("\n".join(lines))

    def _carry_out(self, name: str) -> float:
        part = self.parts[name]
        heading = (part.__doc__ or name).splitlines()[0]
        print(f"\n── {name}: {heading}")
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        kept = io.StringIO()
        begin = time.perf_counter()
        with contextlib.redirect_stdout(_Twice(sys.stdout, kept)):
            part()
        taken = time.perf_counter() - begin
        (self.folder / f"{name}.txt").write_text(kept.getvalue(), encoding="utf-8")
        return taken

    def rows(self, arrays: Arrays, train: int = 60_000, test: int = 10_000) -> Arrays:
        """The first rows of both sets; fewer of them for a quick run."""
        (x, y), (x_test, y_test) = arrays
        return (x[:train], y[:train]), (x_test[:test], y_test[:test])

    def load(self, images: Any) -> Arrays:
        """A data set of ``keras.datasets``; for a quick run scikit-learn's digits instead."""
        return small_images() if self.quick else images.load_data()

    def class_names(self, images: Any) -> tuple[str, ...]:
        """What the labels of ``load`` mean."""
        chosen = keras.datasets.digits if self.quick else images
        return tuple(chosen.class_names)

    def save(self, figure: Any, name: str) -> None:
        """The figure as ``name``.png."""
        figure.savefig(self.folder / f"{name}.png", dpi=90)


class _Twice(io.TextIOBase):
    """A stream that writes to two."""

    def __init__(self, first: Any, second: Any) -> None:
        self.first, self.second = first, second

    def write(self, text: str) -> int:
        self.second.write(text)
        return int(self.first.write(text))

    def flush(self) -> None:
        self.first.flush()


@cache
def small_images() -> Arrays:
    """scikit-learn's 1,797 digits as uint8 (n, 28, 28), each pixel three wide: 1,500 train."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    large = np.kron(bunch.images * (255 / 16), np.ones((3, 3)))
    images = np.pad(large, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
    labels = bunch.target.astype(np.uint8)
    return (images[:1500], labels[:1500]), (images[1500:], labels[1500:])


def new_figure(columns: int = 1, rows: int = 1, width: float = 5.2, height: float = 3.6) -> Any:
    """A figure with ``rows`` × ``columns`` panels, (figure, [axes, …]); no window is opened."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height * rows), layout="constrained")
    panels = np.ravel(figure.subplots(rows, columns))
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_prop_cycle(color=COLOURS)
    return figure, panels


def draw_curves(panels: Sequence[Any], history: dict[str, list[float]], label: str = "") -> None:
    """Loss and accuracy over the epochs; validation dashed in the same colour."""
    for axes, name in zip(panels, ("loss", "accuracy"), strict=True):
        epochs = range(1, len(history[name]) + 1)
        (line,) = axes.plot(epochs, history[name], label=f"{label} training".strip())
        if f"val_{name}" in history:
            axes.plot(
                epochs,
                history[f"val_{name}"],
                "--",
                color=line.get_color(),
                label=f"{label} validation".strip(),
            )
        axes.set_title(name)
        count_epochs(axes)
        axes.legend(frameon=False)


def count_epochs(axes: Any) -> None:
    """Label the horizontal axis with whole epochs."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")


def draw_images(
    panels: Sequence[Any], images: Array, titles: Sequence[str], **options: Any
) -> None:
    """One image a panel, each with its title; ``options`` go to ``imshow``."""
    for axes, image, title in zip(panels, images, titles, strict=True):
        axes.imshow(image, **{"cmap": "gray_r", **options})
        axes.set_title(title, fontsize=9)
        axes.spines[["top", "right"]].set_visible(True)
        axes.set_xticks([])
        axes.set_yticks([])


def tell_epochs(history: dict[str, list[float]]) -> None:
    """One line an epoch, as Keras's progress has them."""
    for epoch in range(len(history["loss"])):
        values = "  ".join(f"{name} {column[epoch]:.4f}" for name, column in history.items())
        print(f"epoch {epoch + 1}: {values}")
