"""The largest of the steps of a row."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._pooling._global_pooling import GlobalPooling

__all__ = ["GlobalMaxPool1D", "GlobalMaxPooling1D"]


@register("layer", "GlobalMaxPooling1D", "GlobalMaxPool1D")
class GlobalMaxPooling1D(GlobalPooling):
    """y[n, j] = largest of x[n, i, j] over the steps i: (n, l, d) → (n, d).

    Args: those of ``GlobalAveragePooling1D``. Every step counts, as in Keras.

    Errors: ShapeError for rows without steps.

    Source: keras.layers.GlobalMaxPooling1D.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.GlobalMaxPooling1D()(np.array([[[1.0, 0.0], [3.0, -8.0]]])).tolist()
    [[3.0, 0.0]]
    """

    def call(self, x: Any) -> Any:
        return ops.max(x, axis=self._steps_axis, keepdims=self.keepdims)


GlobalMaxPool1D = GlobalMaxPooling1D
