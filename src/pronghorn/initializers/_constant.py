"""A given value, or given values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.registry import register
from pronghorn.initializers._base import Initializer, Shape


@register("initializer", "constant")
class Constant(Initializer):
    """w = value: one number for all weights, or an array that has the weight's own shape.

    ``value`` defaults to 0.0. Raises ParameterError where it is not numeric, and ShapeError when
    called for another shape than the array's.

    Source: keras.initializers.Constant.

    >>> Constant(0.1)((3,)).tolist() == np.full(3, 0.1, "float32").tolist()
    True
    >>> Constant([[1, 2], [3, 4]])((2, 2)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, value: ArrayLike | Mapping[str, Any] = 0.0) -> None:
        given: Any = value
        if isinstance(value, Mapping):  # the form in which a config holds an array
            config = value.get("config")
            if not isinstance(config, Mapping) or not {"value", "dtype"} <= {*config}:
                raise _refuse(value)
            given = np.asarray(config["value"], config["dtype"])
        array = np.asarray(given)
        if array.dtype.kind not in "iuf":
            raise _refuse(value)
        self.value: float | NDArray[Any] = float(array) if array.ndim == 0 else array.copy()

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """The value, repeated if it is one number."""
        if isinstance(self.value, np.ndarray) and self.value.shape != shape:
            raise ShapeError(
                compose(
                    "Constant",
                    expected=f"a weight of shape {self.value.shape}, the shape of its values",
                    received=f"shape {shape}",
                    remedy="Pass an array of the weight's own shape",
                )
            )
        return np.full(shape, self.value, np.float64)

    def get_config(self) -> dict[str, Any]:
        """``value`` as a float, or as the dict in which Keras writes arrays."""
        if isinstance(self.value, float):
            return {"value": self.value}
        content = {"value": self.value.tolist(), "dtype": self.value.dtype.name}
        return {"value": {"class_name": "__numpy__", "config": content}}


def _refuse(value: object) -> ParameterError:
    return ParameterError(
        compose("Constant value", expected="a number or array", received=describe(value))
    )
