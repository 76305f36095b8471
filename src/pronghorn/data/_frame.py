"""Data frames and series, recognized by what they can do: pandas itself is never imported."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, compose

__all__ = ["is_frame", "is_row", "is_series", "list_columns", "read_frame", "read_series"]

_ADVICE = {
    "M": "Pass numbers, such as (t - t.min()).dt.days",
    "m": "Pass numbers, such as t.dt.total_seconds()",
    "c": "Pass the real and the imaginary parts as two columns",
}
_TEXT_ADVICE = "Encode it (pandas.get_dummies, or .astype('category').cat.codes) or drop it"


def is_frame(x: Any) -> bool:
    """True for a table of named columns: pandas.DataFrame and those shaped like it."""
    return hasattr(x, "to_numpy") and hasattr(x, "columns") and hasattr(x, "dtypes")


def is_series(x: Any) -> bool:
    """True for one named column: pandas.Series, pandas.Index and those shaped like them."""
    return hasattr(x, "to_numpy") and hasattr(x, "dtype") and not is_frame(x)


def list_columns(table: Any) -> Any:
    """The columns of a frame by name, of any dtype; what is no frame as it is."""
    if not is_frame(table):
        return table
    return {str(column): table[column].to_numpy() for column in table.columns}


def read_frame(frame: Any, *, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """A frame's values (n, k) in the narrowest dtype that holds every column, and the names.

    Raises DataError, naming the column, for columns of text, dates or objects and for missing
    values in columns that have no NaN.
    """
    columns = tuple(str(column) for column in frame.columns)
    parts = [
        frame.iloc[:, i] if hasattr(frame, "iloc") else frame[column]
        for i, column in enumerate(frame.columns)
    ]
    dtypes = [_read_dtype(part) for part in parts]
    for column, part, dtype in zip(columns, parts, dtypes, strict=True):
        _refuse(f"{name}: column {column!r}", part, dtype)
    if not dtypes:
        return np.empty((len(frame), 0)), columns
    values = _convert(frame, np.result_type(*dtypes), name, columns)
    return values, columns


def read_series(series: Any, *, name: str) -> NDArray[Any]:
    """A series' values (n,); raises DataError for text, dates, objects and missing values."""
    label = getattr(series, "name", None)
    what = name if label is None else f"{name}: column {str(label)!r}"
    dtype = _read_dtype(series)
    _refuse(what, series, dtype)
    return _convert(series, dtype, what, ())


def _read_dtype(series: Any) -> np.dtype[Any]:
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        return dtype
    # pandas' nullable types (Int64, boolean, …) say which NumPy type they hold.
    inner = getattr(dtype, "numpy_dtype", None)
    if isinstance(inner, np.dtype):
        return inner
    if getattr(dtype, "kind", None) in ("O", "M", "m"):
        return np.dtype(object if dtype.kind == "O" else f"{dtype.kind}8[ns]")
    found = series.to_numpy().dtype
    return found if isinstance(found, np.dtype) else np.dtype(object)


def is_row(value: Any) -> bool:
    """True for a list or an array in one cell: a row of its own, which NumPy cannot see into."""
    return isinstance(value, list | tuple | np.ndarray)


def _refuse(what: str, series: Any, dtype: np.dtype[Any]) -> None:
    if dtype.kind in "biuf":
        return
    received, remedy = f"dtype {dtype}", _ADVICE.get(dtype.kind, _TEXT_ADVICE)
    if dtype.kind == "O" and is_row(next(iter(series), None)):
        received += " (lists or arrays)"
        remedy = "Pass its cells as the rows of one array: np.stack(column)"
    elif dtype.kind in "OSU":
        received += " (text or mixed)"
    raise DataError(
        compose(
            what,
            expected="numbers (bool, integers or floats)",
            received=received,
            remedy=remedy,
        )
    )


def _convert(frame: Any, dtype: np.dtype[Any], what: str, columns: tuple[str, ...]) -> NDArray[Any]:
    values = frame.to_numpy()
    if values.dtype.kind in "biuf":
        return np.asarray(values)
    # bool beside float, and nullable columns, arrive as objects: pandas.NA is the only value
    # among them that is not equal to itself as a truth value.
    missing = np.asarray(frame.isna().to_numpy(), dtype=bool) if hasattr(frame, "isna") else None
    if missing is not None and missing.any() and dtype.kind != "f":
        row, *rest = (int(i) for i in np.argwhere(missing)[0])
        place = f"{what}: column {columns[rest[0]]!r}" if rest else what
        raise DataError(
            compose(
                place,
                expected="no missing values",
                received=f"one in row {row}",
                remedy="Fill them (.fillna) or drop their rows (.dropna)",
            )
        )
    if missing is not None and missing.any():
        return np.asarray(frame.to_numpy(dtype=dtype, na_value=np.nan))
    return np.asarray(values.astype(dtype))
