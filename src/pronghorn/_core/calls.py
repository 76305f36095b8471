"""Calls with an argument that is not there are answered with the nearest one that is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pronghorn._core.errors import ParameterError, compose, suggest

__all__ = ["refuse_arguments", "suggest_arguments"]

P = ParamSpec("P")
T = TypeVar("T")


def suggest_arguments(function: Callable[P, T]) -> Callable[P, T]:
    """The function; an argument that it lacks is a ParameterError with the nearest of its own.

    ParameterError is a TypeError too, which is what Python raises for such a call.

    >>> @suggest_arguments
    ... def train(rows, epochs=1): return epochs
    >>> train([], epoch=3)
    Traceback (most recent call last):
        ...
    pronghorn._core.errors.ParameterError: train: expected arguments among rows, epochs, received \
epoch=3. Did you mean 'epochs'?
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            # Without a frame below this one the call itself failed, not something inside of it.
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            refuse_arguments(function, kwargs)
            raise

    return call


def refuse_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Raise ParameterError for the first name given that is none of the function's arguments.

    For functions that take ``**kwargs`` because Keras's do.

    >>> def clone(model, recursive=False, **kwargs): refuse_arguments(clone, kwargs)
    >>> clone("net", recursiv=True)
    Traceback (most recent call last):
        ...
    pronghorn._core.errors.ParameterError: clone: expected arguments among model, recursive, \
received recursiv=True. Did you mean 'recursive'?
    """
    if not given:
        return
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD and p.name != "self"]
    unknown = [name for name in given if name not in known]
    if unknown:
        name = unknown[0]
        what = function.__qualname__.removesuffix(".__init__").rsplit(".", 1)[-1]
        raise ParameterError(
            compose(
                what,
                expected=f"arguments among {', '.join(known)}",
                received=f"{name}={given[name]!r}",
                remedy=suggest(name, known),
            )
        ) from None
