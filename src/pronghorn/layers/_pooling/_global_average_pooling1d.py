"""The mean over the steps of a row."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.layers._emission import current
from pronghorn.layers._pooling._global_pooling import GlobalPooling

__all__ = ["GlobalAveragePooling1D", "GlobalAvgPool1D"]


@register("layer", "GlobalAveragePooling1D", "GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalPooling):
    """y[n, j] = mean over the steps i of x[n, i, j]: (n, l, d) → (n, d).

    Behind ``Embedding(mask_zero=True)``, and with ``mask`` (n, l) as a further input, only the
    steps that count are averaged; a row without any gives 0.

    Args:
        data_format: "channels_last" (None, the default) for (n, l, d), "channels_first" for
            (n, d, l).
        keepdims: Keep the axis of the steps, with length 1. Default False.
        name, input_shape: see ``Layer``.

    Errors: ShapeError for rows without steps.

    Source: keras.layers.GlobalAveragePooling1D.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.GlobalAveragePooling1D()(np.array([[[1.0, 0.0], [3.0, 8.0]]])).tolist()
    [[2.0, 4.0]]
    """

    def call(self, x: Any, mask: Any = None) -> Any:
        axis = self._steps_axis
        counted = current().masks.get(x) if mask is None else mask
        if counted is None:
            return ops.mean(x, axis=axis, keepdims=self.keepdims)
        weights = ops.expand_dims(counted, 3 - axis)
        total = ops.sum(ops.multiply(x, weights), axis=axis, keepdims=self.keepdims)
        number = ops.sum(weights, axis=axis, keepdims=self.keepdims)
        return ops.divide(total, ops.maximum(number, 1.0))


GlobalAvgPool1D = GlobalAveragePooling1D
