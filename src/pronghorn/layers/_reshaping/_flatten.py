"""Rows of any shape as vectors."""

from __future__ import annotations

from math import prod
from typing import Any

from pronghorn import ops
from pronghorn._core.params import OneOf, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["Flatten"]


@register("layer", "Flatten")
class Flatten(Layer):
    """(n, a, b, …) → (n, a·b·…), in row-major order; (n,) → (n, 1).

    Args:
        data_format: None (default) or "channels_last", which mean the same.
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
        rule = OneOf(None, "channels_last")
        self.data_format = check("Flatten", "data_format", data_format, rule) or "channels_last"

    def call(self, x: Any) -> Any:
        return ops.reshape(x, (None, prod(x.shape[1:])))
