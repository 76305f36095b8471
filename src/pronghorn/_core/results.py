"""The form in which arrays are handed out: NumPy's own, or what a program expects in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = ["as_result", "set_result_wrapper"]

Wrapper = Callable[[NDArray[Any]], Any]


class _Chosen:
    wrapper: Wrapper | None = None


def set_result_wrapper(wrapper: Wrapper | None) -> None:
    """Hand out what layers, models, losses, metrics and ``ops`` give on arrays as another type.

    For programs that expect methods of another library on it, such as TensorFlow's ``numpy()``.
    ``wrapper`` makes the object of an array, which for single numbers has no axes; it must have
    ``__array__``, ``shape`` and operators. It holds for the whole process; None returns to NumPy's
    arrays. Raises ParameterError for anything that cannot be called.
    """
    if wrapper is not None and not callable(wrapper):
        raise ParameterError(
            compose(
                "set_result_wrapper",
                expected="a function of an array, or None",
                received=describe(wrapper),
            )
        )
    _Chosen.wrapper = wrapper


def as_result(value: Any) -> Any:
    """Arrays and numbers through the wrapper that was set, those in lists, tuples and dicts too."""
    wrapper = _Chosen.wrapper
    if wrapper is None:
        return value
    if isinstance(value, np.ndarray | np.generic | float):
        return wrapper(np.asarray(value))
    if type(value) is list or type(value) is tuple:
        return type(value)(as_result(part) for part in value)
    if type(value) is dict:
        return {key: as_result(part) for key, part in value.items()}
    return value
