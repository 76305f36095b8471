"""scikit-learn's check of X and y, under the name that its releases have for it."""

from __future__ import annotations

from typing import Any

__all__ = ["validate_data"]


def validate_data(estimator: Any, *args: Any, **kwargs: Any) -> Any:
    """X, or (X, y), checked; notes the number and names of the features where ``reset``."""
    try:
        from sklearn.utils.validation import validate_data as validate
    except ImportError:  # scikit-learn 1.5
        if "skip_check_array" in kwargs:
            kwargs["cast_to_ndarray"] = not kwargs.pop("skip_check_array")
        return estimator._validate_data(*args, **kwargs)
    return validate(estimator, *args, **kwargs)
