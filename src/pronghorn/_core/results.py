"""The type of the arrays that are handed out: NumPy's own, or a subclass that a program expects."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = ["array_type", "as_result", "set_array_type"]


class _Chosen:
    kind: type[np.ndarray[Any, Any]] | None = None


def array_type() -> type[np.ndarray[Any, Any]]:
    """What layers, models, losses, metrics and ``ops`` give on arrays: ``numpy.ndarray``.

    >>> array_type().__name__
    'ndarray'
    """
    return _Chosen.kind or np.ndarray


def set_array_type(kind: type[np.ndarray[Any, Any]]) -> None:
    """Let those results be a subclass of ``numpy.ndarray``, for the whole process.

    For programs that expect methods of another library on them, such as TensorFlow's ``numpy()``.
    Single numbers come as arrays without axes then. ``numpy.ndarray`` returns to NumPy's own.

    Raises ParameterError for anything but a subclass of ``numpy.ndarray``.
    """
    if not (isinstance(kind, type) and issubclass(kind, np.ndarray)):
        raise ParameterError(
            compose(
                "set_array_type",
                expected="numpy.ndarray or a subclass of it",
                received=describe(kind),
            )
        )
    _Chosen.kind = None if kind is np.ndarray else kind


def as_result(value: Any) -> Any:
    """Arrays and numbers in the type that was chosen, lists and tuples of them too."""
    kind = _Chosen.kind
    if kind is None:
        return value
    if isinstance(value, np.ndarray | np.generic | float):
        return np.asarray(value).view(kind)
    if type(value) is list or type(value) is tuple:
        return type(value)(as_result(part) for part in value)
    return value
