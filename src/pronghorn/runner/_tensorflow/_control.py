"""What directs a computation in TensorFlow. Here it runs at once, as it is written."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from pronghorn.errors import GraphError, compose
from pronghorn.runner._tensorflow._calls import FUNCTIONS, as_tensor, is_symbolic
from pronghorn.runner._tensorflow._tensor import read_value

__all__ = ["Scope", "call_as_it_is"]


def call_as_it_is(function: Callable[..., Any] | None = None, *_: Any, **__: Any) -> Any:
    """A decorator, with or without options, that leaves the function as it is.

    Source: tf.function; there is nothing to compile, since models run on compiled code anyway.
    """
    return call_as_it_is if function is None else function


class Scope:
    """A ``with`` block that changes nothing: one device, and no graph to name things in.

    Source: tf.device, tf.name_scope, tf.control_dependencies.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _decide(what: str, condition: Any) -> bool:
    if is_symbolic(condition):
        raise GraphError(
            compose(
                what,
                expected="a condition that has a value",
                received="a symbolic value",
                remedy="Inside a layer, loss or metric use tf.where(condition, a, b)",
            )
        )
    return bool(read_value(condition))


def cond(
    pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], name: Any = None
) -> Any:
    """What one of two functions gives. Source: tf.cond."""
    return true_fn() if _decide("tf.cond", pred) else false_fn()


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Sequence[Any],
    maximum_iterations: int | None = None,
    **_: Any,
) -> Any:
    """``body`` of its own results as long as the condition holds. Source: tf.while_loop."""
    values, rounds = list(loop_vars), 0
    while _decide("tf.while_loop", cond(*values)):
        if maximum_iterations is not None and rounds >= int(maximum_iterations):
            break
        found = body(*values)
        values = list(found) if isinstance(found, list | tuple) else [found]
        rounds += 1
    return values


def map_fn(fn: Callable[[Any], Any], elems: Any, *_: Any, **__: Any) -> Any:
    """The function of each part along the first axis, stacked. Source: tf.map_fn."""
    if is_symbolic(elems):
        raise GraphError(
            compose(
                "tf.map_fn",
                expected="a tensor with numbers",
                received="a symbolic value",
                remedy="Inside a layer compute with the whole batch at once",
            )
        )
    parts = [read_value(fn(part)) for part in as_tensor(read_value(elems))]
    return as_tensor(np.stack(parts))


def call_function(func: Callable[..., Any], inp: Sequence[Any], *_: Any, **__: Any) -> Any:
    """The function of the inputs, called now. Source: tf.py_function."""
    return as_tensor(func(*map(as_tensor, inp)))


def call_numpy_function(func: Callable[..., Any], inp: Sequence[Any], *_: Any, **__: Any) -> Any:
    """The function of the inputs as arrays, called now. Source: tf.numpy_function."""
    return as_tensor(func(*map(read_value, inp)))


def write(
    *inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n", **_: Any
) -> None:
    """Print values to standard error. Source: tf.print.

    A symbolic value has no numbers yet: its shape is printed, once.
    """
    print(*(_text(value) for value in inputs), sep=sep, end=end, file=output_stream or sys.stderr)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if is_symbolic(value):
        return f"<symbolic value of shape {tuple(value.shape)}>"
    return str(read_value(value)) if not isinstance(value, dict) else str(value)


def get_logger() -> logging.Logger:
    """TensorFlow's logger, on which nothing is written here. Source: tf.get_logger."""
    return logging.getLogger("tensorflow")


def executing_eagerly() -> bool:
    """True: outside of layers everything is computed at once. Source: tf.executing_eagerly."""
    return True


FUNCTIONS.update(
    {
        "cond": cond,
        "control_dependencies": Scope,
        "device": Scope,
        "executing_eagerly": executing_eagerly,
        "function": call_as_it_is,
        "get_logger": get_logger,
        "init_scope": Scope,
        "map_fn": map_fn,
        "name_scope": Scope,
        "numpy_function": call_numpy_function,
        "print": write,
        "py_function": call_function,
        "vectorized_map": map_fn,
        "while_loop": while_loop,
    }
)
