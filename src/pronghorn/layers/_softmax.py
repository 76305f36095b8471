"""The softmax as a layer."""

from __future__ import annotations

from typing import Any

from pronghorn import activations
from pronghorn._core.errors import ParameterError, compose
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["Softmax"]


@register("layer", "Softmax")
class Softmax(Layer):
    """y = e^x / Σ e^x along the last axis, shape unchanged.

    Args:
        axis: −1 (default), or the number of the last axis.
        name: see ``Layer``.

    Errors: ParameterError for another axis.

    Source: keras.layers.Softmax.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Softmax()(np.zeros((1, 4))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = check("Softmax", "axis", axis, Integer())

    def call(self, x: Any) -> Any:
        if self.axis not in (-1, x.rank - 1):
            raise ParameterError(
                compose(
                    f"Softmax {self.name!r} axis",
                    expected=f"the last axis (-1 or {x.rank - 1})",
                    received=f"{self.axis}",
                )
            )
        return activations.softmax(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
