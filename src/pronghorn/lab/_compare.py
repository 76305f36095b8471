"""Runs beside each other: pinned ones, sweeps over one setting, optimizers on the same network."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pronghorn.errors import ParameterError
from pronghorn.lab._experiment import LIMITS, Config, read_experiment
from pronghorn.lab._playground import Playground
from pronghorn.lab._protocol import Frame
from pronghorn.lab._run import CURVE, Run
from pronghorn.lab._schema import Choice, Fields, Free, Items, Maybe, Number, Text, Whole
from pronghorn.lab._session import action
from pronghorn.lab._views import COMPARE, draw_map, make_grid

__all__ = ["RACE", "Pinned"]

Array = NDArray[Any]
RACE = 7
_RESOLUTION = 50
_MOST_RACERS = 10
_MOST_SECONDS = 20.0
_MOST_CURVE = 500


@dataclass(frozen=True, eq=False)
class Pinned:
    """A run as it was when it was pinned."""

    number: int
    name: str
    config: Config
    curve: list[tuple[float, ...]]
    seconds: float
    trainable: list[Array]
    scalars: dict[str, Any]
    maps: dict[str, Array]

    def describe(self) -> dict[str, Any]:
        """Its row of the table, with the curve of its test loss."""
        row = dict(zip(CURVE, self.curve[-1], strict=True))
        every = max(1, len(self.curve) // _MOST_CURVE)
        epochs = row["epoch"]
        return {
            **row,
            "run": self.number,
            "name": self.name,
            "config": self.config,
            "seconds_per_epoch": self.seconds / epochs if epochs else None,
            "curve": [[r[0], r[3]] for r in self.curve[::every]],
        }


def pin_run(playground: Playground, run: Run, name: str) -> Pinned:
    """Keep what a run is now."""
    if len(playground.pinned) >= LIMITS["runs"]:
        raise ParameterError(
            f"pin: expected at most {LIMITS['runs']} runs, received one more. Unpin one."
        )
    run.record()
    number = max(playground.pinned, default=0) + 1
    scalars, maps = draw_run(run)
    trainable = [variable.numpy() for variable in run.model.trainable_variables]
    pinned = Pinned(
        *(number, name, copy.deepcopy(run.config), list(run.curve), run.seconds),
        *(trainable, scalars, maps),
    )
    playground.pinned[number] = pinned
    return pinned


def draw_run(run: Run) -> tuple[dict[str, Any], dict[str, Array]]:
    """The map of a run, without the page's choices; nothing for pictures and lines."""
    problem = run.problem
    if problem.picture is not None or len(problem.columns) < 2:
        return {"map_kind": "none"}, {}
    x = make_grid(problem, (0, 1), _RESOLUTION)
    return draw_map(problem, run.predict(x), _RESOLUTION)


@action("pin", name=Maybe(Text(60), "run"))
def pin(playground: Playground, name: str) -> dict[str, Any]:
    return pin_run(playground, playground.run, name).describe()


@action("unpin", run=Whole(0, 1_000_000))
def unpin(playground: Playground, run: int) -> None:
    if playground.pinned.pop(run, None) is None:
        raise ParameterError(f"unpin: expected a pinned run, received {run}.")


@action("runs")
def list_runs(playground: Playground) -> dict[str, Any]:
    return {"runs": [pinned.describe() for pinned in playground.pinned.values()]}


@action("compare", run=Whole(0, 1_000_000))
def compare(playground: Playground, run: int) -> dict[str, Any]:
    """Send the map of a pinned run."""
    pinned = playground.pinned.get(run)
    if pinned is None:
        raise ParameterError(f"compare: expected a pinned run, received {run}.")
    _show(playground, COMPARE, pinned.number, pinned.name, pinned.scalars, pinned.maps)
    described: dict[str, Any] = pinned.describe()
    return described


def _show(
    playground: Playground,
    kind: int,
    number: int,
    name: str,
    scalars: dict[str, Any],
    maps: dict[str, Array],
) -> None:
    frame = Frame(kind, playground.run.step, {**scalars, "name": name}, maps, number)
    playground.desk.show(frame)


# Sweeps.


def _set_field(config: Config, field: str, value: float) -> None:
    whole = int(value)
    if field == "learning_rate":
        config["optimizer"]["parameters"]["learning_rate"] = value
    elif field == "regularizer_rate":
        if config["regularizer"]["name"] == "none":
            config["regularizer"]["name"] = "l2"
        config["regularizer"]["rate"] = value
    elif field == "noise":
        config["data"]["noise"] = value
    elif field == "units":
        for layer in config["layers"]:
            layer["units"] = whole
    else:
        config[field] = whole


_FIELDS = ("learning_rate", "batch_size", "seed", "regularizer_rate", "noise", "units")
_WHOLE_FIELDS = ("batch_size", "seed", "units")


@action(
    "sweep",
    field=Choice(_FIELDS),
    values=Items(Number(), 8, fewest=1),
    epochs=Maybe(Whole(1, 10_000)),
)
def sweep(
    playground: Playground, field: str, values: list[float], epochs: int | None
) -> dict[str, Any]:
    """Train the experiment once for each value of a setting, and pin the runs.

    As many epochs as the present run has, or 50 where it has none.
    """
    playground.pause()
    if len(playground.pinned) + len(values) > LIMITS["runs"]:
        raise ParameterError(f"sweep: expected room for {len(values)} runs. Unpin some.")
    if epochs is None:
        epochs = max(1, playground.run.epoch) if playground.run.step else 50
    for value in values:
        if field in _WHOLE_FIELDS and not value.is_integer():
            raise ParameterError(
                f"sweep: expected whole numbers for {field.replace('_', ' ')}, received {value}."
            )
    configs = []
    for value in values:
        config = copy.deepcopy(playground.run.config)
        _set_field(config, field, value)
        configs.append(read_experiment(config))
    ends = time.perf_counter() + _MOST_SECONDS
    described = []
    for value, config in zip(values, configs, strict=True):
        run = playground.make_run(config)
        run.record()
        _train(run, epochs, ends)
        name = f"{field.replace('_', ' ')} {value:g}"
        described.append(pin_run(playground, run, name).describe())
    return {"runs": described, "epochs": epochs}


def _train(run: Run, epochs: int, ends: float) -> None:
    """Epoch by epoch until they are done, the loss diverges or the time is up."""
    every = max(1, epochs // 100)
    while run.epoch < epochs and run.diverged is None and time.perf_counter() < ends:
        started = time.perf_counter()
        run.advance(min(every, epochs - run.epoch) * run.batches)
        run.seconds += time.perf_counter() - started
        run.record()


# The race.

_RACER = Fields({"name": Text(60), "parameters": Maybe(Free(24)), "label": Maybe(Text(60))})


@action(
    "network_race",
    racers=Items(_RACER, _MOST_RACERS, fewest=1),
    epochs=Maybe(Whole(1, 1000), 50),
)
def race(playground: Playground, racers: list[dict[str, Any]], epochs: int) -> dict[str, Any]:
    """Optimizers on the same network: the same first weights, the same batches.

    ``losses`` of each racer: the training loss at the first weights and after each epoch; None
    from where it diverged on.
    """
    playground.pause()
    configs = []
    for racer in racers:
        config = copy.deepcopy(playground.run.config)
        config["optimizer"] = {"name": racer["name"], "parameters": racer["parameters"] or {}}
        # A schedule is of one optimizer's rate.
        config["schedule"] = None
        configs.append(read_experiment(config))
    runs = [playground.make_run(config) for config in configs]
    for run in runs:
        run.record()
    ends = time.perf_counter() + _MOST_SECONDS
    for epoch in range(1, epochs + 1):
        for run in runs:
            _train(run, epoch, ends)
        if time.perf_counter() > ends:
            break
    done = max(run.epoch for run in runs)
    described = []
    for i, (racer, run) in enumerate(zip(racers, runs, strict=True)):
        losses: list[float | None] = [row[2] for row in run.curve]
        losses += [None] * (done + 1 - len(losses))
        scalars, maps = draw_run(run)
        name = racer["label"] or racer["name"]
        _show(playground, RACE, i, name, scalars, maps)
        described.append(
            {
                "name": name,
                "learning_rate": run.learning_rate,
                "losses": losses[: done + 1],
                "test_losses": [row[3] for row in run.curve],
                "metric": run.curve[-1][5],
                "diverged": None if run.diverged is None else vars(run.diverged),
                "seconds": run.seconds,
            }
        )
    return {"racers": described, "epochs": done}
