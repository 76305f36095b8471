"""A problem: rows to train and to test, as the network takes them and as the page draws them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import datasets
from pronghorn.errors import ParameterError
from pronghorn.lab._experiment import UPLOAD, Config
from pronghorn.lab._features import compute_features
from pronghorn.lab._tasks import Task, make_task
from pronghorn.lab._toys import DOMAIN, find_toy, make_data

__all__ = ["Part", "Problem", "Table", "load_problem"]

Array = NDArray[Any]
# Rows of pictures: enough to learn from, few enough to look at every one.
_MOST_PICTURES = 10_000
_MOST_PICTURES_TESTED = 2_000


@dataclass(frozen=True, eq=False)
class Part:
    """Rows to train, or to test: columns (n, c) as they are drawn, and labels or values (n,)."""

    columns: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Table:
    """A table that was uploaded: numbers, with what its columns and classes are called."""

    train: Part
    test: Part
    columns: tuple[str, ...]
    kind: str
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Problem:
    """Data and what is asked of it.

    ``x_train`` (n, k) is what goes in, ``y_train`` what the loss compares with; ``train`` and
    ``test`` hold columns and labels. ``columns`` name the columns, ``inputs`` what goes in.
    """

    task: Task
    train: Part
    test: Part
    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    class_names: tuple[str, ...]
    #: Formulas of the columns; None: the columns themselves go in.
    features: tuple[str, ...] | None
    #: Height and width of pictures.
    picture: tuple[int, int] | None = None
    #: Pixels are divided by it inside the network.
    largest: float | None = None
    notes: tuple[str, ...] = ()
    _kept: dict[str, Any] = field(default_factory=dict)

    def prepare(self, columns: Array) -> Array:
        """What goes into the network for columns (n, c)."""
        if self.features is None:
            return columns
        return compute_features(self.features, columns, self.columns)

    def prepare_grid(self, columns: Array) -> Array:
        """``prepare`` for points of a map, 0 where a formula has no finite value there."""
        if self.features is None:
            return columns
        made = compute_features(self.features, columns, self.columns, is_strict=False)
        return np.nan_to_num(made, nan=0.0, posinf=0.0, neginf=0.0)

    @cached_property
    def x_train(self) -> Array:
        return self.prepare(self.train.columns)

    @cached_property
    def x_test(self) -> Array:
        return self.prepare(self.test.columns)

    @cached_property
    def y_train(self) -> Array:
        return self.task.encode(self.train.labels)

    @cached_property
    def y_test(self) -> Array:
        return self.task.encode(self.test.labels)

    @cached_property
    def means(self) -> Array:
        """(c,): what the columns that are not drawn are held at."""
        return np.asarray(self.train.columns.mean(axis=0, dtype=np.float64), np.float32)

    def domain(self, column: int) -> tuple[float, float]:
        """The range of a column in which it is drawn."""
        if self.features is not None:
            return DOMAIN
        values = self.train.columns[:, column]
        low, high = float(values.min()), float(values.max())
        margin = 0.1 * (high - low) or 1.0
        return low - margin, high + margin

    @cached_property
    def target_range(self) -> tuple[float, float]:
        """The values that a map of a quantity spans."""
        low, high = float(self.train.labels.min()), float(self.train.labels.max())
        reach = max(abs(low), abs(high), 1e-6)
        # Around 0 where the values lie on both sides of it: then the middle colour is 0.
        return (-reach, reach) if low < 0 < high else (low, high if high > low else low + 1.0)


def load_problem(config: Config, table: Table | None = None) -> Problem:
    """The problem of an experiment; raises ParameterError, and DataError for missing data sets."""
    name = config["data"]["name"]
    if name == UPLOAD:
        if table is None:
            raise ParameterError("data: expected a table that was uploaded, received none.")
        return _of_table(config, table)
    if name in datasets.names():
        return _of_pictures(config, name)
    return _of_toy(config)


def _make_task(config: Config, kind: str, classes: int) -> Task:
    return make_task(kind, config["loss"], classes, config["output_activation"])


def _of_toy(config: Config) -> Problem:
    data = config["data"]
    toy = find_toy(data["name"])
    classes = {"binary": 2, "regression": 1}.get(toy.task, data["classes"])
    for point in data["points"]:
        if toy.task != "regression" and point[-1] not in range(classes):
            raise ParameterError(
                f"data points: expected labels from 0 to {classes - 1}, received {point[-1]:g}."
            )
    train, test = (Part(*part) for part in make_data(**data))
    if not len(train):
        raise ParameterError("data: expected at least one row to train, received none.")
    features = tuple(config["features"])
    problem = Problem(
        _make_task(config, toy.task, classes),
        train,
        test,
        columns=tuple(f"x{i + 1}" for i in range(toy.columns)),
        inputs=features,
        class_names=() if toy.task == "regression" else tuple(map(str, range(classes))),
        features=features,
    )
    # A formula with a pole among the points is refused here, before anything changes.
    for columns in (train.columns, test.columns):
        problem.prepare(columns)
    return problem


def _of_pictures(config: Config, name: str) -> Problem:
    found = datasets.get(name)

    def read(x: Array, y: Array, most: int) -> Part:
        return Part(x[:most].reshape(len(x[:most]), -1), y[:most].astype(np.int64))

    rows, tested = found.load_data()
    train, test = read(*rows, _MOST_PICTURES), read(*tested, _MOST_PICTURES_TESTED)
    height, width = found.sample_shape[:2]
    names = tuple(f"pixel {i // width + 1}, {i % width + 1}" for i in range(height * width))
    notes = [f"{found.title}: {len(train)} pictures train, {len(test)} test."]
    return Problem(
        _make_task(config, "multiclass", len(found.class_names)),
        train,
        test,
        columns=names,
        inputs=names,
        class_names=found.class_names,
        features=None,
        picture=(height, width),
        largest=found.largest,
        notes=tuple(notes),
    )


def _of_table(config: Config, table: Table) -> Problem:
    return Problem(
        _make_task(config, table.kind, max(len(table.class_names), 1)),
        table.train,
        table.test,
        columns=table.columns,
        inputs=table.columns,
        class_names=table.class_names,
        features=None,
        notes=table.notes,
    )
