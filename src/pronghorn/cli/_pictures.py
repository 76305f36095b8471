"""Pictures of a run: curves, confusion, examples; drawn with matplotlib, straight to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]

# Okabe and Ito's palette: told apart with every common kind of colour blindness.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
_DOTS_PER_INCH = 144
_TITLES = {
    "accuracy": "Accuracy",
    "loss": "Loss",
    "mae": "Mean absolute error",
}


def draw_curves(path: Path, history: dict[str, list[float]], title: str) -> None:
    """Loss and metric over the epochs, training and validation in one panel each."""
    from matplotlib.ticker import MaxNLocator

    names = [name for name in history if not name.startswith("val_")]
    names.sort(key=lambda name: name != "loss")
    figure = _make_figure(5.2 * len(names), 4.0)
    for column, name in enumerate(names):
        axes = figure.add_subplot(1, len(names), column + 1)
        epochs = np.arange(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], "o-", color=BLUE, label="training")
        validation = history.get(f"val_{name}")
        if validation:
            axes.plot(epochs, validation, "s--", color=ORANGE, label="validation")
        axes.set_title(_TITLES.get(name, name), loc="left", fontsize=12)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color="#dddddd", linewidth=0.8)
        axes.set_axisbelow(True)
        _open_frame(axes)
        axes.legend(frameon=False)
    _save(figure, path, title)


def draw_confusion(
    path: Path, y_true: Array, y_pred: Array, class_names: Sequence[str], title: str
) -> None:
    """How often each class (row) was taken for each other (column); shade = share of the row."""
    counts = count_confusion(y_true, y_pred, len(class_names))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    c = len(class_names)
    side = min(max(4.6, 1.6 + 0.62 * c), 14.0)
    figure = _make_figure(side + 0.9, side)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    # Beyond 40 classes neither numbers nor names can be read at this size.
    if c <= 40:
        if max(map(len, class_names)) <= 2:
            axes.set_xticks(range(c), class_names)
        else:
            axes.set_xticks(range(c), class_names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(c), class_names)
    if c <= 25:
        for i, j in np.argwhere(counts > 0):
            colour = "white" if shares[i, j] > 0.55 else "black"
            size = 9 if c <= 12 else 7
            axes.text(j, i, f"{counts[i, j]:,}", ha="center", va="center", color=colour, size=size)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    bar = figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.set_label("share of the true class")
    _save(figure, path, title)


def count_confusion(y_true: Array, y_pred: Array, c: int) -> Array:
    """The (c, c) counts: row = true class, column = predicted class."""
    # y_true, y_pred are (n,) class numbers.
    flat = np.asarray(y_true, dtype=np.int64) * c + np.asarray(y_pred, dtype=np.int64)
    return np.bincount(flat, minlength=c * c).reshape(c, c)


def draw_examples(
    path: Path,
    images: Array,
    y_true: Array,
    probabilities: Array,
    class_names: Sequence[str],
    title: str,
) -> None:
    """Up to 16 images in a square, each with what it is and what the model took it for."""
    # images is (n, h, w) or (n, h, w, channels), probabilities (n, c).
    shown = min(len(images), 16)
    columns = int(np.ceil(np.sqrt(shown)))
    rows = int(np.ceil(shown / columns))
    figure = _make_figure(2.1 * columns, 2.45 * rows + 0.5)
    for index in range(shown):
        axes = figure.add_subplot(rows, columns, index + 1)
        image = images[index]
        if image.ndim == 3 and image.shape[-1] == 1:
            image = image[..., 0]
        axes.imshow(image, cmap="gray_r" if image.ndim == 2 else None)
        axes.set_xticks([])
        axes.set_yticks([])
        predicted = int(np.argmax(probabilities[index]))
        is_right = predicted == int(y_true[index])
        colour = BLUE if is_right else ORANGE
        for spine in axes.spines.values():
            spine.set_color(colour)
            spine.set_linewidth(1.2 if is_right else 3.5)
        sure = f"{100 * float(probabilities[index, predicted]):.0f} %"
        # The sign as well as the colour: a mistake is seen in a grey print too.
        lines = [f"{'✓' if is_right else '✗'} {class_names[predicted]}, {sure}"]
        if not is_right:
            lines.append(f"true: {class_names[int(y_true[index])]}")
        axes.set_title(
            "\n".join(lines),
            fontsize=10,
            color="black" if is_right else ORANGE,
            fontweight="normal" if is_right else "bold",
        )
    _save(figure, path, title)


def draw_confidence(path: Path, y_true: Array, probabilities: Array, title: str) -> None:
    """How sure the model was, and how often it was right when it was that sure."""
    sure = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == y_true
    edges = np.linspace(min(0.5, 1.0 / probabilities.shape[1]), 1.0, 21)
    figure = _make_figure(6.4, 4.2)
    axes = figure.add_subplot()
    axes.hist(
        [sure[is_right], sure[~is_right]],
        bins=list(edges),
        stacked=True,
        color=[BLUE, ORANGE],
        label=[f"right ({int(is_right.sum()):,})", f"wrong ({int((~is_right).sum()):,})"],
        edgecolor="white",
    )
    axes.set_xlabel("probability given to the predicted class")
    axes.set_ylabel("test rows")
    axes.legend(frameon=False, loc="upper left")
    _open_frame(axes)
    _save(figure, path, title)


def draw_predicted(path: Path, y_true: Array, y_pred: Array, name: str, title: str) -> None:
    """Predicted against true values; a perfect model lies on the line."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    figure = _make_figure(5.6, 5.4)
    axes = figure.add_subplot()
    low = float(min(y_true.min(), y_pred.min()))
    high = float(max(y_true.max(), y_pred.max()))
    axes.plot([low, high], [low, high], "--", color=GREY, linewidth=1, label="perfect")
    # The more points, the fainter each one.
    alpha = float(np.clip(300.0 / len(y_true), 0.15, 0.8))
    axes.scatter(y_true, y_pred, s=12, color=BLUE, alpha=alpha, linewidths=0, label="test rows")
    axes.set_xlabel(f"true {name}")
    axes.set_ylabel(f"predicted {name}")
    axes.set_aspect("equal", adjustable="datalim")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    for handle in axes.legend(frameon=False, loc="upper left").legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)
    _open_frame(axes)
    _save(figure, path, title)


def _make_figure(width: float, height: float) -> Figure:
    # Figure by itself, without pyplot: no window system is touched and no state is shared.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _open_frame(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Figure, path: Path, title: str) -> None:
    figure.suptitle(title, fontsize=13, fontweight="bold")
    figure.savefig(path, dpi=_DOTS_PER_INCH)
