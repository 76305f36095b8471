"""A race: optimizers of the library run down one surface, each with its own rate.

Every racer is an optimizer of the registry, stepped by ``optimizer.apply`` on a ``Variable``;
the gradients of all racers come from the engine in one call a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import Variable, optimizers, utils
from pronghorn.errors import ParameterError, UnknownNameError
from pronghorn.lab._surfaces import Surface

__all__ = [
    "MODES",
    "TARGET",
    "Path",
    "Race",
    "Racer",
    "find_racer",
    "list_racers",
    "rates_for",
    "read_racer",
    "run_race",
    "tune_rates",
]

# A racer has arrived when it is this near to a minimum and stays so.
TARGET = 0.1
MODES = ("same", "course", "tuned")
MOST_RACERS, MOST_STEPS = 16, 5000

# One class, three racers: what courses tell apart by name.
_KINDS_OF_SGD = {
    "SGD": {},
    "Momentum": {"momentum": 0.9},
    "NAG": {"momentum": 0.9, "nesterov": True},
}
# What courses write down; the default of the library where they say nothing.
_COURSE_RATES = {"SGD": 0.01, "Momentum": 0.01, "NAG": 0.01, "Adagrad": 0.01, "Adadelta": 1.0}
_TRIED_RATES = tuple(digit * 10.0**power for power in range(-4, 1) for digit in (1, 2, 5))


@dataclass(frozen=True)
class Racer:
    """An optimizer by its registered name, with its rate and further arguments."""

    label: str
    optimizer: str
    rate: float
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> optimizers.Optimizer:
        """The optimizer itself; raises ParameterError for arguments that it does not take."""
        config = {**self.options, "learning_rate": self.rate}
        made = optimizers.get({"class_name": self.optimizer, "config": config})
        assert isinstance(made, optimizers.Optimizer)
        return made


def list_racers() -> dict[str, Racer]:
    """The racers by their usual names, with the rates of courses: every optimizer there is."""
    found = {
        label: Racer(label, "SGD", _COURSE_RATES[label], options)
        for label, options in _KINDS_OF_SGD.items()
    }
    for target in utils.registered("optimizer").values():
        name = target.__name__
        if name not in found:
            found[name] = Racer(name, name, _COURSE_RATES.get(name, float(target().learning_rate)))
    return found


def find_racer(name: str) -> Racer:
    """The racer of this name, in any case; raises UnknownNameError, which lists them."""
    known = list_racers()
    for label, racer in known.items():
        if label.lower() == name.lower():
            return racer
    raise UnknownNameError(f"racer: expected one of {', '.join(known)}, received {name!r}.")


def read_racer(text: str) -> Racer:
    """A racer by its name, or with a rate of its own: "Adam:0.5".

    >>> read_racer("Momentum:0.2").rate
    0.2
    """
    name, colon, rate = text.partition(":")
    racer = find_racer(name.strip())
    if not colon:
        return racer
    try:
        return replace(racer, rate=float(rate))
    except ValueError:
        raise ParameterError(
            f"racer: expected a name and a rate such as Adam:0.5, received {text!r}."
        ) from None


@dataclass(frozen=True)
class Path:
    """What one racer did: T + 1 points, T gradients as the optimizer got them, its slots.

    ``stopped_at`` is the step in which it ran into the wall or lost its numbers; from there on it
    stands where it was stopped. Arrays: points (T + 1, d), gradients (T, d), each slot (T + 1, d).
    """

    racer: Racer
    points: NDArray[np.float32]
    gradients: NDArray[np.float32]
    slots: Mapping[str, NDArray[np.float32]]
    stopped_at: int | None
    heights: NDArray[np.float64]
    distances: NDArray[np.float64]

    def arrived_at(self, target: float = TARGET) -> int | None:
        """The first step from which on the distance to a minimum stays within the target."""
        outside = np.flatnonzero(~(self.distances <= target))
        if self.stopped_at is not None or len(outside) == 0:
            return None if self.stopped_at is not None else 0
        last = int(outside[-1])
        return last + 1 if last + 1 < len(self.distances) else None

    @cached_property
    def formula(self) -> dict[str, tuple[Any, ...]]:
        """The update as terms: "w" and every slot."""
        return optimizers.formula_of(self.racer.make())

    def numbers(self, step: int) -> dict[str, dict[str, Any]]:
        """Everything that step ``step`` (from 0) is made of.

        "scalars": the numbers of the step; "before": point, gradient and slots, "after": point
        and slots, each a list with one number an axis.
        """
        if not 0 <= step < len(self.gradients):
            raise ParameterError(
                f"step: expected one from 0 to {len(self.gradients) - 1}, received {step}."
            )
        scalars = self.racer.make().step_scalars(np.array([step], np.int64))
        before = {"w": self.points[step], "g": self.gradients[step]}
        before |= {name: values[step] for name, values in self.slots.items()}
        after = {"w": self.points[step + 1]}
        after |= {name: values[step + 1] for name, values in self.slots.items()}
        return {
            "scalars": {name: float(values[0]) for name, values in scalars.items()},
            "before": {name: values.tolist() for name, values in before.items()},
            "after": {name: values.tolist() for name, values in after.items()},
        }


@dataclass(frozen=True)
class Race:
    """A surface, and the path of each racer."""

    surface: Surface
    start: tuple[float, ...]
    noise: float
    seed: int
    paths: tuple[Path, ...]

    @property
    def steps(self) -> int:
        return len(self.paths[0].gradients)


def run_race(
    surface: Surface,
    racers: Sequence[Racer],
    steps: int = 200,
    *,
    start: Sequence[float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> Race:
    """Let the racers take ``steps`` steps from one start.

    ``noise``: standard deviation of the normal numbers added to each gradient, the same for all
    racers. Raises ParameterError for no racer or more than 16, for more than 5000 steps, and for
    a start of another length than the surface's.
    """
    _check(racers, steps, noise)
    begin = surface.read_start(start)
    rng = np.random.default_rng(seed)
    lanes = [_Lane(racer, surface, begin, steps) for racer in racers]
    slope = surface.slopes(len(lanes))
    for step in range(steps):
        gradients = slope.at(np.stack([lane.point for lane in lanes]))
        if noise:
            gradients = gradients + rng.normal(0.0, noise, len(begin)).astype(np.float32)
        for lane, gradient in zip(lanes, gradients, strict=True):
            lane.take(step, gradient)
        if all(lane.stopped_at is not None for lane in lanes):
            break
    paths = tuple(lane.finish() for lane in lanes)
    return Race(surface, tuple(map(float, begin)), noise, seed, paths)


def _check(racers: Sequence[Racer], steps: int, noise: float) -> None:
    wrong = None
    if not 1 <= len(racers) <= MOST_RACERS:
        wrong = f"1 to {MOST_RACERS} racers, received {len(racers)}"
    elif not 1 <= steps <= MOST_STEPS:
        wrong = f"1 to {MOST_STEPS} steps, received {steps}"
    elif not (noise >= 0.0 and np.isfinite(noise)):
        wrong = f"noise of at least 0, received {noise}"
    if wrong is not None:
        raise ParameterError(f"race: expected {wrong}.")


class _Lane:
    """One racer under way, and what is written down of it."""

    def __init__(
        self, racer: Racer, surface: Surface, begin: NDArray[np.float32], steps: int
    ) -> None:
        self.racer, self.surface = racer, surface
        self.point = begin
        self.stopped_at: int | None = None
        self._weight = Variable(begin, name="point")
        self._optimizer = racer.make()
        self._optimizer.build([self._weight])
        self._slots = self._optimizer.slot_state.slots_of(self._weight)
        self._points = np.empty((steps + 1, len(begin)), np.float32)
        self._gradients = np.zeros((steps, len(begin)), np.float32)
        self._kept = {name: np.empty_like(self._points) for name in self._slots}
        self._note(0)

    def _note(self, row: int) -> None:
        self._points[row:] = self.point
        for name, variable in self._slots.items():
            self._kept[name][row:] = variable.numpy()

    def take(self, step: int, gradient: NDArray[np.float32]) -> None:
        """One step, unless the racer was stopped."""
        if self.stopped_at is not None:
            return
        self._gradients[step] = gradient
        is_lost = not np.isfinite(gradient).all()
        if not is_lost:
            self._optimizer.apply([gradient], [self._weight])
            self.point, is_lost = self.surface.halt(self._weight.numpy())
        if is_lost:
            self.stopped_at = step
        self._note(step + 1)

    def finish(self) -> Path:
        """What was written down, with heights and distances."""
        return Path(
            self.racer,
            self._points,
            self._gradients,
            self._kept,
            self.stopped_at,
            self.surface.heights(self._points),
            self.surface.distances(self._points),
        )


def rates_for(
    surface: Surface, racers: Sequence[Racer], mode: str, shared: float = 0.01
) -> list[Racer]:
    """The racers with the rates of a mode: "same" (``shared``), "course", or "tuned".

    "tuned" takes the surface's own rates where they are known, else those of ``tune_rates``.
    """
    if mode not in MODES:
        raise UnknownNameError(f"mode: expected one of {', '.join(MODES)}, received {mode!r}.")
    if mode == "same":
        return [replace(racer, rate=shared) for racer in racers]
    known = list_racers()
    if mode == "course":
        return [
            replace(racer, rate=known[racer.label].rate) if racer.label in known else racer
            for racer in racers
        ]
    is_usual = surface.numbers() == {name: s.usual for name, s in surface.sliders.items()}
    rates = [surface.tuned.get(racer.label) if is_usual else None for racer in racers]
    unknown = [racer for racer, rate in zip(racers, rates, strict=True) if rate is None]
    tuned = iter(tune_rates(surface, unknown))
    return [
        replace(racer, rate=next(tuned) if rate is None else rate)
        for racer, rate in zip(racers, rates, strict=True)
    ]


def tune_rates(
    surface: Surface, racers: Sequence[Racer], start: Sequence[float] | None = None
) -> list[float]:
    """For each racer the rate of 1, 2, 5 per decade that arrives first and stays.

    Where none arrives: the one that ends lowest, among those that did not diverge.
    """
    best = []
    for racer in racers:
        tried = [replace(racer, rate=rate) for rate in _TRIED_RATES]
        paths = run_race(surface, tried, surface.tuning_steps, start=start).paths
        best.append(min(paths, key=_merit).racer.rate)
    return best


def _merit(path: Path) -> tuple[bool, int, float]:
    arrived = path.arrived_at()
    last = float(path.heights[-1])
    return (
        path.stopped_at is not None,
        len(path.heights) if arrived is None else arrived,
        last if np.isfinite(last) else np.inf,
    )
