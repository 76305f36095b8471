"""Losses: ``compile(loss="mse")``, the classes behind the names, and their function forms."""

from pronghorn.losses._base import Loss, LossFunctionWrapper
from pronghorn.losses._binary_crossentropy import BinaryCrossentropy, binary_crossentropy
from pronghorn.losses._categorical_crossentropy import (
    CategoricalCrossentropy,
    categorical_crossentropy,
)
from pronghorn.losses._mean_absolute_error import MeanAbsoluteError, mean_absolute_error
from pronghorn.losses._mean_squared_error import MeanSquaredError, mean_squared_error
from pronghorn.losses._resolve import (
    deserialize,
    get,
    resolve,
    resolve_crossentropy,
    serialize,
)
from pronghorn.losses._sparse_categorical_crossentropy import (
    SparseCategoricalCrossentropy,
    sparse_categorical_crossentropy,
)

__all__ = [
    "BCE",
    "MAE",
    "MSE",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "bce",
    "binary_crossentropy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mae",
    "mean_absolute_error",
    "mean_squared_error",
    "mse",
    "resolve",
    "resolve_crossentropy",
    "serialize",
    "sparse_categorical_crossentropy",
]

# The short spellings of Keras 2.
BCE = bce = binary_crossentropy
MAE = mae = mean_absolute_error
MSE = mse = mean_squared_error
