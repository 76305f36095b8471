"""Rows of any shape as vectors."""

from __future__ import annotations

from math import prod
from typing import Any

from pronghorn import ops
from pronghorn._core.params import OneOf, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._input_spec import InputSpec

__all__ = ["Flatten"]


@register("layer", "Flatten")
class Flatten(Layer):
    """(n, a, b, …) → (n, a·b·…), in row-major order; (n,) → (n, 1).

    Args:
        data_format: "channels_last", which None (default) means too. "channels_first": the axis
            behind the rows becomes the last one first, as if it were that of the channels.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for another data_format.

    Source: keras.layers.Flatten.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Flatten()(np.zeros((5, 28, 28))).shape
    (5, 784)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        rule = OneOf(None, "channels_last", "channels_first")
        self.data_format = check("Flatten", "data_format", data_format, rule) or "channels_last"

    def _own_spec(self) -> InputSpec:
        return InputSpec(min_ndim=1)

    def call(self, x: Any) -> Any:
        if self.data_format == "channels_first" and len(x.shape) > 2:
            x = ops.transpose(x, (0, *range(2, len(x.shape)), 1))
        return ops.reshape(x, (None, prod(x.shape[1:])))
