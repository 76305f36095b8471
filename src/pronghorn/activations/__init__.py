"""Activation functions: ``Dense(10, activation="relu")``, or called on arrays directly.

>>> [relu(x).item() for x in (-1.0, 2.0)]
[0.0, 2.0]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.activations._linear import linear

if TYPE_CHECKING:
    from pronghorn.activations._arctan import arctan
    from pronghorn.activations._binary_step import binary_step
    from pronghorn.activations._celu import celu
    from pronghorn.activations._elu import elu
    from pronghorn.activations._exponential import exponential
    from pronghorn.activations._gelu import gelu
    from pronghorn.activations._hard_shrink import hard_shrink
    from pronghorn.activations._hard_sigmoid import hard_sigmoid
    from pronghorn.activations._hard_silu import hard_silu
    from pronghorn.activations._hard_silu import hard_silu as hard_swish
    from pronghorn.activations._hard_tanh import hard_tanh
    from pronghorn.activations._leaky_relu import leaky_relu
    from pronghorn.activations._log_sigmoid import log_sigmoid
    from pronghorn.activations._log_softmax import log_softmax
    from pronghorn.activations._mish import mish
    from pronghorn.activations._relu import relu
    from pronghorn.activations._relu6 import relu6
    from pronghorn.activations._selu import selu
    from pronghorn.activations._sigmoid import sigmoid
    from pronghorn.activations._silu import silu
    from pronghorn.activations._silu import silu as swish
    from pronghorn.activations._soft_shrink import soft_shrink
    from pronghorn.activations._softmax import softmax
    from pronghorn.activations._softplus import softplus
    from pronghorn.activations._softsign import softsign
    from pronghorn.activations._sparse_plus import sparse_plus
    from pronghorn.activations._sparse_sigmoid import sparse_sigmoid
    from pronghorn.activations._sparsemax import sparsemax
    from pronghorn.activations._squareplus import squareplus
    from pronghorn.activations._tanh import tanh
    from pronghorn.activations._tanh_shrink import tanh_shrink
    from pronghorn.activations._threshold import threshold
else:
    __getattr__, __dir__ = lazy.attach(__name__, "activation")

__all__ = [
    "arctan",
    "binary_step",
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


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
