"""``keras.backend.function``: from some tensors of a model to others, as a function of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError, compose, describe
from pronghorn.ir.operators import Operators
from pronghorn.models import Model
from pronghorn.runner._tensorflow._tensor import read_value

__all__ = ["function"]


def function(inputs: Any, outputs: Any, updates: Any = None, **_: Any) -> Callable[..., Any]:
    """A function of arrays: the outputs that follow from these inputs, as NumPy's arrays.

    It takes a list, one array for each of ``inputs``, and gives a list where ``outputs`` is one.
    A number among the inputs, as ``learning_phase()`` is here, is a place for 0 or 1: with 1 the
    layers do as in training.

    Raises ParameterError for updates, which a function of values has not.

    Source: tf.keras.backend.function.
    """
    if updates:
        raise ParameterError(
            compose("keras.backend.function updates", expected="None", received=describe(updates))
        )
    given = _as_list(inputs)
    model = Model([x for x in given if isinstance(x, Operators)], outputs)

    def call(*values: Any) -> Any:
        arrays = _as_list(values[0]) if len(values) == 1 else list(values)
        if len(arrays) != len(given):
            raise ParameterError(
                compose(
                    "a function of keras.backend",
                    expected=f"{len(given)} arrays, one for each of its inputs",
                    received=str(len(arrays)),
                )
            )
        pairs = list(zip(given, arrays, strict=True))
        rows = [np.asarray(value) for x, value in pairs if isinstance(x, Operators)]
        training = any(bool(value) for x, value in pairs if not isinstance(x, Operators))
        found = model(rows[0] if len(rows) == 1 else rows, training=training)
        return [_read(x) for x in _as_list(found)] if _is_list(outputs) else _read(found)

    return call


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _as_list(value: Any) -> list[Any]:
    return list(value) if _is_list(value) else [value]


def _read(value: Any) -> NDArray[Any]:
    return np.asarray(read_value(value))
