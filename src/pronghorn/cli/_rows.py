"""Rows: data for a model that is trained already, read as its run read its own."""

from __future__ import annotations

import contextlib
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import pronghorn as keras
from pronghorn import errors
from pronghorn.cli._problem import find_dataset, is_file, name_given, read_delimiter, refuse_options

Array = NDArray[Any]


@dataclass(frozen=True)
class Rows:
    """Inputs, targets where they were asked for, and where the rows are from."""

    x: Array
    y: Array | None
    origin: str


def load_rows(
    data: str,
    record: dict[str, Any],
    target: str | None,
    delimiter: str | None,
    *,
    with_target: bool,
) -> Rows:
    """The test rows of a named data set or of a .npz that has some; else every row of the file.

    ``record`` is the run's: its columns, its target, its delimiter and its classes are the ones
    expected. Errors: ``DataError`` for columns or classes that the model does not know.
    """
    if Path(data).suffix.lower() != ".csv":
        refuse_options(data, name_given(target, (), delimiter), "data that is no .csv file")
    if not is_file(data):
        _, (x, y) = find_dataset(data).load_data()
        return Rows(x, y, f"test rows of {data}")
    if Path(data).suffix.lower() == ".npz":
        return _load_arrays(data, record, with_target)
    sign = read_delimiter(delimiter or record.get("delimiter") or ",")
    names = tuple(record.get("feature_names", ()))
    if not with_target:
        x = keras.datasets.load_features(data, names or None, delimiter=sign)
        return Rows(x, None, f"all rows of {data}")
    target = target or record.get("target")
    if target is None:
        raise errors.ParameterError(f"{data}: expected --target with the column to compare with.")
    is_classes = record.get("task") == "classification"
    table = keras.datasets.load_csv(
        data,
        target,
        drop=_find_others(data, (*names, target), sign) if names else (),
        as_classes=True if is_classes else None,
        delimiter=sign,
        test_share=0.0,
    )
    x = table.x_train
    if names:
        x = x[:, [_find(table.feature_names, name, data) for name in names]]
    y = _number(table.y_train, table.class_names, record, data)
    return Rows(x, y, f"all rows of {data}")


def _load_arrays(data: str, record: dict[str, Any], with_target: bool) -> Rows:
    if not with_target:
        return Rows(keras.datasets.load_features(data), None, f"rows of {data}")
    table = keras.datasets.load_npz(data, test_share=0.0)
    x, y, origin = table.x_train, table.y_train, f"all rows of {data}"
    if table.x_test is not None and table.y_test is not None:
        x, y, origin = table.x_test, table.y_test, f"test rows of {data}"
    return Rows(x, _number(y.reshape(len(y), -1)[:, 0], table.class_names, record, data), origin)


def _find_others(data: str, known: tuple[str, ...], delimiter: str) -> tuple[str, ...]:
    """The columns of a .csv that the model did not see, by its header."""
    header: list[str] = []
    # What cannot be read is told by whoever reads all of the file.
    with (
        contextlib.suppress(OSError, UnicodeDecodeError, csv.Error),
        open(data, encoding="utf-8-sig", newline="") as file,
    ):
        header = [name.strip() for name in next(csv.reader(file, delimiter=delimiter), [])]
    # Without a header, columns are known by number and none can be told to be another; a value may
    # be the number of a column.
    is_header = set(known) & set(header) and not all(map(_is_number, header))
    return tuple(name for name in header if name not in known) if is_header else ()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _find(names: tuple[str, ...], name: str, data: str) -> int:
    if name not in names:
        raise errors.DataError(
            f"{data}: expected the column {name!r}, which the model was trained on, received "
            f"{', '.join(names)}."
        )
    return names.index(name)


def _number(y: Array, names: tuple[str, ...] | None, record: dict[str, Any], data: str) -> Array:
    """Class numbers as the run counted them; quantities stay as they are."""
    known = record.get("class_names")
    if not known:
        return y
    texts = np.asarray(names)[y] if names else y.astype(str)
    numbers = {name: index for index, name in enumerate(known)}
    for row, text in enumerate(texts):
        if text not in numbers:
            raise errors.DataError(
                f"{data}: expected one of the classes {', '.join(known[:8])}, "
                f"received {str(text)!r} in row {row}."
            )
    return np.array([numbers[text] for text in texts], dtype=np.int64)
