"""Data frames with categories and missing values as numbers: the encoding of the estimators."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import OneHotEncoder

from pronghorn.errors import DataError, compose

__all__ = ["FrameEncoder", "is_mixed"]

_NUMBERS = "biuf"
_REMEDIES = {
    "M": "Pass numbers, such as (t - t.min()).dt.days",
    "m": "Pass numbers, such as t.dt.total_seconds()",
    "c": "Pass the real and the imaginary parts as two columns",
}


def is_mixed(x: Any) -> bool:
    """Whether x is a data frame that holds more than finite numbers: text, categories, gaps."""
    if not (hasattr(x, "columns") and hasattr(x, "dtypes")):
        return False
    if len(set(x.columns)) < len(x.columns):
        return False  # scikit-learn's checks say so
    columns = [x[name] for name in x.columns]
    return any(not _is_numeric(c) or bool(np.isnan(_read_numbers(c)).any()) for c in columns)


class FrameEncoder:
    """A data frame (n, k) → numbers (n, m), in the order of the columns.

    A column of numbers (also of booleans, or of Python's own numbers) stays as it is. Where rows
    of ``fit`` lack its value, the median of the others stands for it, and one more column says
    for every row whether it lacks it; a column without a value in ``fit`` is 0. Any other column
    becomes one column a category that ``fit`` met, in sorted order, which is 1 in the rows of
    that category. A missing category is a category of its own if ``fit`` met one; that, like any
    category it did not meet, is a row of zeros otherwise.

    Errors: DataError for columns of dates, of complex numbers, and of categories that cannot be
    put in an order.
    """

    def fit(self, frame: Any) -> FrameEncoder:
        """Learn the medians and the categories."""
        self._columns = [self._learn(str(name), frame[name]) for name in frame.columns]
        return self

    def transform(self, frame: Any) -> NDArray[np.float64]:
        """The numbers of a frame with the columns that ``fit`` saw, in their order."""
        pairs = zip(self._columns, frame.columns, strict=True)
        parts = [_encode(known, frame[name]) for known, name in pairs]
        return np.concatenate(parts, axis=1)

    @property
    def feature_names(self) -> list[str]:
        """What each column of ``transform`` holds: "age", "age missing", "city=Bern"."""
        found: list[str] = []
        for name, known in self._columns:
            if isinstance(known, OneHotEncoder):
                categories = known.categories_[0]
                found += [f"{name} missing" if c is None else f"{name}={c}" for c in categories]
            else:
                found += [name, f"{name} missing"][: 1 + known[1]]
        return found

    def _learn(self, name: str, column: Any) -> tuple[str, Any]:
        if not _is_numeric(column):
            _refuse(name, column)
            encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
            try:
                return name, encoder.fit(_read_categories(column))
            except TypeError:
                raise DataError(
                    compose(
                        f"X: column {name!r}",
                        expected="categories of one type",
                        received="several, which cannot be put in an order",
                        remedy="Convert them: X[column].astype(str)",
                    )
                ) from None
        values = _read_numbers(column)
        gaps = np.isnan(values)
        return name, (0.0 if gaps.all() else float(np.median(values[~gaps])), bool(gaps.any()))


def _encode(known: tuple[str, Any], column: Any) -> NDArray[np.float64]:
    name, rule = known
    if isinstance(rule, OneHotEncoder):
        found: NDArray[np.float64] = rule.transform(_read_categories(column))
        return found
    if not _is_numeric(column):
        raise DataError(
            compose(
                f"X: column {name!r}",
                expected="numbers, as in fit",
                received=f"values of type {column.dtype}",
            )
        )
    median, marks = rule
    values = _read_numbers(column)
    gaps = np.isnan(values)
    filled = np.where(gaps, median, values)
    return np.column_stack([filled, gaps] if marks else [filled]).astype(np.float64)


def _is_numeric(column: Any) -> bool:
    dtype = column.dtype if hasattr(column.dtype, "kind") else column.to_numpy().dtype
    if dtype != np.dtype(object):
        return bool(dtype.kind in _NUMBERS)
    # pandas keeps numbers as objects beside a None, and where there is nothing but None.
    values = _read_categories(column)[:, 0]
    return all(value is None or isinstance(value, Real | np.bool_) for value in values)


def _read_numbers(column: Any) -> NDArray[np.float64]:
    """The values of a column, missing ones as NaN: pandas writes its own NA in other ways."""
    if hasattr(column, "isna"):
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(column.to_numpy(), np.float64)


def _read_categories(column: Any) -> NDArray[Any]:
    """(n, 1) of objects, missing ones as None."""
    values = np.array(column.to_numpy(), dtype=object)
    gaps = column.isna() if hasattr(column, "isna") else column.is_null()
    values[np.asarray(gaps, bool)] = None
    return values[:, None]


def _refuse(name: str, column: Any) -> None:
    kind = getattr(column.dtype, "kind", None) or column.to_numpy().dtype.kind
    if kind in _REMEDIES:
        raise DataError(
            compose(
                f"X: column {name!r}",
                expected="numbers or categories",
                received=f"values of type {column.dtype}",
                remedy=_REMEDIES[kind],
            )
        )
