"""A fixed scale and offset, for data at the front of a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.registry import register
from pronghorn.ir.graph import constant
from pronghorn.layers._base import Layer

__all__ = ["Rescaling"]


@register("layer", "Rescaling")
class Rescaling(Layer):
    """y = x · scale + offset, shape unchanged.

    At the front of a model it costs nothing: bytes stay bytes until a batch is gathered.

    Args:
        scale: A finite number, or an array that broadcasts against one row.
        offset: The same. Default 0.0.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for what is not a finite number or an array of them.

    Source: keras.layers.Rescaling.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Rescaling(0.5, offset=[1.0, -1.0])(np.array([[2.0, 4.0]])).tolist()
    [[2.0, 1.0]]
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = _read("scale", scale)
        self.offset = _read("offset", offset)

    def call(self, x: Any) -> Any:
        if isinstance(self.scale, float) and isinstance(self.offset, float):
            return _affine(x, scale=self.scale, offset=self.offset)
        return _affine_all(x, constant(np.array(self.scale)), constant(np.array(self.offset)))


@ops.pointwise
def _affine(x: Any, scale: float, offset: float) -> Any:
    return ops.add(ops.multiply(x, scale), offset)


@ops.pointwise
def _affine_all(x: Any, scale: Any, offset: Any) -> Any:
    return ops.add(ops.multiply(x, scale), offset)


def _read(name: str, value: Any) -> Any:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.size == 0 or not np.isfinite(array).all():
        raise ParameterError(
            compose(
                f"Rescaling {name}",
                expected="a finite number or an array of them",
                received=describe(value),
            )
        )
    return float(array) if array.ndim == 0 else array
