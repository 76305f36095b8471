"""Metrics: ``compile(metrics=["accuracy", "mae"])`` and the classes behind the names."""

from pronghorn.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from pronghorn.metrics._accuracy import Accuracy
from pronghorn.metrics._base import Metric
from pronghorn.metrics._binary_accuracy import BinaryAccuracy, binary_accuracy
from pronghorn.metrics._binary_crossentropy import BinaryCrossentropy
from pronghorn.metrics._categorical_accuracy import CategoricalAccuracy, categorical_accuracy
from pronghorn.metrics._categorical_crossentropy import CategoricalCrossentropy
from pronghorn.metrics._mean import Mean
from pronghorn.metrics._mean_absolute_error import MeanAbsoluteError
from pronghorn.metrics._mean_metric_wrapper import MeanMetricWrapper
from pronghorn.metrics._mean_squared_error import MeanSquaredError
from pronghorn.metrics._resolve import (
    deserialize,
    get,
    resolve,
    resolve_accuracy,
    resolve_crossentropy,
    serialize,
)
from pronghorn.metrics._root_mean_squared_error import RootMeanSquaredError
from pronghorn.metrics._sparse_categorical_accuracy import (
    SparseCategoricalAccuracy,
    sparse_categorical_accuracy,
)
from pronghorn.metrics._sparse_categorical_crossentropy import SparseCategoricalCrossentropy

__all__ = [
    "MAE",
    "MSE",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Mean",
    "MeanAbsoluteError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mae",
    "mean_absolute_error",
    "mean_squared_error",
    "mse",
    "resolve",
    "resolve_accuracy",
    "resolve_crossentropy",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
]

# The short spellings of Keras 2.
MAE = mae = mean_absolute_error
MSE = mse = mean_squared_error
