"""An activation function as a layer of its own."""

from __future__ import annotations

from typing import Any

from pronghorn import activations
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["Activation"]


@register("layer", "Activation")
class Activation(Layer):
    """y = activation(x), shape unchanged.

    Args:
        activation: A name such as "relu", or a function written with ``pronghorn.ops``.
        name: see ``Layer``.

    Errors: UnknownNameError, with the nearest name.

    Source: keras.layers.Activation.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Activation("relu")(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, x: Any) -> Any:
        return self.activation(x)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "activation": activations.serialize(self.activation),
        }
