"""Pictures of a race: a map with trails beside linked curves, as an animation or a still."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError
from pronghorn.lab._race import Path, Race
from pronghorn.lab._surfaces import level_heights

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["STILLS", "animate_race", "draw_race"]

#: Formats of a picture that does not move.
STILLS = ("png", "svg", "pdf")

# Okabe and Ito's palette, and marks that say the same without colour.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000", "#6B6B6B")
_MARKS = ("o", "s", "^", "D", "X", "P", "v", "*")
_MOST_FRAMES, _FRAME_MS, _LAST_MS = 90, 60, 2500
_SIZE, _DOTS_PER_INCH = (10.0, 5.4), 90
_PATCH = 16
# Of the legend: the longest line, of a racer that diverged, takes a third of the width.
_COLUMNS = 3


def draw_race(race: Race, format: str = "png") -> bytes:
    """The whole race in one picture; raises ParameterError for an unknown format."""
    if format not in STILLS:
        raise ParameterError(
            f"picture of a race: expected {', '.join(STILLS)} or gif, received {format!r}."
        )
    scene = _Scene(race)
    scene.show(race.steps)
    out = io.BytesIO()
    scene.figure.savefig(out, format=format, dpi=144)
    return out.getvalue()


def animate_race(race: Race) -> bytes:
    """The race as a GIF of at most 90 frames; the last stands for a while, then it begins anew."""
    from PIL import Image

    scene = _Scene(race)
    steps = np.unique(np.linspace(0, race.steps, min(race.steps + 1, _MOST_FRAMES)).astype(int))
    frames = [Image.fromarray(scene.pixels(int(step))) for step in steps]
    # One palette for all, so that no colour flickers: of the picture with everything in it, and of
    # patches of the racers' colours, which thin lines alone would not keep.
    width, height = frames[-1].size
    sample = Image.new("RGB", (width, height + _PATCH * len(_COLOURS)))
    sample.paste(frames[-1])
    for i, colour in enumerate(_COLOURS):
        sample.paste(colour, (0, height + _PATCH * i, width, height + _PATCH * (i + 1)))
    last = sample.quantize(128, dither=Image.Dither.NONE)
    flat = [frame.quantize(palette=last, dither=Image.Dither.NONE) for frame in frames]
    times = [_FRAME_MS] * (len(flat) - 1) + [_LAST_MS]
    out = io.BytesIO()
    flat[0].save(out, "GIF", save_all=True, append_images=flat[1:], duration=times, loop=0)
    return out.getvalue()


class _Scene:
    """The figure with everything that stays drawn once, and the lines that move."""

    def __init__(self, race: Race) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.race = race
        self.figure: Figure = Figure(_SIZE, dpi=_DOTS_PER_INCH, layout="constrained")
        # Matplotlib's canvas has no types.
        self.canvas: Any = FigureCanvasAgg(self.figure)
        grid = self.figure.add_gridspec(2, 2, width_ratios=(1.15, 1))
        self.map = self.figure.add_subplot(grid[:, 0])
        self.curves = [self.figure.add_subplot(grid[row, 1]) for row in (0, 1)]
        self.moving: list[tuple[Path, list[Line2D]]] = []
        self._draw_map()
        self._draw_curves()
        self._add_racers()
        self.counter = self.map.text(
            0.99, 0.015, "", transform=self.map.transAxes, ha="right", fontsize=10,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none"},
        )  # fmt: skip
        handles = [lines[0] for _, lines in self.moving]
        self.legend = self.figure.legend(
            handles=handles, loc="outside lower center", ncols=min(len(handles), _COLUMNS),
            frameon=False, fontsize=9,
        )  # fmt: skip
        self._ground: Any = None

    def _draw_map(self) -> None:
        surface, axes = self.race.surface, self.map
        axes.set_title(surface.title, loc="left", fontsize=12, fontweight="bold")
        axes.set_xlabel("x")
        (left, right), *others = surface.domain
        axes.set_xlim(left, right)
        if not others:
            x = np.linspace(left, right, 400)
            axes.plot(x, surface.heights(x[:, None]), color="#666666", linewidth=1.2)
            axes.set_ylabel("f(x)")
            return
        ((low, high),) = others
        axes.set_ylim(low, high)
        axes.set_ylabel("y", rotation=0)
        z = surface.grid(161)
        levels = level_heights(z)
        ticks = np.linspace(left, right, len(z)), np.linspace(low, high, len(z))
        # Shade by rank: heights themselves would leave all but the corners in one shade.
        ranks = np.interp(z, levels, np.arange(len(levels)))
        axes.contourf(*ticks, ranks, levels=np.arange(len(levels)), cmap="Greys_r", alpha=0.4)
        axes.contour(*ticks, z, levels=levels, colors="#777777", linewidths=0.5)
        for minimum in surface.minima:
            axes.plot(*minimum, marker="*", markersize=13, color="white", markeredgecolor="black")

    def _draw_curves(self) -> None:
        height, distance = self.curves
        floor = self._floor()
        height.set_title("height above the lowest point known", loc="left", fontsize=10)
        distance.set_title("distance to the nearest minimum", loc="left", fontsize=10)
        if not self.race.surface.minima:
            distance.set_title("length of the gradient", loc="left", fontsize=10)
        distance.set_xlabel("step")
        columns = [(height, [path.heights - floor for path in self.race.paths])]
        columns.append((distance, [_second(path) for path in self.race.paths]))
        for axes, values in columns:
            axes.set_xlim(0, self.race.steps)
            _set_log(axes, np.concatenate(values))
            axes.grid(color="#dddddd", linewidth=0.6)
            axes.spines[["top", "right"]].set_visible(False)

    def _floor(self) -> float:
        """The height of the lowest minimum, else a little below the lowest that was reached."""
        surface = self.race.surface
        if surface.minima:
            return float(surface.heights(surface.minima).min())
        heights = np.concatenate([path.heights for path in self.race.paths])
        heights = heights[np.isfinite(heights)]
        return float(heights.min() - 1e-3 * np.ptp(heights) - 1e-12) if len(heights) else 0.0

    def _add_racers(self) -> None:
        for index, path in enumerate(self.race.paths):
            look: dict[str, Any] = {"color": _COLOURS[index % len(_COLOURS)], "linewidth": 1.6}
            marker = _MARKS[(index + index // len(_COLOURS)) % len(_MARKS)]
            mark: dict[str, Any] = {"marker": marker, "markeredgecolor": "white"}
            label = f"{path.racer.label}, rate {path.racer.rate:g}"
            if path.stopped_at is not None:
                label += f" (diverged in step {path.stopped_at + 1})"
            lines = [
                # Not clipped: who diverged stands on the edge, and shall be seen there.
                *self.map.plot([], [], label=label, markersize=8, clip_on=False, **look, **mark),
                *self.curves[0].plot([], [], **look),
                *self.curves[1].plot([], [], **look),
            ]
            lines[0].set_markevery([-1])
            self.moving.append((path, lines))

    def show(self, step: int) -> None:
        """Let the moving lines reach up to a step."""
        surface, floor = self.race.surface, self._floor()
        self.counter.set_text(f"step {step}")
        for path, (trail, height, distance) in self.moving:
            points = path.points[: step + 1].astype(float)
            low, high = np.asarray(surface.domain).T
            # A racer that left is shown at the edge it left by.
            points = np.clip(points, low, high)
            y = points[:, 1] if len(low) > 1 else surface.heights(points)
            trail.set_data(points[:, 0], y)
            steps = np.arange(step + 1)
            height.set_data(steps, path.heights[: step + 1] - floor)
            distance.set_data(steps, _second(path)[: step + 1])

    def pixels(self, step: int) -> NDArray[np.uint8]:
        """The picture at a step, (h, w, 3): the ground is drawn once, the lines over it."""
        self.show(step)
        moving: list[Any] = [line for _, lines in self.moving for line in lines]
        if self._ground is None:
            for artist in (*moving, self.counter):
                artist.set_visible(False)
            self.canvas.draw()
            self._ground = self.canvas.copy_from_bbox(self.figure.bbox)
            for artist in (*moving, self.counter):
                artist.set_visible(True)
        self.canvas.restore_region(self._ground)
        for artist in (*moving, self.counter):
            artist.axes.draw_artist(artist)
        return np.asarray(self.canvas.buffer_rgba())[:, :, :3].copy()


def _second(path: Path) -> NDArray[np.float64]:
    """What the lower curve shows: the distance, else the length of the gradient."""
    if np.isfinite(path.distances).any():
        return path.distances
    with np.errstate(all="ignore"):
        lengths = np.sqrt(np.sum(path.gradients.astype(np.float64) ** 2, axis=1))
    return np.append(lengths, lengths[-1:])


def _set_log(axes: Axes, values: NDArray[np.float64]) -> None:
    """A logarithmic axis around the values, of at most eight decades."""
    good = values[np.isfinite(values) & (values > 0)]
    axes.set_yscale("log")
    if not len(good):
        return
    high = float(np.quantile(good, 0.995)) * 2.0
    axes.set_ylim(max(float(good.min()) / 2.0, high * 1e-8), high)
