"""Layers: the parts that models are put together from."""

from typing import Any

from pronghorn._core import registry
from pronghorn.layers._activation import Activation
from pronghorn.layers._add import Add, add
from pronghorn.layers._base import Layer
from pronghorn.layers._concatenate import Concatenate, concatenate
from pronghorn.layers._dense import Dense
from pronghorn.layers._dropout import Dropout
from pronghorn.layers._flatten import Flatten
from pronghorn.layers._input import Input, InputLayer
from pronghorn.layers._relu import ReLU
from pronghorn.layers._rescaling import Rescaling
from pronghorn.layers._softmax import Softmax

__all__ = [
    "Activation",
    "Add",
    "Concatenate",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "ReLU",
    "Rescaling",
    "Softmax",
    "add",
    "concatenate",
    "deserialize",
    "serialize",
]


def serialize(layer: Layer) -> Any:
    """The config of a layer, in Keras's form.

    >>> serialize(Flatten())["class_name"]
    'Flatten'
    """
    return registry.serialize(layer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The layer that ``serialize`` described, with new weights; ``custom_objects`` adds names.

    >>> deserialize({"class_name": "Dense", "config": {"units": 3}}).units
    3
    """
    return registry.deserialize("layer", config, custom_objects)
