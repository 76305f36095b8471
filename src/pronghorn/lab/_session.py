"""The playground of one viewer: one experiment, trained in one thread, watched and steered.

What the page asks for, by name. ``→`` is the result of the reply. Layers count from 0, the last
is the output layer; "layer" always means a Dense layer, with the activation behind it.

The experiment (``_experiment`` has the rules and defaults; every field may be left out)::

    {"version": 1,
     "data": {"name": "circle", "noise": 0..80, "split": 10..90 (percent that trains), "seed": 0,
              "size": null, "classes": 3 (blobs), "function": "sin(x)" (above_below, curve),
              "points": [[x1, x2, label], …] (drawn), "erased": [row, …] (of the generated ones),
              "upload": null | name from POST /upload, already given to "upload"},
     "features": ["x1", "x2", "x1^2", …, or any formula in x1 and x2],  ignored by tables, images
     "layers": [{"units": 4, "activation": "tanh", "dropout": 0, "norm": "none|batch|layer"}, …],
     "initializer": "glorot_uniform", "output_activation": null (fits the loss),
     "loss": null (fits the task),
     "optimizer": {"name": "sgd", "parameters": {"learning_rate": 0.03, …}},
     "schedule": null | {"name": "cosine_decay", "parameters": {"decay_steps": 1000, …}},
     "regularizer": {"name": "none|l1|l2|…", "rate": 0}, "batch_size": 10, "seed": 42}

Commands that change or run it:

- ``hello`` → {"version", "registry", "datasets", "features", "functions", "limits", "speeds",
  "parts": name → title of what a link may put away};
  ``registry``: kind → [{"name", "parameters": [{"name", "default", "kind"}]}] for "activations"
  (with "curve": x, y, slope), "losses" (with "tasks": binary, multiclass, regression),
  "optimizers", "schedules", "initializers", "regularizers". ``datasets``: [{"name", "task",
  "title", "classes", "is_image", "needs"}].
- ``configure`` config, keep=true → state. Rebuilds what must be rebuilt and changes the rest on
  the fly; weights stay where the shapes of the network do (unless keep is false).
- ``state`` → state (below). ``data`` → {"train": [[x1, x2, y], …], "test": …, "columns", "classes",
  "labels", "images": …}: what is drawn as dots; coordinates x1, x2 of the shown pair.
- ``play``, ``pause``, ``step_epoch``, ``step_batch``, → state; ``back`` batches=1 → state: undo,
  bit for bit; ``scrub`` step → state: any moment since the last reset. ``snapshots`` → [step, …].
- ``run`` epochs=null, loss=null (test loss below), patience=null (epochs without a better test
  loss) → state: play until then; a "stopped" event says why.
- ``speed`` batches (a frame; 0: as many as time allows) → state.
- ``reset`` same=true → state: first weights again (same), or those of a new seed.
- ``regenerate`` seed=null → state: new data, the network stays.
- ``watch`` any of: shown={"layer", "unit"}, output=true (shown again), resolution "50"|"100",
  tiles, drawn (units of a layer), pair [column, column], diagnostics, points, histograms → state.
- ``weight`` layer, row (-1: bias), column, value=null, frozen=null → state. ``kill`` layer, unit,
  is_dead → state. ``table`` layer, first=0, count=64 → {"rows", "columns", "weights", "bias",
  "frozen"}.
- ``halve_rate`` → state: after a divergence, back to the last good moment with half the rate.

Looking:

- ``trace`` row=null | rows=[…] | next_batch=true → everything of one step (see ``_slow``).
- ``history`` first=0 → {"first", "columns", "rows"}; ``events`` come with it.
- ``preview`` → {"loss": {"name", "x", "x_name", "curves": [{"name", "y"}]}, "schedule": null |
  {"steps", "rates"}}: the chosen loss by the output, the rate by the step.
- ``predict`` values=[…] (columns, or the pixels of an image) → {"outputs", "classes", "units"}.
- ``confusion`` part="test" → {"labels", "counts", "per_class": [{"precision", "recall", "f1",
  "support"}]} or {"residuals": …}; ``cell`` true, predicted, part → rows of that cell.
- ``slice`` kind="random|path|gradient|runs", dimensions=1|2, reach, points, seed, run → frame
  kind 4 for planes, and the numbers; see ``_slices``.
- ``hidden`` layer, units=[i, j] | null (principal axes) → the bent grid and the points.
- ``filters`` → first-layer weights as images, frame kind 5.
- ``pin`` name → run; ``runs`` → table of runs; ``compare`` run → its map as frame kind 6;
  ``unpin`` run. ``sweep`` field, values → runs, trained side by side with the present one.
- ``network_race`` racers=[{"name", "parameters"}], epochs → curves of each, maps as frame kind 7.

Data:

- ``upload`` upload, name → {"columns": [{"name", "kind", "missing", "distinct", "examples"}],
  "rows", "preview", "roles"}; ``roles`` roles={column: "input|target|ignore"}, standardise,
  missing="drop|mean" → {"rows", "dropped", "filled", "notes"}; then data.name may be "upload".
- ``points`` add=[[x1, x2, label], …], erase={"x1", "x2", "radius"} | null, clear=false → state.
- ``download`` part="all" → {"name", "text"} CSV.

Saved models:

- ``open_model`` upload, name → {"name", "parameters", "inputs", "outputs", "loss", "optimizer",
  "steps", "layers": [{"name", "kind", "activation", "output", "parameters"}], "more", "weights":
  [{"name", "shape", "mean", "std", "low", "high", "zeros", "odd" (not finite), "counts"}],
  "data": [{"name", "title"}] it can be seen with, "obstacle": null | why it cannot}.
- ``take_model`` data=null → state: a run begins with its weights. ``save_model`` first=false →
  {"name", "content" (base64)}: the network as a .keras file, as it is or as it began.

Out of the lab:

- ``export`` what="script|curves|network|data" → {"name", "text"}. ``link`` → {"hash", "command"};
  ``open_link`` hash → state (refused with a reason where it is not valid).

State: {"number" (a later state has a higher one), "config" (complete), "task", "columns",
"is_playing", "step", "epoch", "batch", "speed", "layers": [{"name", "units", "activation",
"parameters", "norm", "dropout", "frozen": [[row, column], …]}], "picture": null | [height, width],
"batches" (an epoch), "snapshots", "metric", "inputs": [names], "parameters", "opened": null | the
file of the first weights, "loss_name", "output_activation", "learning_rate", "train_rows",
"test_rows", "classes", "notes": [texts worth saying], "diverged": null | {"step", "epoch", "layer",
"reason"}, "watch", "curve_columns", "events": [{"step", "epoch", "text"}], "runs"}.
A "state" event follows every change that somebody else made (a stop, a divergence).

Frames of kind 1: scalars {"step", "epoch", "batch", "train_loss", "test_loss", "penalty",
"train_metric", "test_metric", "metric", "learning_rate", "steps_per_second", "is_playing",
"curve_first", "map_low", "map_high", "map_kind": "signed|classes|values|line|none",
"domain": [x1 low, x1 high, x2 low, x2 high], "diverged"}; arrays:

- "map" u1 (r, r): row 0 is the largest x2. Of 0…255 for map_low…map_high; for "classes" the
  number of the likeliest class, with "confidence" u1 (r, r): 0…255 for 0…1. Of a shown unit
  (u - 128) / 127 of map_high. With one column there is no map but "line" f4 (200,): the fit at
  evenly spaced points of ``domain``; pictures have neither.
- "tiles" u1 (units, t, t), layer by layer the first ``drawn`` units, then the inputs' own tiles
  in "input_tiles"; "tile_scales" f4 (units,): u stands for (u - 128) / 127 of the scale. With one
  column the same units' curves over it in "tile_lines" and "input_lines" f4 (units, 25).
- "weights/0", "bias/0", …: f4, as drawn (the first ``drawn`` rows and columns of large layers);
  "curve" f8 (rows, columns) takes the place of all rows from ``curve_first`` on, columns as in
  state "curve_columns". Should rows be missing before it, ask for ``history``.
- now and then, when watched: "grad_norms", "weight_norms", "ratios" (update / weight), "dead",
  "saturated" f4 (layers,); "dead_units" u1 (all units); "histograms" i4 (layers, 4, 32) of
  weights, gradients, pre-activations, activations, with "histogram_ranges" f4 (layers, 4, 2).
- when points are watched: "train_outputs", "test_outputs" f4 (rows,): what the dots are taken for.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pronghorn.errors import ParameterError
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import (
    read_experiment,
)
from pronghorn.lab._network import find_layer
from pronghorn.lab._playground import Goal, Playground
from pronghorn.lab._problem import Part
from pronghorn.lab._protocol import command
from pronghorn.lab._schema import Choice, Fields, Flag, Free, Items, Maybe, Number, Rule, Whole
from pronghorn.lab._views import Watch

__all__ = ["action", "change"]

_MOST_ROWS = 5000
_SAMPLES = 30


def action(name: str, /, **rules: Rule) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command whose handler gets the viewer's playground, in its thread."""

    def add(handler: Callable[..., Any]) -> Callable[..., Any]:
        @command(name, **rules)
        def run(desk: Desk, **arguments: Any) -> Any:
            playground = desk.part(Playground)
            return playground.worker.call(functools.partial(handler, playground, **arguments))

        return handler

    return add


def change(name: str, /, **rules: Rule) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command that changes something: its result is the state, and a frame follows."""

    def add(handler: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(handler)
        def run(playground: Playground, **arguments: Any) -> Any:
            handler(playground, **arguments)
            playground.show()
            return playground.state()

        action(name, **rules)(run)
        return handler

    return add


# Changing and running.


@change("configure", config=Free(), keep=Maybe(Flag(), True))
def configure(playground: Playground, config: dict[str, Any], keep: bool) -> None:
    playground.configure(read_experiment(config), keep)


@action("state")
def give_state(playground: Playground) -> dict[str, Any]:
    playground.show()
    return playground.state()


@change("play")
def play(playground: Playground) -> None:
    playground.play()


@change("pause")
def pause(playground: Playground) -> None:
    playground.pause()


@change("step_batch", batches=Maybe(Whole(1, 100_000), 1))
def step_batch(playground: Playground, batches: int) -> None:
    playground.train(batches)


@change("step_epoch", epochs=Maybe(Whole(1, 100), 1))
def step_epoch(playground: Playground, epochs: int) -> None:
    run = playground.run
    # To the end of the epoch that was begun, then whole ones.
    playground.train(epochs * run.batches - run.batch)


@change(
    "run",
    epochs=Maybe(Number(0.0, 1e6)),
    loss=Maybe(Number(0.0)),
    patience=Maybe(Whole(1, 1_000_000)),
)
def run_until(
    playground: Playground, epochs: float | None, loss: float | None, patience: int | None
) -> None:
    run = playground.run
    step = None if epochs is None else run.step + max(1, round(epochs * run.batches))
    playground.play(Goal(step, loss, patience))


@change("speed", batches=Whole(0, 100_000))
def set_speed(playground: Playground, batches: int) -> None:
    playground.speed = batches


@change("back", batches=Maybe(Whole(1, 100_000), 1))
def go_back(playground: Playground, batches: int) -> None:
    _go_to(playground, max(0, playground.run.step - batches))


@change("scrub", step=Whole(0))
def scrub(playground: Playground, step: int) -> None:
    _go_to(playground, step)


def _go_to(playground: Playground, step: int) -> None:
    playground.pause()
    playground.run.go_to(step)
    playground.run.record()
    playground.rewind()


@action("snapshots")
def list_snapshots(playground: Playground) -> list[int]:
    return [snapshot.step for snapshot in playground.run.snapshots]


@change("reset", same=Maybe(Flag(), True))
def reset(playground: Playground, same: bool) -> None:
    playground.pause()
    config = copy.deepcopy(playground.run.config)
    if not same:
        config["seed"] = (config["seed"] + 1) % 2**32
    playground.configure(config, keep=False)


@change("regenerate", seed=Maybe(Whole(0, 2**32 - 1)))
def regenerate(playground: Playground, seed: int | None) -> None:
    config = copy.deepcopy(playground.run.config)
    data = config["data"]
    data["seed"] = (data["seed"] + 1) % 2**32 if seed is None else seed
    playground.configure(config, keep=True)


@change("halve_rate")
def halve_rate(playground: Playground) -> None:
    """Back to the last good moment, and on with half the rate."""
    run = playground.run
    config = copy.deepcopy(run.config)
    parameters = config["optimizer"]["parameters"]
    rate = run.learning_rate
    if config["schedule"] is not None:
        # Half of a schedule: its first rate.
        first = config["schedule"]["parameters"]
        if "initial_learning_rate" not in first:
            raise ParameterError("halve_rate: expected a rate or a schedule that begins with one.")
        first["initial_learning_rate"] /= 2.0
    else:
        parameters["learning_rate"] = rate / 2.0
    good = [s for s in run.snapshots if s.step < run.step or s.step == 0]
    if run.diverged is not None and good:
        run.restore(good[-1])
        run.curve = [row for row in run.curve if row[0] <= run.step]
    run.change(read_experiment(config))
    run.note(f"learning rate {rate:g} → {run.learning_rate:g}")
    run.record()
    playground.rewind()


# What is looked at.

_SHOWN = Maybe(Fields({"layer": Whole(0, 64), "unit": Whole(0, 4096)}))


@change(
    "watch",
    shown=_SHOWN,
    output=Maybe(Flag()),
    resolution=Maybe(Choice(("50", "100"))),
    tiles=Maybe(Flag()),
    drawn=Maybe(Whole(1, 64)),
    pair=Maybe(Items(Whole(0, 10_000), 2, fewest=2)),
    diagnostics=Maybe(Flag()),
    histograms=Maybe(Flag()),
    points=Maybe(Flag()),
)
def set_watch(
    playground: Playground,
    shown: dict[str, int] | None,
    output: bool | None,
    resolution: str | None,
    pair: list[int] | None,
    **further: Any,
) -> None:
    watch: Watch = playground.watch
    if shown is not None:
        if shown["unit"] >= find_layer(playground.run.model, shown["layer"]).units:
            raise ParameterError("watch shown: expected a unit of that layer, received another.")
        watch.shown = (shown["layer"], shown["unit"])
    elif output:
        watch.shown = None
    if resolution is not None:
        watch.resolution = int(resolution)
    if pair is not None:
        columns = len(playground.run.problem.columns)
        if max(pair) >= columns or pair[0] == pair[1]:
            raise ParameterError(f"watch pair: expected two of {columns} columns, received {pair}.")
        watch.pair = (pair[0], pair[1])
    for name, value in further.items():
        if value is not None:
            setattr(watch, name, value)


@action("history", first=Maybe(Whole(), 0))
def give_history(playground: Playground, first: int) -> dict[str, Any]:
    run = playground.run
    columns = playground.state()["curve_columns"]
    return {"first": first, "columns": columns, "rows": run.curve[first:], "events": run.events}


@action("data", most=Maybe(Whole(1, _MOST_ROWS), _MOST_ROWS))
def give_data(playground: Playground, most: int) -> dict[str, Any]:
    """The rows as they are drawn: all columns of a table up to 64 of them, pictures apart."""
    problem = playground.run.problem
    pair = list(playground.views.pair) if playground.views.has_map else [0]

    def rows_of(part: Part) -> list[list[float]]:
        columns = part.columns[:most, pair].astype(np.float64)
        rows: list[list[float]] = np.column_stack([columns, part.labels[:most]]).tolist()
        return rows

    described: dict[str, Any] = {
        "task": problem.task.kind,
        "columns": list(problem.columns) if problem.picture is None else [],
        "pair": pair,
        "classes": list(problem.class_names),
        "picture": problem.picture,
        "domain": playground.views.domain(),
        "train": [] if problem.picture else rows_of(problem.train),
        "test": [] if problem.picture else rows_of(problem.test),
        "labels": list(problem.class_names),
    }
    if problem.picture is not None:
        described["images"] = {
            "shape": problem.picture,
            "samples": problem.train.columns[:_SAMPLES],
            "labels": problem.train.labels[:_SAMPLES],
            "highest": problem.largest,
        }
    return described
