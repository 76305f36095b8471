"""Commands that look at a trained network: predictions, errors, hidden spaces, filters, slices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError, PronghornError
from pronghorn.inspection import (
    between,
    loss_line,
    loss_plane,
    path_directions,
    random_direction,
)
from pronghorn.lab._network import dense_layers
from pronghorn.lab._playground import Playground
from pronghorn.lab._problem import Part, Problem
from pronghorn.lab._protocol import Frame
from pronghorn.lab._run import Run
from pronghorn.lab._schema import Choice, Items, Maybe, Number, Whole
from pronghorn.lab._session import action
from pronghorn.lab._views import make_grid

__all__ = ["FILTERS", "SLICE", "count_confusion"]

Array = NDArray[Any]
# Kinds of frames.
SLICE, FILTERS = 4, 5
_PART = Maybe(Choice(("train", "test")), "test")
_MOST_CELL = 200
_MOST_POINTS = 1000
_GRID = 21
# The loss of a slice is taken of so many rows at most.
_MOST_SLICED = 1000
_MOST_PATH = 100


@action("predict", values=Items(Number(), 4096, fewest=1))
def predict(playground: Playground, values: list[float]) -> dict[str, Any]:
    """The outputs for one row: its columns, or the pixels of a picture."""
    run, problem = playground.run, playground.run.problem
    if len(values) != len(problem.columns):
        raise ParameterError(
            f"predict: expected {len(problem.columns)} values, received {len(values)}."
        )
    columns = np.array([values], np.float32)
    x = problem.prepare(columns)
    outputs = run.predict(x)
    units = [
        playground.views.hidden(i, x)[0, : playground.watch.drawn]
        for i in range(len(dense_layers(run.model)))
    ]
    decided = problem.task.decide(outputs)[0]
    return {"outputs": outputs[0], "taken_for": decided, "units": units, "inputs": x[0, :64]}


def _pick(problem: Problem, part: str) -> tuple[Part, Array]:
    if part == "train":
        return problem.train, problem.x_train
    return problem.test, problem.x_test


def count_confusion(truth: Array, taken: Array, classes: int) -> tuple[Array, list[dict[str, Any]]]:
    """(c, c) counts, row = truth; and precision, recall, F1 and rows of each class.

    >>> counts, per_class = count_confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    >>> counts.tolist(), per_class[0]["recall"], per_class[1]["precision"]
    ([[1, 1], [0, 1]], 0.5, 0.5)
    """
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (truth, taken), 1)
    per_class = []
    for c in range(classes):
        hits, taken_for, support = counts[c, c], counts[:, c].sum(), counts[c].sum()
        precision = float(hits / taken_for) if taken_for else None
        recall = float(hits / support) if support else None
        f1 = float(2 * hits / (taken_for + support)) if taken_for + support else None
        entry = {"precision": precision, "recall": recall, "f1": f1, "support": int(support)}
        per_class.append(entry)
    return counts, per_class


@action("confusion", part=_PART)
def give_confusion(playground: Playground, part: str) -> dict[str, Any]:
    problem = playground.run.problem
    rows, x = _pick(problem, part)
    if not len(rows):
        raise ParameterError(f"confusion: expected rows to {part}, received none.")
    taken = problem.task.decide(playground.run.predict(x))
    if problem.task.kind == "regression":
        shown = slice(0, _MOST_POINTS)
        return {"residuals": {"true": rows.labels[shown], "predicted": taken[shown]}}
    counts, per_class = count_confusion(rows.labels, taken, problem.task.classes)
    return {"labels": problem.class_names, "counts": counts, "per_class": per_class}


@action("cell", true=Whole(0, 100), predicted=Whole(0, 100), part=_PART)
def give_cell(playground: Playground, true: int, predicted: int, part: str) -> dict[str, Any]:
    """The rows of one class that are taken for another: numbers, and their drawn columns."""
    problem = playground.run.problem
    rows, x = _pick(problem, part)
    if problem.task.kind == "regression" or not len(rows):
        raise ParameterError("cell: expected classes and rows, received a quantity or no rows.")
    taken = problem.task.decide(playground.run.predict(x))
    found = np.flatnonzero((rows.labels == true) & (taken == predicted))[:_MOST_CELL]
    if problem.picture is not None:
        return {"rows": [{"row": int(i)} for i in found]}
    return {"rows": rows.columns[found][:, :8], "numbers": found}


@action("hidden", layer=Whole(0, 64), units=Maybe(Items(Whole(0, 4096), 2, fewest=2)))
def give_hidden(playground: Playground, layer: int, units: list[int] | None) -> dict[str, Any]:
    """Points and the plane's grid as a layer sees them: two units, or the principal axes."""
    run, problem, views = playground.run, playground.run.problem, playground.views
    shown = slice(0, _MOST_POINTS)
    points = views.hidden(layer, problem.x_train[shown])
    grid = None
    if views.has_map and problem.features is not None:
        grid = views.hidden(layer, make_grid(problem, views.pair, _GRID))
    if not np.isfinite(points).all():
        raise ParameterError("hidden: expected finite activations, received others.")
    width = points.shape[1]
    if units is not None and max(units) >= width:
        raise ParameterError(f"hidden units: expected two of {width}, received {units}.")
    explained = None
    if units is not None:
        axes, mean = np.eye(width)[units], np.zeros(width)
    else:
        mean = points.mean(axis=0, dtype=np.float64)
        _, sizes, axes = np.linalg.svd(points - mean, full_matrices=False)
        power = sizes**2
        explained = (power / power.sum() if power.sum() else power)[:2]
        axes = axes[:2]
    if len(axes) < 2:
        axes = np.vstack([axes, np.zeros((2 - len(axes), width))])
    labels = problem.train.labels[shown].astype(np.float64)
    return {
        "layer": layer,
        "name": dense_layers(run.model)[layer].name,
        "points": np.column_stack([(points - mean) @ axes.T, labels]),
        "grid": [] if grid is None else ((grid - mean) @ axes.T).reshape(_GRID, _GRID, 2),
        "explained": explained,
    }


@action("filters")
def give_filters(playground: Playground) -> dict[str, Any]:
    """The first layer's weights as pictures, in a frame."""
    run, shape = playground.run, playground.run.problem.picture
    if shape is None:
        raise ParameterError("filters: expected pictures as data, received others.")
    kernel = dense_layers(run.model)[0].kernel.numpy()[:, : 4 * playground.watch.drawn]
    # One scale for all, so that weak units look weak.
    scale = float(np.abs(kernel).max()) or 1.0
    pictures = (kernel.T / scale * 127.0 + 128.0).round().astype(np.uint8).reshape(-1, *shape)
    playground.desk.show(Frame(FILTERS, run.step, {"scale": scale}, {"filters": pictures}))
    return {"count": len(pictures), "shape": shape, "scale": scale}


@action(
    "slice",
    kind=Maybe(Choice(("random", "path", "gradient", "runs")), "random"),
    dimensions=Maybe(Whole(1, 2), 2),
    reach=Maybe(Number(1e-6, 1e3), 1.0),
    points=Maybe(Whole(3, 101), 31),
    seed=Maybe(Whole(0, 2**31 - 1), 0),
    run=Maybe(Whole(0, 1_000_000)),
)
def give_slice(
    playground: Playground,
    kind: str,
    dimensions: int,
    reach: float,
    points: int,
    seed: int,
    run: int | None,
) -> dict[str, Any]:
    """The loss of training rows around the present weights; a plane is a frame too.

    "random": filter-normalized directions; "path": the principal axes of the weights that the run
    remembers; "gradient": against the gradient, and a random one; "runs": towards a pinned run
    (α = 1), and a random one. ``x`` and ``y`` are α and β; ``losses`` (β, α).
    """
    here = playground.run
    directions, found = _choose_directions(playground, kind, dimensions, seed, run)
    x_rows = here.problem.x_train[:_MOST_SLICED]
    y_rows = here.problem.y_train[:_MOST_SLICED]
    steps = np.linspace(-reach, reach, points)
    if kind == "path":
        # Wide enough for the whole path.
        far = float(np.abs(np.asarray(found["path"])).max()) * 1.2
        steps = steps / reach * max(far, 1e-6)
    if dimensions == 1:
        losses = loss_line(here.model, x_rows, y_rows, directions[0], steps)
    else:
        pair = (directions[0], directions[1])
        losses = loss_plane(here.model, x_rows, y_rows, pair, steps)
        scalars = {"low": float(losses.min()), "kind": kind, "x": steps}
        arrays = {"losses": losses.astype(np.float32)}
        playground.desk.show(Frame(SLICE, here.step, scalars, arrays))
    finite = losses[np.isfinite(losses)]
    lowest = float(finite.min()) if finite.size else None
    found.update(kind=kind, dimensions=dimensions, x=steps, y=steps, losses=losses)
    found.update(rows=len(x_rows), lowest=lowest)
    return found


def _choose_directions(
    playground: Playground, kind: str, dimensions: int, seed: int, pinned: int | None
) -> tuple[list[Any], dict[str, Any]]:
    here = playground.run
    model = here.model
    random = [random_direction(model, seed + i) for i in range(2)]
    if kind == "path":
        path = [_trainable_of(here, s.weights) for s in here.snapshots if _is_same(here, s)]
        path = [*path[:: max(1, len(path) // _MOST_PATH)], _present(here)]
        found = path_directions(path, dimensions)
        described = {"explained": found.explained, "path": found.positions}
        return list(found.directions), described
    if kind == "gradient":
        x, y = here.problem.x_train[:_MOST_SLICED], here.problem.y_train[:_MOST_SLICED]
        _, gradients = model.compute_gradients(x, y, training=False)
        first = [
            np.zeros(v.shape) if g is None else -np.asarray(g)
            for v, g in zip(model.trainable_variables, gradients.values(), strict=True)
        ]
        length = np.sqrt(sum(float(np.sum(np.square(part))) for part in first)) or 1.0
        wanted = np.sqrt(sum(float(np.sum(np.square(part))) for part in random[0]))
        return [[part * (wanted / length) for part in first], random[1]], {}
    if kind == "runs":
        other = None if pinned is None else playground.pinned.get(pinned)
        if other is None:
            raise ParameterError("slice run: expected a pinned run, received none of that number.")
        try:
            return [between(_present(here), other.trainable), random[1]], {}
        except PronghornError:
            raise ParameterError(
                "slice run: expected a run whose network has the same layers, received another."
            ) from None
    return random, {}


def _present(run: Run) -> list[Array]:
    return [variable.numpy() for variable in run.model.trainable_variables]


def _is_same(run: Run, snapshot: Any) -> bool:
    return [w.shape for w in snapshot.weights] == [w.shape for w in run.model.get_weights()]


def _trainable_of(run: Run, weights: list[Array]) -> list[Array]:
    """Of all weights of the model the trainable ones, in their own order."""
    by_variable = dict(zip(map(id, run.model.weights), weights, strict=True))
    return [by_variable[id(variable)] for variable in run.model.trainable_variables]
