"""Layers: the parts that models are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry

if TYPE_CHECKING:
    from pronghorn.layers._activations._activation import Activation
    from pronghorn.layers._activations._elu import ELU
    from pronghorn.layers._activations._leaky_relu import LeakyReLU
    from pronghorn.layers._activations._prelu import PReLU
    from pronghorn.layers._activations._relu import ReLU
    from pronghorn.layers._activations._softmax import Softmax
    from pronghorn.layers._base import Layer
    from pronghorn.layers._categories._category_encoding import CategoryEncoding
    from pronghorn.layers._categories._discretization import Discretization
    from pronghorn.layers._categories._hashed_crossing import HashedCrossing
    from pronghorn.layers._categories._hashing import Hashing
    from pronghorn.layers._categories._integer_lookup import IntegerLookup
    from pronghorn.layers._categories._string_lookup import StringLookup
    from pronghorn.layers._categories._text_vectorization import TextVectorization
    from pronghorn.layers._dense import Dense
    from pronghorn.layers._embedding import Embedding
    from pronghorn.layers._identity import Identity
    from pronghorn.layers._input import Input, InputLayer
    from pronghorn.layers._input_spec import InputSpec
    from pronghorn.layers._lambda import Lambda
    from pronghorn.layers._merging._add import Add, add
    from pronghorn.layers._merging._average import Average, average
    from pronghorn.layers._merging._concatenate import Concatenate, concatenate
    from pronghorn.layers._merging._dot import Dot, dot
    from pronghorn.layers._merging._maximum import Maximum, maximum
    from pronghorn.layers._merging._minimum import Minimum, minimum
    from pronghorn.layers._merging._multiply import Multiply, multiply
    from pronghorn.layers._merging._subtract import Subtract, subtract
    from pronghorn.layers._normalization._batch_normalization import BatchNormalization
    from pronghorn.layers._normalization._layer_normalization import LayerNormalization
    from pronghorn.layers._normalization._normalization import Normalization
    from pronghorn.layers._normalization._rms_normalization import RMSNormalization
    from pronghorn.layers._normalization._unit_normalization import UnitNormalization
    from pronghorn.layers._operation import Operation
    from pronghorn.layers._pooling._global_average_pooling1d import (
        GlobalAveragePooling1D,
        GlobalAvgPool1D,
    )
    from pronghorn.layers._pooling._global_max_pooling1d import GlobalMaxPool1D, GlobalMaxPooling1D
    from pronghorn.layers._regularization._activity_regularization import ActivityRegularization
    from pronghorn.layers._regularization._alpha_dropout import AlphaDropout
    from pronghorn.layers._regularization._dropout import Dropout
    from pronghorn.layers._regularization._gaussian_dropout import GaussianDropout
    from pronghorn.layers._regularization._gaussian_noise import GaussianNoise
    from pronghorn.layers._rescaling import Rescaling
    from pronghorn.layers._reshaping._flatten import Flatten
    from pronghorn.layers._reshaping._permute import Permute
    from pronghorn.layers._reshaping._repeat_vector import RepeatVector
    from pronghorn.layers._reshaping._reshape import Reshape
    from pronghorn.layers._time_distributed import TimeDistributed
    from pronghorn.layers._variable import Variable
else:
    __getattr__, __dir__ = lazy.attach(__name__, "layer")

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "BatchNormalization",
    "CategoryEncoding",
    "Concatenate",
    "Dense",
    "Discretization",
    "Dot",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GlobalMaxPooling1D",
    "HashedCrossing",
    "Hashing",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "IntegerLookup",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Maximum",
    "Minimum",
    "Multiply",
    "Normalization",
    "Operation",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Softmax",
    "StringLookup",
    "Subtract",
    "TextVectorization",
    "TimeDistributed",
    "UnitNormalization",
    "Variable",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
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
