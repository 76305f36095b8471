"""What passes everything through."""

from __future__ import annotations

from typing import Any

from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["Identity"]


@register("layer", "Identity")
class Identity(Layer):
    """y = x, shape unchanged.

    Source: keras.layers.Identity.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Identity()(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    _takes_several = True
    _is_built_at_once = True
    supports_masking = True

    def call(self, x: Any) -> Any:
        return x
