"""Normalization by the root mean square of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._shapes import lengths_along, normalize_axes, read_axes, require_lengths

__all__ = ["RMSNormalization"]


@register("layer", "RMSNormalization")
class RMSNormalization(Layer):
    """y = scale · x / sqrt(mean(x²) + epsilon), the mean over the axes of each row.

    Args:
        axis: The axis, or the axes, of the mean; the weight ``scale`` (ones at first) has a
            number for each place on them. Default −1.
        epsilon: Added to the mean. Default 1e-6.
        name: see ``Layer``.

    Errors: ParameterError for axes that there are not; ShapeError for input of another length.

    Source: keras.layers.RMSNormalization; Zhang and Sennrich 2019 (arXiv:1910.07467).

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.RMSNormalization(epsilon=0.0)(np.array([[2.0, -2.0]])).tolist()
    [[1.0, -1.0]]
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = read_axes("RMSNormalization", axis)
        non_negative = Interval(0.0, closed="left")
        self.epsilon = check("RMSNormalization", "epsilon", epsilon, non_negative)

    def build(self, input_shape: Any) -> None:
        axes = normalize_axes(f"RMSNormalization {self.name!r}", self.axis, len(input_shape))
        shape = tuple(input_shape[axis] for axis in axes)
        self.scale = self.add_weight(shape, initializer="ones", name="scale")

    def call(self, x: Any) -> Any:
        axes = normalize_axes(f"RMSNormalization {self.name!r}", self.axis, x.rank)
        square = ops.mean(ops.square(x), axes, keepdims=True)
        y = ops.multiply(x, ops.rsqrt(ops.add(square, self.epsilon)))
        return ops.multiply(y, ops.reshape(self.scale.node(), lengths_along(x.shape, axes)))

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if self.built:
            owner = f"RMSNormalization {self.name!r}"
            require_lengths(owner, self.axis, self.scale.shape, shapes[0], origin)
