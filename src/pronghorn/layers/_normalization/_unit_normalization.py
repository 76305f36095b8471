"""Rows of length 1."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._shapes import normalize_axes, read_axes

__all__ = ["UnitNormalization"]


@register("layer", "UnitNormalization")
class UnitNormalization(Layer):
    """y = x / max(|x|, 1e-12), |x| the Euclidean norm over the axes of each row.

    Args:
        axis: The axis, or the axes, of the norm. Default −1.
        name: see ``Layer``.

    Errors: ParameterError for axes that there are not.

    Source: keras.layers.UnitNormalization.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.UnitNormalization()(np.array([[0.0, 2.0]])).tolist()
    [[0.0, 1.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = read_axes("UnitNormalization", axis)

    def call(self, x: Any) -> Any:
        axes = normalize_axes(f"UnitNormalization {self.name!r}", self.axis, x.rank)
        return ops.normalize(x, axes, epsilon=1e-12)
