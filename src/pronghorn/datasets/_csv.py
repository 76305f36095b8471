"""Tables from .csv files: every cell that cannot be used is named by line and column."""

from __future__ import annotations

import array
import csv
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, FileError, UnknownNameError, compose, suggest
from pronghorn.datasets._table import Table, load_npz_features, make_table

__all__ = ["load_csv", "load_features"]

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
# A class may well be called "none".
_MISSING_LABELS = _MISSING - {"none", "-"}


def load_csv(
    path: str | Path,
    target: str | int,
    *,
    header: bool | None = None,
    drop: Sequence[str] = (),
    as_classes: bool | None = None,
    delimiter: str = ",",
    test_share: float = 0.2,
    seed: int = 0,
) -> Table:
    """A table from a .csv file: numeric features float64 (n, k) and one target (n,).

    ``target`` is a column's name or its number from 0 (negative: from the end); so is each entry
    of ``drop``, the columns left out. ``header`` says whether the first line names the columns;
    None: it does unless all its cells are numbers. Columns without names are "0", "1", ….

    The target becomes class numbers, with ``class_names`` in sorted order, if it is text or if
    ``as_classes`` is True; else int64 if every cell is a whole number, else float64. Blank lines
    are skipped; a byte order mark is allowed. The last ceil(n · test_share) rows, in an order
    shuffled by ``seed``, are set apart to test.

    Raises FileError for a file that is missing, empty, not UTF-8 or not rectangular;
    UnknownNameError for a column that is not there; DataError, with line and column, for the
    first cell that is missing, and for text among the features.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "flowers.csv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("length,width,kind\\n1.4,0.2,setosa\\n4.7,1.4,versicolor\\n")
    >>> table = load_csv(path, target="kind", test_share=0)
    >>> table.feature_names, table.class_names, table.y_train.tolist()
    (('length', 'width'), ('setosa', 'versicolor'), [0, 1])
    """
    path = Path(path)
    lines = _read_lines(path, delimiter)
    names, rows = _read_header(path, lines, header)
    at = _find_column(path, names, target, delimiter)
    dropped = {_find_column(path, names, name, delimiter) for name in drop}
    kept = [i for i in range(len(names)) if i != at and i not in dropped]
    if len(names) == 1:
        raise DataError(
            compose(
                f"{path}",
                expected="a target and at least one feature",
                received=f"the column {names[0]!r} alone",
                remedy=_tell_delimiter(names, delimiter) or "Add columns to predict it from",
            )
        )
    if at in dropped or not kept:
        raise DataError(
            compose(
                f"{path}: drop",
                expected="the target and at least one feature to be kept",
                received=f"the names {', '.join(map(repr, drop))} of {len(names)}",
                remedy="Drop fewer columns",
            )
        )
    x, targets = _read_cells(path, rows, names, at, kept)
    y, class_names = _read_target(path, names[at], targets, as_classes)
    return make_table(
        x,
        y,
        test_share=test_share,
        seed=seed,
        class_names=class_names,
        feature_names=tuple(names[i] for i in kept),
        target_name=names[at],
    )


def load_features(
    path: str | Path,
    columns: Sequence[str] | None = None,
    *,
    header: bool | None = None,
    delimiter: str = ",",
) -> NDArray[Any]:
    """Features (n, k) alone, of rows whose target is not known: what ``predict`` takes.

    Of a .csv file, the named ``columns`` in that order (None: all), float64; the other columns
    are not looked at. Of an .npz file, the array x_test, else x, else x_train, as it is;
    ``columns`` plays no part there.

    Raises what ``load_csv`` and ``load_npz`` raise.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "new.csv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("name,width,length\\nrose,0.2,1.4\\n")
    >>> load_features(path, ["length", "width"])
    array([[1.4, 0.2]])
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        return load_npz_features(path)
    lines = _read_lines(path, delimiter)
    names, rows = _read_header(path, lines, header)
    wanted = names if columns is None else columns
    kept = [_find_column(path, names, column, delimiter) for column in wanted]
    return _read_cells(path, rows, names, None, kept)[0]


def _read_lines(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells; blank lines are left out."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise _broken(
            path, "UTF-8 text", f"other bytes ({error.reason})", "Save it as UTF-8"
        ) from (error)
    except csv.Error as error:
        raise _broken(path, "a .csv file", str(error), "Check its quotes") from error
    except OSError as error:
        raise _broken(
            path, "a readable file", str(error.strerror or error), "Check the path"
        ) from (error)


def _read_header(
    path: Path, lines: Iterator[tuple[int, list[str]]], header: bool | None
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The names of the columns, and the lines that hold values."""
    first = next(lines, None)
    if first is None:
        raise _broken(path, "at least one line", "an empty file", "Check how it was written")
    if header is None:
        header = not all(_is_number(cell) for cell in first[1])
    if not header:
        return [str(i) for i in range(len(first[1]))], itertools.chain([first], lines)
    names = [cell.strip() for cell in first[1]]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise _broken(path, "columns of different names", f"{twice!r} twice", "Rename one of them")
    return names, lines


def _read_cells(
    path: Path,
    rows: Iterator[tuple[int, list[str]]],
    names: list[str],
    at: int | None,
    kept: list[int],
) -> tuple[NDArray[np.float64], list[str]]:
    """The features (n, k) of the columns ``kept`` and the n cells of the target ``at``, if any."""
    values = array.array("d")
    n = 0
    targets: list[str] = []
    # A column without a name is dropped by its number.
    feature_names = [names[i] or str(i) for i in kept]
    for line, cells in rows:
        if len(cells) != len(names):
            raise _broken(
                path,
                f"{len(names)} cells in every line",
                f"{len(cells)} in line {line}",
                "Quote cells that hold the delimiter",
            )
        _append(values, path, line, [cells[i] for i in kept], feature_names)
        n += 1
        if at is None:
            continue
        targets.append(cells[at].strip())
        if targets[-1].lower() in _MISSING_LABELS:
            raise _missing(path, line, names[at], is_target=True)
    if n == 0:
        raise _broken(path, "rows of values", "none", "Check how it was written")
    return np.array(values, dtype=np.float64).reshape(n, len(kept)), targets


def _append(
    values: array.array[float], path: Path, line: int, cells: list[str], names: list[str]
) -> None:
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        numbers = [math.nan]
    # float() takes 'nan', 'inf' and '1_000' for numbers; here the first two are no values, and
    # the third is more likely a name.
    if not all(map(math.isfinite, numbers)) or "_" in "".join(cells):
        bad = [
            (cell, name) for cell, name in zip(cells, names, strict=True) if not _is_number(cell)
        ]
        text = [pair for pair in bad if pair[0].strip().lower() not in _MISSING]
        if not text:
            raise _missing(path, line, bad[0][1], is_target=False)
        raise DataError(
            compose(
                f"{path}: column {text[0][1]!r}",
                expected="finite numbers in every feature",
                received=f"{text[0][0]!r} in line {line}",
                remedy="Correct the cell; or leave columns of text out "
                f"(drop={[name for _, name in text]}; `pronghorn train --drop "
                f"{','.join(name for _, name in text)}`), or encode them as numbers before",
            )
        )
    values.extend(numbers)


def _read_target(
    path: Path, name: str, cells: list[str], as_classes: bool | None
) -> tuple[NDArray[np.int64] | NDArray[np.float64], tuple[str, ...] | None]:
    text = next((cell for cell in cells if not _is_number(cell)), None)
    if text is not None and as_classes is False:
        raise DataError(
            compose(
                f"{path}: column {name!r}",
                expected="a target of numbers (as_classes=False)",
                received=repr(text),
                remedy="Correct the cell or leave as_classes out",
            )
        )
    if text is None and not as_classes:
        if all(_is_whole(cell) for cell in cells):
            return np.array([int(cell) for cell in cells], dtype=np.int64), None
        return np.array([float(cell) for cell in cells], dtype=np.float64), None
    # Numbers sort as numbers: '10' after '9'.
    distinct = sorted(set(cells), key=None if text is not None else float)
    index = {cell: i for i, cell in enumerate(distinct)}
    return np.array([index[cell] for cell in cells], dtype=np.int64), tuple(distinct)


def _find_column(path: Path, names: list[str], column: str | int, delimiter: str) -> int:
    if isinstance(column, str) and column in names:
        return names.index(column)
    try:
        number = int(column)
    except ValueError:
        number = len(names)
    if -len(names) <= number < len(names):
        return number % len(names)
    remedy = suggest(str(column), names) or "Use one of these names, or a number"
    raise UnknownNameError(
        compose(
            f"{path}: column {column!r}",
            expected=f"one of {', '.join(names)}",
            received=repr(column),
            remedy=_tell_delimiter(names, delimiter) or remedy,
        )
    )


def _tell_delimiter(names: list[str], delimiter: str) -> str | None:
    """The remedy for a line that is one cell, where it holds the usual sign of other files."""
    signs = [sign for sign in ";\t," if sign != delimiter and sign in names[0]]
    if len(names) > 1 or not signs:
        return None
    return f"Pass delimiter={signs[0]!r} (on the command line: --delimiter {signs[0]!r})"


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) and "_" not in cell
    except ValueError:
        return False


def _is_whole(cell: str) -> bool:
    digits = cell[1:] if cell[:1] in ("-", "+") else cell
    # 18 digits always fit in 64 bits.
    return digits.isascii() and digits.isdigit() and len(digits) <= 18


def _missing(path: Path, line: int, name: str, *, is_target: bool) -> DataError:
    remedy = "Fill it, or delete the line"
    if not is_target:
        remedy = (
            f"Fill it, delete the line, or leave the column out (drop=[{name!r}]; "
            f"`pronghorn train --drop {name}`)"
        )
    return DataError(
        compose(
            f"{path}: column {name!r}",
            expected="a value in every cell",
            received=f"none in line {line}",
            remedy=remedy,
        )
    )


def _broken(path: Path, expected: str, received: str, remedy: str) -> FileError:
    return FileError(compose(f"{path}", expected=expected, received=received, remedy=remedy))
