"""A penalty on the values that pass through."""

from __future__ import annotations

from typing import Any

from pronghorn import regularizers
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["ActivityRegularization"]


@register("layer", "ActivityRegularization")
class ActivityRegularization(Layer):
    """y = x, and (l1 Σ |x| + l2 Σ x²) / n is added to the loss, n the rows of the batch.

    Args:
        l1, l2: Factors of at least 0. Default 0.0.
        name: see ``Layer``.

    Errors: ParameterError for negative factors.

    Source: keras.layers.ActivityRegularization.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layer = layers.ActivityRegularization(l2=0.5)
    >>> layer(np.array([[1.0, 2.0], [1.0, 0.0]])).shape
    (2, 2)
    >>> layer.losses
    [1.5]
    """

    _is_built_at_once = True
    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        non_negative = Interval(0.0, closed="left")
        self.l1 = check("ActivityRegularization", "l1", l1, non_negative)
        self.l2 = check("ActivityRegularization", "l2", l2, non_negative)
        penalty = regularizers.L1L2(l1=self.l1, l2=self.l2)
        super().__init__(activity_regularizer=penalty, **kwargs)

    def call(self, x: Any) -> Any:
        return x

    def get_config(self) -> dict[str, Any]:
        """l1 and l2; they are the activity regularizer."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
