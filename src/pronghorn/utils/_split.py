"""A data set in two parts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from pronghorn._core.errors import DataError, ParameterError, compose, describe

__all__ = ["split_dataset"]


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> tuple[Any, Any]:
    """(left, right): the first ``left_size`` and the last ``right_size`` rows of a data set.

    Args:
        dataset: An array, or a list, tuple or dict (nested at will) of arrays of one length; both
            parts have its form.
        left_size: A number of rows, or their share as a float in (0, 1). Default None: what
            ``right_size`` leaves over. One of the two must be given.
        right_size: As ``left_size``, for the second part.
        shuffle: Draw the rows in random order first; the rows of all arrays stay together.
        seed: The seed of that order. Default None: Python's generator, which
            ``set_random_seed`` seeds.

    Raises DataError for arrays of different lengths, ParameterError for sizes out of range.

    Source: keras.utils.split_dataset, with the same rows on either side. Keras gives data sets of
    the backend; these are arrays.

    >>> import numpy as np
    >>> (x_train, y_train), (x_test, y_test) = split_dataset(
    ...     (np.arange(10), np.arange(10) ** 2), left_size=0.8)
    >>> x_test.tolist(), y_test.tolist()
    ([8, 9], [64, 81])
    """
    arrays = _leaves(dataset)
    lengths = sorted({len(array) for array in arrays})
    if len(lengths) != 1 or lengths[0] < 2:
        raise DataError(
            compose(
                "split_dataset",
                expected="arrays of one length, of at least 2 rows",
                received=f"lengths {', '.join(map(str, lengths)) or 'none'}",
            )
        )
    left, right = _sizes(left_size, right_size, lengths[0])
    order = list(range(lengths[0]))
    if shuffle:
        # The draws of Keras, so that a seed means the same rows.
        drawn = random.randint(0, 10**6) if seed is None else seed
        random.Random(drawn).shuffle(order)
    return _take(dataset, order[:left]), _take(dataset, order[-right:])


def _is_array(value: Any) -> bool:
    """True for what holds rows of its own: arrays, and lists that hold no array."""
    if isinstance(value, Mapping):
        return False
    if isinstance(value, list | tuple):
        return not any(isinstance(part, Mapping | list | tuple) or np.ndim(part) for part in value)
    return True


def _leaves(dataset: Any) -> list[Any]:
    if not _is_array(dataset):
        parts = dataset.values() if isinstance(dataset, Mapping) else dataset
        return [leaf for part in parts for leaf in _leaves(part)]
    if not hasattr(dataset, "__len__") or isinstance(dataset, str | bytes):
        raise DataError(
            compose(
                "split_dataset",
                expected="an array, or a list, tuple or dict of arrays",
                received=describe(dataset),
            )
        )
    return [dataset]


def _take(dataset: Any, rows: list[int]) -> Any:
    if _is_array(dataset):
        # Frames keep their columns.
        taken: Any = dataset.iloc[rows] if hasattr(dataset, "iloc") else np.asarray(dataset)[rows]
        return taken
    if isinstance(dataset, Mapping):
        return {key: _take(part, rows) for key, part in dataset.items()}
    return type(dataset)([_take(part, rows) for part in dataset])


def _sizes(left: float | None, right: float | None, total: int) -> tuple[int, int]:
    if left is None and right is None:
        raise ParameterError(
            compose("split_dataset", expected="left_size or right_size", received="neither")
        )
    first, last = _count("left_size", left, total), _count("right_size", right, total)
    first = total - (last or 0) if first is None else first
    last = total - first if last is None else last
    if first + last > total or not first or not last:
        raise ParameterError(
            compose(
                "split_dataset",
                expected=f"two parts of at least 1 and together at most {total} rows",
                received=f"{first} and {last}",
            )
        )
    return first, last


def _count(name: str, size: float | None, total: int) -> int | None:
    if size is None:
        return None
    is_share = isinstance(size, float | np.floating)
    is_number = is_share or (isinstance(size, int | np.integer) and not isinstance(size, bool))
    if not is_number or not 0 < size < (1 if is_share else total):
        raise ParameterError(
            compose(
                f"split_dataset {name}",
                expected=f"a whole number from 1 to {total - 1}, or a share in (0, 1)",
                received=describe(size),
            )
        )
    return round(size * total) if is_share else int(size)
