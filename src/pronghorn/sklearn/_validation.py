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
    "is_left_to_training",
    "leave_to_training",
    "read_weights",
    "refuse_not_finite",
    "validate_data",
]

# From this size on, to read X once more takes a part of a fit that one sees: scikit-learn's look
# for NaN a twentieth of three epochs on 60,000 pictures.
_LARGE_BYTES = 1 << 22


class NotFiniteError(ValueError):
    """scikit-learn's refusal of X, after a fit has begun and before anything was trained."""


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
