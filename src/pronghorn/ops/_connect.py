"""Operations on the symbolic tensors of the functional API: each becomes a layer of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from pronghorn._core.calls import suggest_arguments
from pronghorn._core.errors import PronghornError, ShapeError, compose, describe
from pronghorn._core.results import as_result

__all__ = ["connect_functions", "connectable"]


# What a place in a model knows of itself.
_KNOWN_OF_PLACES = frozenset({"dtype", "is_tensor", "ndim", "shape"})


def connect_functions(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Make the functions of these names ``connectable``.

    Inside the package they are called as they are: what reaches them there is a value.
    """
    namespace.update({name: connectable(namespace[name]) for name in names})


def connectable(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which leaves calls with a symbolic tensor to that tensor.

    What ``Input`` and layers return is a place in a model and no value; it makes a layer of the
    call (``__pronghorn_connect__``). What NumPy refuses is a ShapeError that names the function.
    """
    compute = suggest_arguments(function)
    is_connected = function.__name__ not in _KNOWN_OF_PLACES

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()) if is_connected else ():
            members = value if isinstance(value, list | tuple) else (value,)
            for member in members:
                connect = getattr(member, "__pronghorn_connect__", None)
                if connect is not None:
                    return connect(function.__name__, args, kwargs)
        try:
            return as_result(compute(*args, **kwargs))
        except np.exceptions.AxisError as error:
            raise _no_axis(function.__name__, error) from error
        except PronghornError:
            raise
        except ValueError as error:
            given = [*args, *kwargs.values()]
            raise _no_fit(function.__name__, given, error) from error

    # Copies of models find the function by this name.
    call.__module__ = "pronghorn.ops"
    return call


def _no_axis(name: str, error: np.exceptions.AxisError) -> ShapeError:
    """The error of an axis that the value has not."""
    if error.axis is None or error.ndim is None:
        return ShapeError(compose(f"ops.{name}", expected="axes of the value", received=str(error)))
    return ShapeError(
        compose(
            f"ops.{name}",
            expected=f"an axis from {-error.ndim} to {error.ndim - 1}"
            if error.ndim
            else "no axis: the value is a number",
            received=f"axis {error.axis}",
            remedy="None stands for all axes where a function reduces them",
        )
    )


def _no_fit(name: str, given: Iterable[Any], error: ValueError) -> ShapeError:
    """The error of arguments that NumPy cannot compute with: shapes that differ, above all."""
    return ShapeError(
        compose(
            f"ops.{name}",
            expected="arguments that go together",
            received=", ".join(map(_describe_argument, given)),
            remedy=f"NumPy says: {error}",
        )
    )


def _describe_argument(value: Any) -> str:
    is_listed = isinstance(value, list | tuple) and any(hasattr(one, "shape") for one in value)
    return f"[{', '.join(map(describe, value))}]" if is_listed else describe(value)
