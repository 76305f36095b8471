"""Data sets from text files: lines, and tables of cells."""

from __future__ import annotations

import csv
import glob
import gzip
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import DataError, FileError, ParameterError, compose
from pronghorn.runner._tensorflow._dataset import Dataset
from pronghorn.runner._tensorflow._tensor import make_tensor, read_value
from pronghorn.runner._tensorflow.dtypes import DType, as_dtype, numpy_dtype

__all__ = ["CsvDataset", "TextLineDataset", "decode_csv", "make_csv_dataset"]


def TextLineDataset(
    filenames: Any, compression_type: str | None = None, *_: Any, **__: Any
) -> Dataset:
    """The lines of text files, without their ends. Source: tf.data.TextLineDataset."""
    texts = [_read_text(path, compression_type).read() for path in _find_files(filenames)]
    lines = [line.removesuffix("\r") for text in texts for line in text.split("\n")]
    # What stands behind the last line's end is no line.
    ends = np.cumsum([text.count("\n") + 1 for text in texts]) - 1
    open_ends = [end for end in ends.tolist() if not lines[end]]
    return Dataset.from_tensor_slices(np.array(np.delete(lines, open_ends), object))


def decode_csv(
    records: Any,
    record_defaults: Sequence[Any],
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    name: str | None = None,
) -> list[Any]:
    """The cells of lines of a table: a tensor a column, in the shape of ``records``.

    ``record_defaults`` as for ``CsvDataset``. Raises DataError for lines of another length.

    Source: tf.io.decode_csv.
    """
    given = read_value(records)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE
    texts = [line.decode() for line in given.reshape(-1).tolist()]
    rows = list(csv.reader(texts, delimiter=field_delim, quoting=quoting))
    places = list(range(len(record_defaults)) if select_cols is None else select_cols)
    for i, row in enumerate(rows):
        if len(row) <= max(places) or (select_cols is None and len(row) != len(places)):
            what = f"decode_csv: line {i}"
            raise DataError(
                compose(what, expected=f"{max(places) + 1} cells", received=f"{len(row)}")
            )
    columns = [
        _as_column(f"column {place}", [row[place] for row in rows], default, na_value)
        for place, default in zip(places, record_defaults, strict=True)
    ]
    return [make_tensor(column.reshape(given.shape)) for column in columns]


def CsvDataset(
    filenames: Any,
    record_defaults: Sequence[Any],
    compression_type: str | None = None,
    buffer_size: Any = None,
    header: bool = False,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
    **_: Any,
) -> Dataset:
    """The rows of tables, each a tuple of its cells. Source: tf.data.experimental.CsvDataset.

    ``record_defaults`` has a type, which must be there, or a value for empty cells, a column.
    """
    rows = _read_rows(filenames, field_delim, use_quote_delim, compression_type, header)[1]
    places = range(len(record_defaults)) if select_cols is None else select_cols
    columns = zip(*rows, strict=True) if rows else iter([()] * (max(places, default=-1) + 1))
    table = list(columns)
    kept = zip(places, record_defaults, strict=True)
    arrays = [_as_column(f"column {i}", table[i], default, na_value) for i, default in kept]
    return Dataset.from_tensor_slices(tuple(arrays))


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[Any] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    compression_type: str | None = None,
    **_: Any,
) -> Dataset:
    """Batches of rows, each a dict of columns, with the column of labels beside it.

    Without end by default: ``num_epochs`` says how often the rows come. Source:
    tf.data.experimental.make_csv_dataset.
    """
    read = _read_rows(file_pattern, field_delim, use_quote_delim, compression_type, header)
    names, rows = list(column_names or read[0]), read[1]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    wanted = names if select_columns is None else [_name_of(c, names) for c in select_columns]
    defaults = [None] * len(wanted) if column_defaults is None else list(column_defaults)
    if len(defaults) == len(names) > len(wanted):
        defaults = [defaults[names.index(name)] for name in wanted]
    table = {
        name: _as_column(name, columns.get(name, ()), default, na_value)
        for name, default in zip(wanted, defaults, strict=True)
    }
    element: Any = table
    if label_name is not None:
        if label_name not in table:
            raise ParameterError(
                compose(
                    "make_csv_dataset: label_name",
                    expected=f"one of the columns {', '.join(wanted)}",
                    received=repr(label_name),
                )
            )
        labels = table.pop(label_name)
        element = (table, labels)
    found = Dataset.from_tensor_slices(element)
    if shuffle:
        found = found.shuffle(shuffle_buffer_size, shuffle_seed)
    return found.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)


def _name_of(column: Any, names: Sequence[str]) -> str:
    return names[column] if isinstance(column, int) else column


def _read_rows(
    pattern: Any, delimiter: str, has_quotes: bool, compression: str | None, has_header: bool
) -> tuple[list[str], list[list[str]]]:
    """The header of the first file, and the cells of all rows, of the same number in each."""
    header: list[str] = []
    rows: list[list[str]] = []
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if has_quotes else csv.QUOTE_NONE
    for path in _find_files(pattern):
        text = _read_text(path, compression)
        lines = [line for line in csv.reader(text, delimiter=delimiter, quoting=quoting) if line]
        if has_header and lines:
            header = header or lines[0]
            lines = lines[1:]
        rows += lines
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise DataError(
            compose(
                f"{pattern}",
                expected="rows of one length",
                received=f"{min(widths)} and {max(widths)} cells",
            )
        )
    return header, rows


def _find_files(pattern: Any) -> Iterator[str]:
    given = pattern if isinstance(pattern, list | tuple) else [pattern]
    for one in given:
        name = os.fspath(one) if isinstance(one, str | Path) else read_value(one).item().decode()
        found = sorted(glob.glob(name))
        if not found:
            raise FileError(compose(name, expected="a file", received="none"))
        yield from found


def _read_text(path: str, compression: str | None) -> io.StringIO:
    content = Path(path).read_bytes()
    if compression == "GZIP":
        content = gzip.decompress(content)
    return io.StringIO(content.decode("utf-8-sig"), newline="")


def _as_column(name: str, cells: Sequence[str], default: Any, na_value: str) -> NDArray[Any]:
    """Cells as numbers or text: of the type that is given, else of the first that fits."""
    if default is None:
        return _infer(cells, na_value)
    is_required = isinstance(default, DType | type | np.dtype)
    value = None if is_required else read_value(default).reshape(-1)
    kind = as_dtype(default) if value is None else as_dtype(value.dtype)
    if value is None or not len(value):
        missing = next((i for i, cell in enumerate(cells) if cell in ("", na_value)), None)
        if missing is not None:
            raise DataError(
                compose(f"{name}", expected="a value in every row", received=f"none in {missing}")
            )
        return _convert(name, cells, kind)
    filler = value[0].decode() if isinstance(value[0], bytes) else str(value[0])
    return _convert(name, [filler if c in ("", na_value) else c for c in cells], kind)


def _convert(name: str, cells: Sequence[str], kind: DType) -> NDArray[Any]:
    if kind == "string":
        return read_value(np.array(cells, object))
    try:
        return np.array(cells, np.float64).astype(numpy_dtype(kind))
    except ValueError as error:
        raise DataError(
            compose(f"{name}", expected=f"numbers ({kind.name})", received=str(error))
        ) from error


def _infer(cells: Sequence[str], na_value: str) -> NDArray[Any]:
    """TensorFlow's choice: int32, int64, float32, then text; empty cells are 0 or empty."""
    filled = ["0" if cell in ("", na_value) else cell for cell in cells]
    try:
        whole = np.array([int(cell) for cell in filled], np.int64)
    except (ValueError, OverflowError):
        try:
            return np.array(filled, np.float64).astype(np.float32)
        except ValueError:
            text = ["" if cell == na_value else cell for cell in cells]
            return read_value(np.array(text, object))
    fits = not len(whole) or np.abs(whole).max() < 2**31
    return whole.astype(np.int32) if fits else whole
