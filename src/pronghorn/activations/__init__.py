"""Activation functions: ``Dense(10, activation="relu")``, or called on arrays directly.

>>> [relu(x).item() for x in (-1.0, 2.0)]
[0.0, 2.0]
"""

from typing import Any

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.activations._elu import elu
from pronghorn.activations._exponential import exponential
from pronghorn.activations._gelu import gelu
from pronghorn.activations._hard_sigmoid import hard_sigmoid
from pronghorn.activations._leaky_relu import leaky_relu
from pronghorn.activations._linear import linear
from pronghorn.activations._relu import relu
from pronghorn.activations._selu import selu
from pronghorn.activations._sigmoid import sigmoid
from pronghorn.activations._silu import silu
from pronghorn.activations._softmax import softmax
from pronghorn.activations._softplus import softplus
from pronghorn.activations._softsign import softsign
from pronghorn.activations._tanh import tanh

__all__ = [
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_sigmoid",
    "leaky_relu",
    "linear",
    "relu",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]

swish = silu


def get(identifier: Any) -> Any:
    """The activation that a name, config or callable means; None means linear.

    Raises UnknownNameError for unknown names, ParameterError for what cannot be called.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
    if identifier is None:
        return linear
    found = registry.resolve("activation", identifier)
    if not callable(found):
        raise ParameterError(
            compose("activation", expected="a name or a callable", received=describe(identifier))
        )
    return found


def serialize(activation: Any) -> Any:
    """The name of an activation, or the config of a layer used as one.

    >>> serialize(relu)
    'relu'
    """
    return registry.serialize(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize("tanh") is tanh
    True
    """
    return registry.deserialize("activation", config, custom_objects)
