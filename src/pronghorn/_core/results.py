"""The form in which arrays are handed out: NumPy's own, or what a program expects in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = ["as_result", "as_shape", "set_result_wrapper"]

Wrapper = Callable[[NDArray[Any]], Any]
ShapeWrapper = Callable[[tuple[int | None, ...]], Any]


class _Chosen:
    wrapper: Wrapper | None = None
    shape_wrapper: ShapeWrapper | None = None


def set_result_wrapper(wrapper: Wrapper | None, shapes: ShapeWrapper | None = None) -> None:
    """Hand out what layers, models, losses, metrics and ``ops`` give on arrays as another type.

    For programs that expect methods of another library on it, such as TensorFlow's ``numpy()``.
    ``wrapper`` makes the object of an array, which for single numbers has no axes; it must have
    ``__array__``, ``shape`` and operators. It holds for the whole process; None returns to NumPy's
    arrays. ``shapes`` does the same to the shapes that ``build`` and ``compute_output_shape`` of a
    program's own layers are given, and makes a tuple. Raises ParameterError for anything that
    cannot be called.
    """
    wrong = [given for given in (wrapper, shapes) if not (given is None or callable(given))]
    if wrong:
        raise ParameterError(
            compose(
                "set_result_wrapper",
                expected="a function of an array, or None",
                received=describe(wrong[0]),
            )
        )
    _Chosen.wrapper, _Chosen.shape_wrapper = wrapper, shapes


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


def as_shape(shape: Any) -> Any:
    """A shape, or lists, tuples and dicts of them, through the wrapper that was set."""
    wrapper = _Chosen.shape_wrapper
    if wrapper is None or shape is None:
        return shape
    if isinstance(shape, dict):
        return {key: as_shape(part) for key, part in shape.items()}
    if any(isinstance(part, list | tuple) for part in shape):
        return type(shape)(as_shape(part) for part in shape)
    return wrapper(tuple(shape))
