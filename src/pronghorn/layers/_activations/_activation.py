"""An activation function as a layer of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn import activations
from pronghorn._core import registry
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._emission import active

__all__ = ["Activation", "activate", "read_activation"]


@register("layer", "Activation")
class Activation(Layer):
    """y = activation(x), shape unchanged.

    Args:
        activation: A name such as "relu", a function written with ``pronghorn.ops``, or a layer.
        name: see ``Layer``.

    Errors: UnknownNameError, with the nearest name.

    Source: keras.layers.Activation.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Activation("relu")(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = read_activation(activation)

    def call(self, x: Any) -> Any:
        return activate(self, x)


def activate(layer: Any, z: Any) -> Any:
    """activation(z) of a layer; the emission keeps both, for those who look at a step."""
    a = layer.activation(z)
    emission = active()
    if emission is not None:
        emission.activated.append((layer, z, a))
    return a


def read_activation(identifier: Any) -> Any:
    """The activation that a name, config or callable means; it may be a layer, or its config.

    Raises UnknownNameError for unknown names, ParameterError for what cannot be called.
    """
    name = identifier.get("class_name") if isinstance(identifier, Mapping) else None
    if registry.has("layer", name):
        return registry.deserialize("layer", identifier)
    return activations.get(identifier)
