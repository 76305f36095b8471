"""scikit-learn's checks of X, y and the weights of the rows."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.utils.validation import _check_sample_weight

from pronghorn.errors import DataError, compose

__all__ = ["read_weights", "validate_data"]


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
