"""The surfaces that optimizers race down: formula, domain, start, minima, rates that work.

Each is one row of ``SURFACES``, its formula in the grammar of ``_expression``; heights and slopes
come from the library: the formula over ``pronghorn.ops``, differentiated by the engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pronghorn import Input, Model, layers, ops
from pronghorn.errors import NumericsError, ParameterError, UnknownNameError
from pronghorn.lab._expression import Expression, read_expression
from pronghorn.lab._terms import Term

__all__ = [
    "AXES",
    "SURFACES",
    "Slider",
    "Slope",
    "Surface",
    "find_surface",
    "level_heights",
    "own_surface",
]

AXES = ("x", "y")
# Half-widths of the domain from its middle to the wall, where a racer counts as diverged.
_WALL = 10.0
_LEVELS = 22
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Slider:
    """A number of a formula that may be set, from ``low`` to ``high``."""

    low: float
    high: float
    usual: float
    title: str
    is_log: bool = False


class Slopes(Protocol):
    """∂f/∂x at points (n, d)."""

    def at(self, points: Any) -> NDArray[np.float32]:
        """Slopes (n, d); NaN where the height is not finite."""


@dataclass(frozen=True)
class Surface:
    """A function of x, or of x and y, and what a race down it needs.

    ``minima`` is empty where none is known: then nothing counts as arriving. ``tuned`` holds the
    rate with which each usual racer does well: the fewest steps of a grid of rates 1, 2, 5 per
    decade that reach a minimum and stay. ``noted``: points to look at beside the path.
    """

    name: str
    title: str
    formula: str
    domain: tuple[tuple[float, float], ...]
    start: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...]
    lesson: str = ""
    sliders: Mapping[str, Slider] = field(default_factory=dict)
    tuned: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    noted: tuple[tuple[float, ...], ...] = ()

    @property
    def axes(self) -> tuple[str, ...]:
        """("x",) or ("x", "y")."""
        return AXES[: len(self.domain)]

    @property
    def expression(self) -> Expression:
        """The formula, read; its names are the axes and the sliders."""
        return read_expression(self.formula, [*self.axes, *self.sliders])

    @property
    def tuning_steps(self) -> int:
        """Steps in which a rate has to show what it is worth: fewer where none can arrive."""
        return 300 if self.minima else 100

    @property
    def term(self) -> Term | None:
        """The formula as a term; None where there is none."""
        return self.expression.term

    @property
    def way(self) -> list[list[float]]:
        """A path to draw below those of the racers."""
        return []

    def slopes(self, count: int) -> Slopes:
        """What gives the slopes of ``count`` points at a time."""
        return Slope(self, count)

    def set(self, values: Mapping[str, float]) -> Surface:
        """The surface with other values of its sliders; raises ParameterError outside them."""
        for name, value in values.items():
            slider = self.sliders.get(name)
            if slider is None:
                raise ParameterError(
                    f"surface {self.name!r}: expected "
                    f"{' or '.join(self.sliders) or 'no number, as its formula has none to set'}, "
                    f"received {name!r}."
                )
            if not slider.low <= value <= slider.high:
                raise ParameterError(
                    f"surface {self.name!r}: expected {name} from {slider.low:g} to "
                    f"{slider.high:g}, received {value:g}."
                )
        return replace(self, values={**self.values, **values})

    def numbers(self) -> dict[str, float]:
        """The value of each slider."""
        return {name: self.values.get(name, s.usual) for name, s in self.sliders.items()}

    def heights(self, points: Any) -> Array:
        """f at points (…, d), in float64; what is no number or overflows stays so, in silence."""
        points = np.asarray(points, np.float64)
        axes = dict(zip(self.axes, np.moveaxis(points, -1, 0), strict=True))
        with np.errstate(all="ignore"):
            found = self.expression(**axes, **self.numbers())
        return np.broadcast_to(np.asarray(found, np.float64), points.shape[:-1]).copy()

    def distances(self, points: Any) -> Array:
        """From points (…, d) to the nearest minimum; NaN where none is known."""
        points = np.asarray(points, np.float64)
        if not self.minima:
            return np.full(points.shape[:-1], np.nan)
        gaps = [points - np.asarray(minimum) for minimum in self.minima]
        with np.errstate(all="ignore"):
            return np.asarray(np.min([np.sqrt(np.sum(gap**2, axis=-1)) for gap in gaps], axis=0))

    def read_start(self, start: Sequence[float] | None) -> NDArray[np.float32]:
        """A start as the racers take it, the surface's own for None.

        Raises ParameterError unless it has one finite number an axis.
        """
        begin = np.asarray(self.start if start is None else start, np.float32)
        if begin.shape != (len(self.axes),) or not np.isfinite(begin).all():
            raise ParameterError(
                f"start: expected {len(self.axes)} finite numbers, received {begin.tolist()}."
            )
        return begin

    def halt(self, point: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
        """A point, and whether it left: then it is put on the wall, ten half-widths away."""
        low, high = np.asarray(self.domain).T
        middle, wall = (low + high) / 2, _WALL * (high - low) / 2
        if (np.abs(point - middle) <= wall).all():
            return point, False
        inside = np.clip(np.nan_to_num(point, nan=0.0), middle - wall, middle + wall)
        return inside.astype(np.float32), True

    def grid(self, resolution: int) -> Array:
        """Heights (resolution, resolution) over the domain: rows are y upwards, columns x."""
        (left, right), (low, high) = self.domain
        x, y = np.meshgrid(np.linspace(left, right, resolution), np.linspace(low, high, resolution))
        return self.heights(np.stack([x, y], axis=-1))


def level_heights(heights: NDArray[Any]) -> Array:
    """Rising heights for level lines: about the same area between any two of them.

    Near the bottom, where a race is decided, they stand a little closer.
    """
    finite = heights[np.isfinite(heights)].astype(np.float64)
    levels = np.unique(np.quantile(finite, np.linspace(0.0, 1.0, _LEVELS) ** 1.4))
    return levels if len(levels) > 1 else levels + np.array([0.0, 1.0])


class _Heights(layers.Layer):
    """The sum of a surface's heights at points (n, d) that are its weight."""

    def __init__(self, surface: Surface, count: int) -> None:
        super().__init__(name="heights")
        self._surface = surface
        self._count = count

    def build(self, input_shape: Any) -> None:
        shape = (self._count, len(self._surface.axes))
        self.points = self.add_weight(shape, "zeros", name="points")

    def call(self, x: Any) -> Any:
        axes = {name: self.points[:, i] for i, name in enumerate(self._surface.axes)}
        heights = self._surface.expression(**axes, **self._surface.numbers())
        # A height without a slope, such as floor(x), still has to depend on the points.
        return x * 0.0 + ops.sum(heights + self.points[:, 0] * 0.0)


def _height(_: Any, y_pred: Any) -> Any:
    return ops.sum(y_pred, axis=-1)


class Slope:
    """∂f/∂x at points, by the library's own derivatives, on the engine in use.

    >>> Slope(SURFACES["lecture"], 2).at([[0.0], [1.0]]).astype(float).round(4).tolist()
    [[-1.0], [1.6321]]
    """

    def __init__(self, surface: Surface, count: int) -> None:
        self.surface = surface
        inputs = Input((1,), name="nothing")
        self._heights = _Heights(surface, count)
        self._model = Model(inputs, self._heights(inputs), name="surface")
        self._row = np.zeros((1, 1), np.float32)

    def at(self, points: Any) -> NDArray[np.float32]:
        """Slopes (n, d) at points (n, d), float32; NaN where the height is not finite."""
        points = np.asarray(points, np.float32)
        is_bad = np.zeros(len(points), bool)
        while True:
            # A row that has no height would spoil the sum; any point that has one stands in.
            self._heights.points.assign(np.where(is_bad[:, None], self.surface.start, points))
            try:
                _, found = self._model.compute_gradients(self._row, self._row, loss=_height)
            except NumericsError:
                heights = self.surface.heights(points)
                heights = np.where(np.isfinite(heights), np.abs(heights), np.inf)
                heights[is_bad] = -1.0
                is_bad |= heights == heights.max()
                if is_bad.all():
                    return np.full(points.shape, np.nan, np.float32)
                continue
            slopes = found[self._heights.points.path]
            return np.where(is_bad[:, None], np.float32(np.nan), slopes)


def _tuned(*rates: float | None) -> dict[str, float]:
    """The rates of the usual racers in this order; None where no rate does well."""
    racers = ("SGD", "Momentum", "NAG", "Adagrad", "Adadelta", "RMSprop", "Adam")
    return {name: rate for name, rate in zip(racers, rates, strict=True) if rate is not None}


_TURN = "(x*cos(a) + y*sin(a))", "(y*cos(a) - x*sin(a))"
_HIMMELBLAU = (
    (3.0, 2.0),
    (-2.8051180869527448, 3.1313125182505730),
    (-3.7793102533777469, -3.2831859912861694),
    (3.5844283403304917, -1.8481265269644036),
)

SURFACES: dict[str, Surface] = {
    surface.name: surface
    for surface in (
        Surface(
            "lecture",
            "Lecture: e⁻ˣ + x²",
            "e^-x + x^2",
            ((-2.0, 3.0),),
            (-1.5,),
            ((0.3517337112491958,),),
            "One valley. Near the minimum a fixed step must stay under 2 / f″ = 0.7398.",
            tuned=_tuned(0.2, 0.1, 0.1, 1.0, None, 0.05, 0.2),
            noted=((-0.5,), (-0.25,), (0.0,), (0.25,), (0.5,)),
        ),
        Surface(
            "bowl",
            "Bowl with condition k",
            f"({_TURN[0]}^2 + k*{_TURN[1]}^2) / 2",
            ((-5.0, 5.0), (-2.5, 2.5)),
            (-4.0, 0.8),
            ((0.0, 0.0),),
            "k times as steep across as along: the steep axis limits the step, the flat one waits.",
            {
                "k": Slider(1.0, 1000.0, 50.0, "condition k", is_log=True),
                "a": Slider(-math.pi / 2, math.pi / 2, 0.0, "rotation a"),
            },
            _tuned(0.02, 0.01, 0.01, 1.0, 2.0, 0.1, 0.1),
        ),
        Surface(
            "beale",
            "Beale",
            "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
            ((-4.5, 4.5), (-4.5, 4.5)),
            (1.0, 1.5),
            ((3.0, 0.5),),
            "The first gradient is huge: what was gathered in it throws momentum off.",
            tuned=_tuned(0.02, 0.002, 0.005, 2.0, None, 0.05, 0.5),
        ),
        Surface(
            "saddle",
            "Saddle with a floor",
            "x^2 - y^2 + y^4/4",
            ((-2.0, 2.0), (-2.2, 2.2)),
            (1.5, 0.001),
            ((0.0, math.sqrt(2.0)), (0.0, -math.sqrt(2.0))),
            "Almost on the ridge: what scales each axis by its own gradients leaves it first.",
            tuned=_tuned(0.5, 0.2, 0.2, 1.0, 2.0, 0.02, 0.1),
        ),
        Surface(
            "valley",
            "Long valley",
            "2*x^2 - 0.05*y^2 + 0.005*y^4",
            ((-2.0, 2.0), (-3.5, 3.5)),
            (1.5, 0.001),
            ((0.0, math.sqrt(5.0)), (0.0, -math.sqrt(5.0))),
            "Steep walls, a floor that hardly falls: plain steps creep, scaled ones walk.",
            tuned=_tuned(0.2, 0.5, 0.2, 2.0, 2.0, 0.02, 0.5),
        ),
        Surface(
            "rosenbrock",
            "Rosenbrock",
            "(1 - x)^2 + 100*(y - x^2)^2",
            ((-2.0, 2.0), (-1.0, 3.0)),
            (-1.2, 1.0),
            ((1.0, 1.0),),
            "A curved valley: into it is easy, along it is far.",
            tuned=_tuned(0.002, 0.002, 0.001, 1.0, None, 0.005, 0.1),
        ),
        Surface(
            "himmelblau",
            "Himmelblau",
            "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
            ((-5.0, 5.0), (-5.0, 5.0)),
            (-0.15, 0.67),
            _HIMMELBLAU,
            "Four minima, all of height 0: where a path ends depends on its first steps.",
            tuned=_tuned(0.02, 0.005, 0.01, 1.0, 5.0, 0.1, 0.2),
        ),
        Surface(
            "rastrigin",
            "Rastrigin",
            "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)",
            ((-4.5, 4.5), (-4.5, 4.5)),
            (-2.0, 3.5),
            ((0.0, 0.0),),
            "A minimum in every square: most methods stop in the first they meet.",
            tuned=_tuned(0.001, 0.002, 0.002, 5.0, 0.5, 0.5, 0.5),
        ),
        Surface(
            "plateau",
            "Plateau with rings",
            "0.01*(x^2 + y^2) - sin(sqrt(x^2 + y^2 + 0.01)) / sqrt(x^2 + y^2 + 0.01)",
            ((-10.0, 10.0), (-10.0, 10.0)),
            (4.1, 1.5),
            ((0.0, 0.0),),
            "Nearly flat at the start: steps that follow the gradient's size hardly move.",
            tuned=_tuned(5.0, 2.0, 2.0, 2.0, 5.0, 0.1, 1.0),
        ),
        Surface(
            "wells",
            "Two wells",
            "x^2 + y^2 - 2*exp(-5*((x - 1)^2 + y^2)) - 6*exp(-5*((x + 1)^2 + y^2))",
            ((-2.5, 2.5), (-2.0, 2.0)),
            (1.8, 0.9),
            ((-0.9675774, 0.0),),
            "A shallow well stands before the deep one: only momentum may pass it.",
            tuned=_tuned(0.05, 0.02, 0.02, 0.5, 2.0, 0.5, 0.5),
        ),
    )
}


def find_surface(name: str) -> Surface:
    """The surface of this name; raises UnknownNameError, which lists them."""
    if name not in SURFACES:
        raise UnknownNameError(
            f"surface: expected one of {', '.join(SURFACES)}, received {name!r}."
        )
    return SURFACES[name]


def own_surface(text: str, domain: Sequence[Sequence[float]], start: Sequence[float]) -> Surface:
    """A surface from the user's formula of x and y, or of x alone where the domain is one range.

    Raises ParameterError for a text that is no formula, an empty range, a start of another
    length, and for a formula that has no finite height anywhere in the domain.
    """
    ranges = tuple((float(low), float(high)) for low, high in domain)
    axes = AXES[: len(ranges)]
    if not ranges or len(ranges) > len(AXES) or len(start) != len(ranges):
        raise ParameterError(
            f"surface: expected one or two ranges and a start with as many numbers, received "
            f"{len(ranges)} and {len(start)}."
        )
    for name, (low, high) in zip(axes, ranges, strict=True):
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ParameterError(
                f"surface: expected a range of {name} that is not empty, received {low} to {high}."
            )
    surface = Surface("own", "Your own surface", text, ranges, tuple(map(float, start)), ())
    ticks = [np.linspace(low, high, 41) for low, high in ranges]
    if not np.isfinite(surface.heights(np.stack(np.meshgrid(*ticks), axis=-1))).any():
        raise ParameterError("surface: expected a finite height somewhere, received none.")
    return surface
