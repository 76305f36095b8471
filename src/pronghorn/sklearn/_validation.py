"""scikit-learn's checks of X, y and the weights of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import _check_sample_weight

from pronghorn.errors import DataError, compose

__all__ = [
    "NotFiniteError",
    "TooLargeError",
    "has_too_large",
    "is_left_to_training",
    "leave_to_training",
    "read_weights",
    "refuse_not_finite",
    "refuse_too_large",
    "validate_data",
]

# From this size on, to read X once more takes a part of a fit that one sees: scikit-learn's look
# for NaN a twentieth of three epochs on 60,000 pictures.
_LARGE_BYTES = 1 << 22
# The engine computes in float32.
_LARGEST = float(np.finfo(np.float32).max)
# Losses and Adam's memory are squares.
_LARGEST_SQUARED = _LARGEST**0.5


class NotFiniteError(ValueError):
    """scikit-learn's refusal of X, after a fit has begun and before anything was trained."""


class TooLargeError(ValueError):
    """The engine's refusal of rows with which float64 may still compute; nothing was trained."""


def is_left_to_training(estimator: Any, X: Any) -> bool:
    """Whether the training finds by itself, before its first step, that X has NaN or infinity.

    It reads all rows that it is given; a share that is held out for early stopping it is not.
    """
    is_large = isinstance(X, np.ndarray) and X.nbytes >= _LARGE_BYTES
    return (
        is_large
        and X.dtype in (np.float32, np.float64)
        and estimator.solver != "lbfgs"
        and not estimator.early_stopping
        and not sklearn.get_config()["assume_finite"]
    )


@contextmanager
def leave_to_training(estimator: Any, y: Any) -> Iterator[None]:
    """Validate X and y without a pass over X for numbers that are not finite; y has one here."""
    _assert_all_finite(estimator, y if issparse(y) else np.asarray(y), "y")
    with sklearn.config_context(assume_finite=True):
        yield


def refuse_not_finite(estimator: Any, X: NDArray[Any]) -> None:
    """Raise NotFiniteError in scikit-learn's words, if it is that for which training refused X."""
    try:
        _assert_all_finite(estimator, X, "X")
    except ValueError as error:
        raise NotFiniteError(*error.args) from None


def has_too_large(*arrays: Any) -> bool:
    """Whether one of these arrays (or None) holds a number whose square float32 has not."""
    return any(_largest_of(array) > _LARGEST_SQUARED for array in arrays)


def refuse_too_large(**arrays: Any) -> None:
    """Raise DataError for a number that float32 has not, in arrays by what the user calls them.

    Such numbers come in float64 only, and so X of float32 is not read.
    """
    for name, array in arrays.items():
        if not _largest_of(array) > _LARGEST:
            continue
        rows = array.toarray() if issparse(array) else np.asarray(array)
        place = np.argwhere(np.abs(rows) > _LARGEST)[0]
        where = ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), place, strict=False))
        raise DataError(
            compose(
                name,
                expected=f"numbers up to {_LARGEST:.2g}, as what was asked for computes in float32",
                received=f"{rows[tuple(place)]:g} in {where}",
                remedy="Scale them, for instance with sklearn.preprocessing.StandardScaler",
            )
        )


def _largest_of(array: Any) -> float:
    """The largest magnitude of an array of float64; 0 of any other, and of None."""
    values = array.data if issparse(array) else array
    if values is None or values.dtype != np.float64 or values.size == 0:
        return 0.0
    return float(max(values.max(), -values.min()))


def _assert_all_finite(estimator: Any, array: Any, name: str) -> None:
    assert_all_finite(array, estimator_name=type(estimator).__name__, input_name=name)


def validate_data(estimator: Any, *args: Any, **kwargs: Any) -> Any:
    """X, or (X, y), checked; notes the number and names of the features where ``reset``.

    Under the name that each release of scikit-learn has for it.
    """
    try:
        from sklearn.utils.validation import validate_data as validate
    except ImportError:  # scikit-learn 1.5
        if "skip_check_array" in kwargs:
            kwargs["cast_to_ndarray"] = not kwargs.pop("skip_check_array")
        return estimator._validate_data(*args, **kwargs)
    return validate(estimator, *args, **kwargs)


def read_weights(given: Any, X: NDArray[Any]) -> NDArray[Any] | None:
    """One weight a row of X, or None; raises DataError where all are zero."""
    if given is None:
        return None
    weights: NDArray[Any] = _check_sample_weight(given, X)
    if not weights.any():
        raise DataError(
            compose("sample_weight", expected="a row that counts", received="zeros only")
        )
    return weights
