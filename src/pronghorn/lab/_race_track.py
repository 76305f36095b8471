"""Race and descent of one viewer: the commands of their pages, and the frames they draw.

What the pages ask for, by name:

- ``race_setup`` → {"surfaces": [{"name", "title", "formula" (term), "text", "lesson", "domain",
  "start", "minima", "sliders", "values", "tuned", "way" (points),
  "points": [{"at", "height", "slope"}]}],
  "racers": [{"label", "optimizer", "rate", "options", "parameters"}], "network": {"tuned"},
  "modes", "rules", "target", "limits"}.
- ``race`` surface, racers, … → {"run"}, and a frame of kind 2.
- ``race_step`` racer, step → the numbers of one step of the latest race, with the formula.
- ``race_tune`` surface, racers → {"rates"}: those of ``tune_rates``.
- ``race_gif`` → {"name", "content"}: the latest race as an animation, base64.
- ``descent`` surface, rule, … → {"run"}, and a frame of kind 3.

A surface is {"name", "values": {slider: number}}, {"name": "own", "formula", "domain"}, or
{"name": "network", "experiment": what stands behind the # of a playground's address, "epochs"};
all may have "start". A racer is {"label", "optimizer", "rate", "options"}.

Frame of kind 2, for n racers, T steps, d axes. Scalars: "surface", "start", "noise", "levels",
"lowest" (height of the lowest minimum), "theory", "racers":
[{"label", "rate", "arrived_at", "stopped_at", "best", "last"}]. Arrays:
"grid" f4 (r, r) of heights, row 0 the smallest y, for d = 1 (r,); "points" f4 (n, T + 1, d);
"gradients" f4 (n, T, d); "velocity" f4 (n, T + 1, d), where the racer's memory points, NaN where
it has none; "heights", "distances" f8 (n, T + 1).

Frame of kind 3, for one descent: scalars as above with "rule" and "stopped_at"; arrays "grid",
"points" f4 (T + 1, d), "gradients" f4 (T, d), "rates" f8 (T,), "heights", "distances" f8 (T + 1,),
"modes" f8 (T + 1, d): the error along each direction of curvature, where theory knows them.
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import optimizers, utils
from pronghorn.errors import ParameterError
from pronghorn.lab._descent import MOST_STEPS as MOST_DESCENT_STEPS
from pronghorn.lab._descent import RULES, Descent, predict, run_descent
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import parameters_of
from pronghorn.lab._expression import LONGEST_TEXT
from pronghorn.lab._network_slice import USUAL_RATES, slice_network
from pronghorn.lab._protocol import Frame, command
from pronghorn.lab._race import (
    MODES,
    MOST_RACERS,
    MOST_STEPS,
    TARGET,
    Path,
    Race,
    Racer,
    list_racers,
    run_race,
    tune_rates,
)
from pronghorn.lab._schema import Choice, Fields, Free, Items, Maybe, Number, Text, Whole
from pronghorn.lab._surfaces import (
    SURFACES,
    Surface,
    find_surface,
    level_heights,
    own_surface,
)
from pronghorn.lab._terms import Term, replace, tidy

__all__ = ["RacePlan", "Track", "plan_descent", "plan_race"]

_RACE, _DESCENT = 2, 3
_OWN, _NETWORK = "own", "network"
# Points of a side: a curve of one variable needs more than a map of level lines.
_MAP, _CURVE = 121, 401

_COORDINATE = Number(-1e6, 1e6)
_RANGE = Items(_COORDINATE, most=2, fewest=2)
_POINT = Items(_COORDINATE, most=2, fewest=1)
SURFACE = Fields(
    {
        "name": Choice(lambda: [*SURFACES, _OWN, _NETWORK]),
        "values": Maybe(Free(8)),
        "formula": Maybe(Text(LONGEST_TEXT)),
        "domain": Maybe(Items(_RANGE, most=2, fewest=1)),
        "experiment": Maybe(Text(65536)),
        "epochs": Maybe(Whole(2, 200), 40),
        "start": Maybe(_POINT),
    }
)
RACER = Fields(
    {
        "label": Text(40),
        "optimizer": Choice(lambda: [racer.optimizer for racer in list_racers().values()]),
        "rate": Number(0.0, 1e6),
        "options": Maybe(Free(24)),
    }
)
RACERS = Items(RACER, most=MOST_RACERS, fewest=1)


def read_surface(given: Mapping[str, Any]) -> tuple[Surface, list[float] | None]:
    """The surface that a page means, and the start it names."""
    values = {
        str(name): Number().read(value, f"surface {name}")
        for name, value in (given["values"] or {}).items()
    }
    start = given["start"]
    if given["name"] == _NETWORK:
        return slice_network(given["experiment"], given["epochs"]), start
    if given["name"] != _OWN:
        return find_surface(given["name"]).set(values), start
    if given["formula"] is None or given["domain"] is None:
        raise ParameterError("surface: expected a formula and a domain of your own, received none.")
    middle = [(low + high) / 2 for low, high in given["domain"]]
    return own_surface(given["formula"], given["domain"], start or middle), start


def read_racers(given: Sequence[Mapping[str, Any]]) -> list[Racer]:
    """The racers that a page means; wrong options are refused when they are made."""
    return [Racer(r["label"], r["optimizer"], r["rate"], r["options"] or {}) for r in given]


def describe_surface(surface: Surface) -> dict[str, Any]:
    """What a page needs to know of a surface."""
    return {
        "name": surface.name,
        "title": surface.title,
        "formula": surface.term,
        "text": surface.formula,
        "lesson": surface.lesson,
        "domain": surface.domain,
        "start": surface.start,
        "minima": surface.minima,
        "sliders": {name: asdict(slider) for name, slider in surface.sliders.items()},
        "values": surface.numbers(),
        "tuned": surface.tuned,
        "way": surface.way,
    }


def describe_points(surface: Surface) -> list[dict[str, Any]]:
    """The points to look at on a surface, each with its height and slope."""
    if not surface.noted:
        return []
    slopes = surface.slopes(len(surface.noted)).at(surface.noted)
    heights = surface.heights(surface.noted)
    return [
        {"at": at, "height": float(height), "slope": slope.tolist()}
        for at, height, slope in zip(surface.noted, heights, slopes, strict=True)
    ]


class Track:
    """The latest race of a viewer, of which the page asks for single steps."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.race: Race | None = None
        self.run = 0

    def close(self) -> None:
        """Nothing runs on by itself."""

    def latest(self) -> Race:
        """The latest race; raises ParameterError before the first."""
        if self.race is None:
            raise ParameterError("race: expected a race that was run, received none yet.")
        return self.race

    def show(self, kind: int, scalars: Mapping[str, Any], arrays: Mapping[str, Any]) -> int:
        """Send a frame; returns its number."""
        self.run = (self.run + 1) & 0xFFFF
        self.desk.show(Frame(kind, 0, scalars, arrays, self.run))
        return self.run


def velocity_of(path: Path) -> NDArray[np.float32]:
    """(T + 1, d): where the racer's memory of gradients would carry it; NaN without one.

    SGD adds its momentum to the weight, all others subtract what they gathered.
    """
    memory = path.slots.get("momentum")
    if memory is None:
        return np.full_like(path.points, np.nan)
    return memory if path.racer.optimizer == "SGD" else -memory


def _heights(surface: Surface) -> NDArray[np.float32]:
    """Heights to draw: float32, where overflow is infinite."""
    if len(surface.domain) == 1:
        (low, high), *_ = surface.domain
        heights = surface.heights(np.linspace(low, high, _CURVE)[:, None])
    else:
        heights = surface.grid(_MAP)
    with np.errstate(over="ignore"):
        return heights.astype(np.float32)


def _levels(grid: NDArray[np.float32]) -> list[float]:
    return level_heights(grid).tolist() if grid.ndim == 2 else []


def _theory(surface: Surface) -> dict[str, Any] | None:
    theory = predict(surface)
    return None if theory is None else asdict(theory)


def _lowest(surface: Surface) -> float | None:
    """The height of the lowest minimum known."""
    return float(surface.heights(surface.minima).min()) if surface.minima else None


def _finite_min(values: NDArray[np.float64]) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite.min()) if len(finite) else None


def own_parameters(target: Any) -> list[dict[str, Any]]:
    """What can be set of an optimizer besides the rate and what all of them have in common."""
    common = set(inspect.signature(optimizers.Optimizer).parameters)
    found = parameters_of(target)
    return [p for p in found if p["name"] not in common or p["name"] == _decay_of(target)]


def _decay_of(target: Any) -> str | None:
    """The name of the weight decay where it is on by default."""
    usual = inspect.signature(target).parameters.get("weight_decay")
    return "weight_decay" if usual is not None and usual.default else None


@command("race_setup")
def describe_all(desk: Desk) -> dict[str, Any]:
    """Everything that the pages build their forms from."""
    targets = utils.registered("optimizer").values()
    parameters = {target.__name__: own_parameters(target) for target in targets}
    return {
        "surfaces": [
            {**describe_surface(surface), "points": describe_points(surface)}
            for surface in SURFACES.values()
        ],
        "racers": [
            {**asdict(racer), "parameters": parameters[racer.optimizer]}
            for racer in list_racers().values()
        ],
        "network": {"tuned": USUAL_RATES},
        "modes": MODES,
        "rules": list(RULES),
        "target": TARGET,
        "limits": {"racers": MOST_RACERS, "steps": MOST_STEPS, "descent": MOST_DESCENT_STEPS},
    }


RacePlan = Fields(
    {
        "surface": SURFACE,
        "racers": RACERS,
        "steps": Maybe(Whole(1, MOST_STEPS), 200),
        "noise": Maybe(Number(0.0, 1e3), 0.0),
        "seed": Maybe(Whole(0, 2**32 - 1), 0),
    }
)


def plan_race(given: Mapping[str, Any]) -> Race:
    """Run what a page or a lesson asks for; the fields are those of ``RacePlan``."""
    surface, start = read_surface(given["surface"])
    return run_race(
        surface,
        read_racers(given["racers"]),
        given["steps"],
        start=start,
        noise=given["noise"],
        seed=given["seed"],
    )


@command("race", target=Maybe(Number(1e-9, 1e6), TARGET), **RacePlan.rules)
def race(desk: Desk, target: float, **plan: Any) -> dict[str, Any]:
    """Run a race and show it."""
    track = desk.part(Track)
    track.race = found = plan_race(plan)
    with np.errstate(over="ignore"):
        arrays: dict[str, Any] = {
            "grid": _heights(found.surface),
            "points": np.stack([path.points for path in found.paths]),
            "gradients": np.stack([path.gradients for path in found.paths]),
            "velocity": np.stack([velocity_of(path) for path in found.paths]),
            "heights": np.stack([path.heights for path in found.paths]),
            "distances": np.stack([path.distances for path in found.paths]),
        }
    racers = [
        {
            "label": path.racer.label,
            "rate": path.racer.rate,
            "arrived_at": path.arrived_at(target),
            "stopped_at": path.stopped_at,
            "best": _finite_min(path.heights),
            "last": float(path.heights[-1]),
        }
        for path in found.paths
    ]
    scalars = {
        "surface": describe_surface(found.surface),
        "start": found.start,
        "noise": found.noise,
        "racers": racers,
        "levels": _levels(arrays["grid"]),
        "lowest": _lowest(found.surface),
        "theory": _theory(found.surface),
    }
    return {"run": track.show(_RACE, scalars, arrays)}


@command("race_step", racer=Whole(0, MOST_RACERS), step=Whole(0, MOST_STEPS))
def explain_step(desk: Desk, racer: int, step: int) -> dict[str, Any]:
    """Why a racer stepped as it did: formula, numbers before and after."""
    paths = desk.part(Track).latest().paths
    if racer >= len(paths):
        raise ParameterError(f"race_step: expected racer 0 to {len(paths) - 1}, received {racer}.")
    path = paths[racer]
    return {
        "label": path.racer.label,
        "step": step,
        "has_stopped": path.stopped_at is not None and step >= path.stopped_at,
        "formula": {name: shorten(path.formula, name) for name in path.formula},
        **path.numbers(step),
    }


def shorten(formula: Mapping[str, Term], name: str) -> Term:
    """The new value of a weight or slot, with other new values by name: ``("new", "velocity")``."""
    known = {
        term: ("new", other)
        for other, term in formula.items()
        if other not in ("w", name) and term[0] not in ("name", "number")
    }
    return tidy(replace(formula[name], known))


@command("race_tune", surface=SURFACE, racers=RACERS)
def tune(desk: Desk, surface: Mapping[str, Any], racers: Sequence[Any]) -> dict[str, Any]:
    """The rate with which each racer does best on this surface, from this start."""
    chosen, start = read_surface(surface)
    return {"rates": tune_rates(chosen, read_racers(racers), start)}


@command("race_gif")
def animate(desk: Desk) -> dict[str, Any]:
    """The latest race as an animation."""
    from pronghorn.lab._race_picture import animate_race

    content = animate_race(desk.part(Track).latest())
    return {"name": "race.gif", "content": base64.b64encode(content).decode("ascii")}


DescentPlan = Fields(
    {
        "surface": SURFACE,
        "rule": Maybe(Choice(lambda: list(RULES)), "fixed"),
        "rate": Maybe(Number(1e-9, 1e6), 0.1),
        "steps": Maybe(Whole(1, MOST_DESCENT_STEPS), 50),
        "momentum": Maybe(Number(0.0, 1.0), 0.0),
        "decay": Maybe(Number(0.0, 1e3), 0.1),
        "noise": Maybe(Number(0.0, 1e3), 0.0),
        "seed": Maybe(Whole(0, 2**32 - 1), 0),
    }
)


def plan_descent(given: Mapping[str, Any]) -> Descent:
    """Run what a page or a lesson asks for; the fields are those of ``DescentPlan``."""
    surface, start = read_surface(given["surface"])
    names = ("rule", "rate", "steps", "momentum", "decay", "noise", "seed")
    return run_descent(surface, start=start, **{name: given[name] for name in names})


@command("descent", **DescentPlan.rules)
def descend(desk: Desk, **plan: Any) -> dict[str, Any]:
    """Run gradient descent and show it."""
    found = plan_descent(plan)
    surface = found.surface
    theory = predict(surface)
    arrays: dict[str, Any] = {
        "grid": _heights(surface),
        "points": found.points,
        "gradients": found.gradients,
        "rates": found.rates,
        "heights": found.heights,
        "distances": found.distances,
    }
    if theory is not None:
        errors = found.points - np.asarray(surface.minima[0])
        arrays["modes"] = errors @ np.asarray(theory.directions).T
    scalars = {
        "surface": describe_surface(surface),
        "rule": found.rule,
        "stopped_at": found.stopped_at,
        "levels": _levels(arrays["grid"]),
        "lowest": _lowest(surface),
        "theory": None if theory is None else asdict(theory),
    }
    return {"run": desk.part(Track).show(_DESCENT, scalars, arrays)}
