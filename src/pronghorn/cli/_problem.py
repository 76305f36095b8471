"""Problem: data made ready for training, and what was assumed on the way."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pronghorn as keras
from pronghorn import errors

Array = NDArray[Any]

# Share of the rows that is kept for the test, where a file has no test rows of its own.
_TEST_SHARE = 0.2
# Images that every installation of the extra "sklearn" carries.
_FALLBACK = "digits"


@dataclass(frozen=True)
class Problem:
    """Training and test rows, what they mean, and how their columns are scaled.

    x is (n, ...): (n, height, width[, channels]) for images, (n, k) for tables. y is (n,): class
    numbers for classification, float64 values for regression.
    """

    name: str
    title: str
    source: str
    kind: str
    task: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    target_name: str = "y"
    delimiter: str = ","
    # The model's first layer computes x * scale + offset; None: it has no such layer.
    scale: float | list[float] | None = None
    offset: float | list[float] = 0.0
    target_mean: float = 0.0
    target_deviation: float = 1.0
    assumptions: tuple[str, ...] = ()

    @property
    def rows(self) -> str:
        """What one calls the rows: images or rows."""
        return "images" if self.kind == "images" else "rows"

    def describe(self) -> str:
        """One line: what, how much, how many classes."""
        shape = "×".join(map(str, self.x_train.shape[1:]))
        columns = f"of {shape}" if self.kind == "images" else f"of {shape} columns"
        goal = (
            f"{len(self.class_names)} classes"
            if self.task == "classification"
            else f"target {self.target_name}"
        )
        return (
            f"data: {self.title}, {len(self.x_train):,} training {self.rows} {columns}, "
            f"{len(self.x_test):,} for the test, {goal}"
        )


def load_problem(
    data: str,
    target: str | None = None,
    task: str = "auto",
    *,
    drop: tuple[str, ...] = (),
    delimiter: str | None = None,
    seed: int = 0,
    validation: float = 0.0,
) -> Problem:
    """Load ``data`` and decide what kind of problem it is.

    The last ``validation`` of the training rows do not enter the scaling of a table's columns.

    Errors: ``UnknownNameError`` for a name that is no data set, ``FileError`` and ``DataError``
    for data that cannot be used, ``ParameterError`` for an unknown task or a missing target.
    """
    if task not in ("auto", "classification", "regression"):
        raise errors.ParameterError(
            f"--task: expected auto, classification or regression, received {task!r}."
        )
    if is_file(data):
        table = _read_table(data, target, drop, delimiter, as_classes=task == "classification")
        return load_table_problem(data, table, task, delimiter, seed, validation)
    _check_named(data, target, task, drop, delimiter)
    return load_named_problem(data)


def is_file(data: str) -> bool:
    """Whether ``data`` means a file rather than the name of a data set."""
    return Path(data).suffix.lower() in (".csv", ".npz")


def find_dataset(name: str) -> Any:
    """The data set of this name; an UnknownNameError also says how files are told from names."""
    try:
        return keras.datasets.get(name)
    except errors.UnknownNameError as error:
        raise errors.UnknownNameError(f"{error} Files end in .csv or .npz.") from None


def read_delimiter(text: str) -> str:
    """The sign between the cells of a .csv file; a tab may be written as ``\\t``."""
    sign = "\t" if text == "\\t" else text
    if len(sign) != 1 or sign in '\r\n"':
        raise errors.ParameterError(
            f"--delimiter: expected one sign, such as ';' or '\\t', received {text!r}."
        )
    return sign


def name_given(target: str | None, drop: tuple[str, ...], delimiter: str | None) -> list[str]:
    """Which of the options of a .csv file were given."""
    options = {"--target": target is not None, "--drop": drop, "--delimiter": delimiter is not None}
    return [name for name, is_given in options.items() if is_given]


def refuse_options(data: str, given: list[str], kind: str) -> None:
    """Refuse the options that were given though ``data``, of this kind, takes none of them."""
    if given:
        it = "it" if len(given) == 1 else "them"
        raise errors.ParameterError(
            f"{data}: expected no {' and no '.join(given)} with {kind}. Leave {it} out."
        )


def _check_named(
    name: str, target: str | None, task: str, drop: tuple[str, ...], delimiter: str | None
) -> None:
    # A name that is no data set is refused first: it may be a file's without its ending.
    find_dataset(name)
    given = name_given(target, drop, delimiter)
    given += ["--task regression"] * (task == "regression")
    refuse_options(name, given, "a data set of ours, whose target is its classes")


def load_named_problem(name: str) -> Problem:
    """A data set by its name, or the digits where that one cannot be had here."""
    try:
        return _load_named(name)
    except (errors.FileError, errors.DataError) as error:
        if name == _FALLBACK:
            raise
        reason = " ".join(str(error).split())
        # A long one lists every folder looked at; its last sentence says what to do.
        advice = reason if len(reason) < 240 else reason.rsplit(". ", 1)[-1]
        print(
            f"{name} cannot be had here, so this trains on {_FALLBACK}, 1,797 real handwritten "
            f"digits. {advice}",
            file=sys.stderr,
        )
        return _load_named(_FALLBACK)


def _load_named(name: str) -> Problem:
    dataset = find_dataset(name)
    (x_train, y_train), (x_test, y_test) = dataset.load_data()
    largest = dataset.largest
    return Problem(
        name=name,
        title=dataset.title,
        source=name,
        kind="images" if len(dataset.sample_shape) > 1 else "table",
        task="classification",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=tuple(dataset.class_names),
        target_name="class",
        scale=1.0 / largest,
        assumptions=(f"values from 0 to {largest:g}, scaled to 0 to 1 by the first layer",),
    )


def load_table_problem(
    data: str, table: Any, task: str, delimiter: str | None, seed: int, validation: float
) -> Problem:
    """A problem from a table of a file; says what it takes its columns and its target for."""
    y_train = _as_column(data, table.y_train)
    y_test = None if table.y_test is None else _as_column(data, table.y_test)
    for x, y in ((table.x_train, y_train), (table.x_test, y_test)):
        if x is not None and y is not None:
            _refuse_large(data, x, table.feature_names)
            _refuse_large(data, y[:, None], (table.target_name,))
    order = np.random.default_rng(seed).permutation(len(y_train))
    if table.x_test is None or y_test is None:
        cut = len(order) - max(1, round(_TEST_SHARE * len(order)))
        train, test = order[:cut], order[cut:]
        x_test, y_test = table.x_train[test], y_train[test]
        assumed = [f"{_TEST_SHARE:.0%} of the rows, drawn with seed {seed}, are kept for the test"]
    else:
        # Files are often sorted by class, and validation takes the last rows.
        train, x_test, assumed = order, table.x_test, []
    x_train, y_train = table.x_train[train], y_train[train]
    if len(x_train) < 2:
        raise errors.DataError(
            f"{data}: expected at least 2 rows to train on, received {len(x_train)}."
        )
    problem = Problem(
        name=Path(data).stem,
        title=Path(data).stem,
        source=data,
        kind="images" if x_train.ndim > 2 else "table",
        task=_choose_task(table.classes, task),
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        class_names=table.class_names or (),
        feature_names=table.feature_names,
        target_name=table.target_name,
        delimiter=read_delimiter(delimiter or ","),
        assumptions=tuple(assumed),
    )
    problem = _settle_target(problem, task)
    if problem.kind == "images":
        return _scale_images(problem)
    return _scale_columns(problem, len(x_train) - int(len(x_train) * validation))


def _read_table(
    data: str,
    target: str | None,
    drop: tuple[str, ...],
    delimiter: str | None,
    *,
    as_classes: bool,
) -> Any:
    if Path(data).suffix.lower() == ".npz":
        arrays = "a .npz file, whose arrays are x_train, y_train, x_test, y_test (or x, y)"
        refuse_options(data, name_given(target, drop, delimiter), arrays)
        return keras.datasets.load_npz(data, test_share=0.0)
    # Of a file that is not there, no column could be named: what reads it says so.
    if target is None and Path(data).is_file():
        raise errors.ParameterError(
            f"{data}: expected --target with the name of the column to predict, received none."
        )
    as_classes_or_auto = True if as_classes else None
    return keras.datasets.load_csv(
        data,
        0 if target is None else target,
        drop=drop,
        as_classes=as_classes_or_auto,
        delimiter=read_delimiter(delimiter or ","),
        test_share=0.0,
    )


def _refuse_large(data: str, x: Array, names: tuple[str, ...]) -> None:
    """Refuse numbers that float32 has not, in which networks compute."""
    if x.dtype != np.float64 or x.ndim != 2:
        return
    largest = np.finfo(np.float32).max
    bad = np.abs(x) > largest
    if bad.any():
        row, column = np.argwhere(bad)[0]
        name = names[column] if names else str(column)
        raise errors.DataError(
            f"{data}: column {name!r}: expected numbers within ±{largest:.2g} (float32), received "
            f"{x[row, column]:g} in row {row + 1} of the values. Choose another unit, or leave "
            "the row out."
        )


def _as_column(data: str, y: Array) -> Array:
    # y is (n,) or (n, 1)
    if y.ndim == 1:
        return y
    if y.size == len(y):
        return y.reshape(-1)
    raise errors.DataError(
        f"{data}: expected one target a row, received y of shape {y.shape}. "
        "Save class numbers instead of one-hot rows, or one column at a time."
    )


def _choose_task(classes: int | None, task: str) -> str:
    if task != "auto":
        return task
    return "regression" if classes is None else "classification"


def _settle_target(problem: Problem, asked: str) -> Problem:
    """Class numbers with names, or float64 values with their mean and deviation."""
    y_train, y_test = problem.y_train, problem.y_test
    if problem.task == "regression":
        if problem.class_names:
            raise errors.DataError(
                f"{problem.source}: expected a target of numbers for regression, received text "
                f"such as {problem.class_names[0]!r}. Leave --task out."
            )
        y_train, y_test = y_train.astype(np.float64), y_test.astype(np.float64)
        deviation = float(y_train.std())
        note = f"{problem.target_name} is a quantity (--task classification for classes)"
        return replace(
            problem,
            y_train=y_train,
            y_test=y_test,
            target_mean=float(y_train.mean()),
            target_deviation=deviation if deviation > 0 else 1.0,
            assumptions=(*problem.assumptions, note) if asked == "auto" else problem.assumptions,
        )
    if problem.class_names:
        _check_classes(problem, problem.class_names)
        return problem
    values, numbers = np.unique(np.concatenate([y_train, y_test]), return_inverse=True)
    _check_classes(problem, values)
    note = f"the {len(values)} whole numbers of {problem.target_name} are classes (--task \
regression for a quantity)"
    return replace(
        problem,
        y_train=numbers[: len(y_train)],
        y_test=numbers[len(y_train) :],
        class_names=tuple(str(value) for value in values),
        assumptions=(*problem.assumptions, note) if asked == "auto" else problem.assumptions,
    )


def _check_classes(problem: Problem, classes: Sequence[Any] | Array) -> None:
    if len(classes) < 2:
        raise errors.DataError(
            f"{problem.source}: expected at least 2 classes in {problem.target_name}, received "
            f"{str(classes[0])!r} in every row. Choose another --target, or add rows."
        )


def _scale_images(problem: Problem) -> Problem:
    if problem.x_train.dtype != np.uint8:
        note = f"images of type {problem.x_train.dtype} are scaled already"
        return replace(problem, assumptions=(*problem.assumptions, note))
    note = "values from 0 to 255, scaled to 0 to 1 by the first layer"
    return replace(problem, scale=1.0 / 255.0, assumptions=(*problem.assumptions, note))


def _scale_columns(problem: Problem, n: int) -> Problem:
    """Scale by the mean and the deviation of the first ``n`` training rows, as one layer."""
    # x is (n, k)
    x = problem.x_train[:n].astype(np.float64)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    # A column that never changes says nothing; it becomes 0.
    scale = 1.0 / np.where(deviation > 0, deviation, 1.0)
    note = "columns are brought to mean 0 and deviation 1 (of the training rows) by the first layer"
    return replace(
        problem,
        scale=scale.tolist(),
        offset=(-mean * scale).tolist(),
        assumptions=(*problem.assumptions, note),
    )
