"""The user's own table: a CSV read without trust, its columns given roles, its gaps said aloud."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError
from pronghorn.lab._experiment import LIMITS
from pronghorn.lab._problem import Part, Table
from pronghorn.lab._toys import MOST_CLASSES

__all__ = ["ROLES", "Column", "Sheet", "make_table", "read_sheet"]

ROLES = ("input", "target", "ignore")
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
_MOST_COLUMNS = 500
_MOST_INPUTS = 256
_MOST_LEVELS = 20
_LONGEST_CELL = 1000
_DELIMITERS = ",;\t|"
_DECIMAL_COMMA = re.compile(r"^([+-]?\d+),(\d+)$")


@dataclass(frozen=True, eq=False)
class Column:
    """A column: its cells as text, and as numbers where it has nothing else (NaN: missing)."""

    name: str
    cells: list[str]
    numbers: NDArray[np.float64] | None

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Where a cell is missing."""
        return np.array([is_missing(cell) for cell in self.cells], bool)

    def describe(self) -> dict[str, Any]:
        """What the page says of it."""
        present = [cell for cell in self.cells if not is_missing(cell)]
        return {
            "name": self.name,
            "kind": "text" if self.numbers is None else "number",
            "missing": len(self.cells) - len(present),
            "distinct": len(set(present)),
            "examples": list(dict.fromkeys(present))[:3],
        }


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table as it was read, before anybody said what its columns are for."""

    name: str
    columns: tuple[Column, ...]
    #: How the file was read, where that was not a matter of course.
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0].cells)

    def describe(self) -> dict[str, Any]:
        """Columns, first rows and the roles that suggest themselves."""
        roles = {column.name: "input" for column in self.columns}
        for column in self.columns:
            distinct = len(set(column.cells))
            is_label = column.numbers is None and distinct > _MOST_LEVELS
            if is_label or (distinct == len(self) > 20 and column.name.lower() in ("id", "index")):
                roles[column.name] = "ignore"
        roles[self.columns[-1].name] = "target"
        return {
            "name": self.name,
            "rows": len(self),
            "columns": [column.describe() for column in self.columns],
            "preview": [
                [None if is_missing(c.cells[i]) else c.cells[i][:40] for c in self.columns]
                for i in range(min(8, len(self)))
            ],
            "roles": roles,
            "notes": list(self.notes),
        }


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in _MISSING


def read_sheet(content: bytes, name: str) -> Sheet:
    """The table in a CSV file; raises ParameterError that says which line cannot be used.

    One line of names, cells parted by a comma, semicolon, tab or bar; at most 20 MB and a million
    cells. Text is UTF-8, or what spreadsheets write in its place (UTF-16 with its mark,
    Windows-1252), which is said aloud, as are decimal commas.
    """
    if len(content) > LIMITS["upload_bytes"]:
        raise ParameterError(f"upload: expected at most 20 MB, received {len(content)} bytes.")
    text, notes = _read_text(content)
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = _read_rows(text, delimiter)
    names = _name_columns(rows[0])
    body = rows[1:]
    if len(body) < 10:
        raise ParameterError(f"upload: expected at least 10 rows, received {len(body)}.")
    columns, with_commas = [], []
    for i, column in enumerate(names):
        cells = [row[i] for row in body]
        numbers = _read_numbers(cells)
        if numbers is None and delimiter != ",":
            numbers = _read_numbers([_DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in cells])
            if numbers is not None:
                with_commas.append(column)
        columns.append(Column(column, cells, numbers))
    if with_commas:
        notes.append(f"Commas are read as decimal points in {', '.join(with_commas[:8])}.")
    return Sheet(name[:80], tuple(columns), tuple(notes))


def _read_text(content: bytes) -> tuple[str, list[str]]:
    """The text of a file, and what is to be said of how it was read."""
    if content.startswith(b"PK\x03\x04"):
        raise ParameterError(
            "upload: expected a CSV file, received a workbook or an archive. Save it as CSV."
        )
    notes = []
    encodings = [("utf-8-sig", ""), ("cp1252", "Read as Windows-1252: it is not UTF-8.")]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = [("utf-16", "Read as UTF-16.")]
    for encoding, note in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise ParameterError("upload: expected text, received a file with zero bytes.")
        notes += [note] if note else []
        return text, notes
    raise ParameterError(
        "upload: expected text, received bytes of no text in UTF-8, UTF-16 or Windows-1252. "
        "Save the table as CSV in UTF-8."
    )


def _read_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if rows and len(row) != len(rows[0]):
                raise ParameterError(
                    f"upload line {reader.line_num}: expected {len(rows[0])} cells as in the "
                    f"first line, received {len(row)}."
                )
            cells += len(row)
            if cells > LIMITS["cells"] or len(row) > _MOST_COLUMNS:
                raise ParameterError(
                    f"upload: expected at most {LIMITS['cells']} cells and {_MOST_COLUMNS} "
                    "columns, received more."
                )
            rows.append([cell.strip()[:_LONGEST_CELL] for cell in row])
    except csv.Error as error:
        raise ParameterError(
            f"upload line {reader.line_num}: expected cells of a CSV file, received: {error}."
        ) from None
    if not rows:
        raise ParameterError("upload: expected a line of names and rows, received an empty file.")
    return rows


def _name_columns(header: Sequence[str]) -> list[str]:
    if all(_to_number(cell) is not None for cell in header):
        raise ParameterError(
            "upload: expected names of the columns in the first line, received numbers."
        )
    names: list[str] = []
    for i, cell in enumerate(header):
        name = " ".join(cell.split())[:60] or f"column {i + 1}"
        while name in names:
            name += "'"
        names.append(name)
    return names


def _to_number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e30 else None


def _read_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    numbers = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if not is_missing(cell):
            number = _to_number(cell)
            if number is None:
                return None
            numbers[i] = number
    return numbers


def make_table(
    sheet: Sheet,
    roles: Mapping[str, str],
    *,
    standardise: bool,
    missing: str,
    split: float,
    seed: int,
) -> tuple[Table, dict[str, Any]]:
    """Rows to train and to test, and what was done to them in words.

    Means and deviations are those of the training rows. ``missing`` "drop" leaves rows with a gap
    out, "mean" fills gaps of number columns with the mean of the training rows. Rows without a
    target are always left out. Raises ParameterError for roles that do not fit.
    """
    inputs, target = _read_roles(sheet, roles)
    gaps = np.zeros(len(sheet), bool)
    for column in inputs:
        if missing == "drop" or column.numbers is None:
            gaps |= column.gaps
    gaps |= target.gaps
    kept = np.flatnonzero(~gaps)
    if len(kept) < 10:
        raise ParameterError(f"roles: expected at least 10 complete rows, received {len(kept)}.")
    order = np.random.default_rng(seed).permutation(len(kept))
    cut = min(max(1, round(len(kept) * split / 100.0)), len(kept) - 1)
    train, test = kept[order[:cut]], kept[order[cut:]]
    names, parts, filled = _read_inputs(inputs, train, kept, standardise)
    kind, labels, class_names = _read_target(target, kept)
    notes = [f"{sheet.name}: {len(train)} rows train, {len(test)} test.", *sheet.notes]
    if len(kept) < len(sheet):
        notes.append(f"{len(sheet) - len(kept)} of {len(sheet)} rows left out: values missing.")
    if filled:
        notes.append(f"{filled} missing values filled with the mean of the training rows.")
    if standardise:
        notes.append("Numbers are standardised: mean 0 and deviation 1 over the training rows.")
    first, second = (Part(parts[rows].astype(np.float32), labels[rows]) for rows in (train, test))
    table = Table(first, second, tuple(names), kind, class_names, tuple(notes))
    said = {"rows": len(kept), "dropped": len(sheet) - len(kept), "filled": filled, "notes": notes}
    return table, said


def _read_roles(sheet: Sheet, roles: Mapping[str, str]) -> tuple[list[Column], Column]:
    known = [column.name for column in sheet.columns]
    for name, role in roles.items():
        if name not in known or role not in ROLES:
            raise ParameterError(
                f"roles: expected columns of the table with input, target or ignore, "
                f"received {name[:60]!r}: {role!r}."
            )
    inputs = [c for c in sheet.columns if roles.get(c.name, "ignore") == "input"]
    targets = [c for c in sheet.columns if roles.get(c.name) == "target"]
    if len(targets) != 1 or not inputs:
        raise ParameterError(
            f"roles: expected one target and at least one input, received {len(targets)} "
            f"and {len(inputs)}."
        )
    return inputs, targets[0]


def _read_inputs(
    inputs: Sequence[Column], train: NDArray[np.int64], kept: NDArray[np.int64], standardise: bool
) -> tuple[list[str], NDArray[np.float64], int]:
    """Names, values of every row, and how many gaps of kept rows were filled.

    Text becomes 0 and 1 a level.
    """
    names: list[str] = []
    values: list[NDArray[np.float64]] = []
    filled = 0
    for column in inputs:
        if column.numbers is None:
            levels = [level for level, _ in Counter(column.cells).most_common()]
            levels = sorted(level for level in levels if not is_missing(level))
            if len(levels) > _MOST_LEVELS:
                raise ParameterError(
                    f"roles: expected at most {_MOST_LEVELS} different texts in the input "
                    f"{column.name!r}, received {len(levels)}. Ignore it."
                )
            cells = np.array(column.cells)
            for level in levels:
                names.append(f"{column.name} = {level[:30]}")
                values.append((cells == level).astype(np.float64))
            continue
        numbers = column.numbers.copy()
        known = numbers[train][~np.isnan(numbers[train])]
        mean = float(known.mean()) if known.size else 0.0
        gaps = np.isnan(numbers)
        filled += int(gaps[kept].sum())
        numbers[gaps] = mean
        if standardise:
            deviation = float(numbers[train].std())
            numbers = (numbers - mean) / (deviation or 1.0)
        names.append(column.name)
        values.append(numbers)
    if len(names) > _MOST_INPUTS:
        raise ParameterError(
            f"roles: expected at most {_MOST_INPUTS} inputs, received {len(names)}."
        )
    return names, np.stack(values, axis=1), filled


def _read_target(
    target: Column, kept: NDArray[np.int64]
) -> tuple[str, NDArray[Any], tuple[str, ...]]:
    """The task, a label or value for every row (whatever for those left out), and class names."""
    cells = [target.cells[i] for i in kept]
    levels = set(cells)
    numbers = target.numbers
    if numbers is not None:
        values = numbers[kept]
        is_whole = bool((values == np.floor(values)).all())
        if not is_whole or len(levels) > MOST_CLASSES:
            labels = np.nan_to_num(numbers).astype(np.float32)
            return "regression", labels, ()
    ordered = sorted(levels, key=lambda level: (_to_number(level) or 0.0, level))
    if not 2 <= len(ordered) <= MOST_CLASSES:
        raise ParameterError(
            f"roles: expected a target with 2 to {MOST_CLASSES} classes or with numbers, "
            f"received {len(ordered)} classes in {target.name!r}."
        )
    places = {level: i for i, level in enumerate(ordered)}
    labels = np.array([places.get(cell, 0) for cell in target.cells], np.int64)
    return ("binary" if len(ordered) == 2 else "multiclass"), labels, tuple(ordered)
