"""Metrics found by what the user wrote, and by the shapes of the data."""

from __future__ import annotations

from typing import Any

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.losses._resolve import CHOSEN_BY_SHAPES
from pronghorn.metrics._base import Metric
from pronghorn.metrics._binary_accuracy import BinaryAccuracy
from pronghorn.metrics._binary_crossentropy import BinaryCrossentropy
from pronghorn.metrics._categorical_accuracy import CategoricalAccuracy
from pronghorn.metrics._categorical_crossentropy import CategoricalCrossentropy
from pronghorn.metrics._mean_metric_wrapper import MeanMetricWrapper
from pronghorn.metrics._sparse_categorical_accuracy import SparseCategoricalAccuracy
from pronghorn.metrics._sparse_categorical_crossentropy import SparseCategoricalCrossentropy

Shape = tuple[int | None, ...]


def get(identifier: Any) -> Any:
    """The metric that a name, class, config, function or object means; None stays None.

    Raises UnknownNameError for unknown names, ParameterError for what cannot be called.

    >>> get("mse")
    MeanSquaredError(name='mean_squared_error', dtype='float32')
    """
    found = registry.resolve("metric", identifier)
    if found is not None and not callable(found):
        raise ParameterError(
            compose("metric", expected="a name or a callable", received=describe(identifier))
        )
    return found


def resolve(identifier: Any, y_shape: Shape, p_shape: Shape) -> Metric:
    """The Metric object that one entry of ``compile(metrics=[…])`` means.

    "accuracy" and "acc" (in any case) and "crossentropy" and "ce" are chosen by the shapes of
    targets and predictions; functions are wrapped. A string, and a function's name, become the
    metric's name, as Keras writes them into the history.

    >>> resolve("acc", (None,), (None, 10))
    SparseCategoricalAccuracy(name='acc', dtype='float32')
    """
    if isinstance(identifier, str):
        if identifier.lower() in ("accuracy", "acc"):
            return resolve_accuracy(y_shape, p_shape, name=identifier)
        if identifier.lower() in CHOSEN_BY_SHAPES:
            return resolve_crossentropy(y_shape, p_shape, name=identifier)
    found = get(identifier)
    if isinstance(found, Metric):
        if isinstance(identifier, str):
            found.name = identifier
        return found
    entry = registry.find_entry(found, "metric")
    if entry is not None and entry.function is found:
        made: Metric = registry.lookup("metric", entry.name)()
        made.name = str(found.__name__)
        return made
    # As Keras forms it: a function without a name is "lambda".
    name = getattr(found, "name", None) or registry.to_snake_case(getattr(found, "__name__", ""))
    return MeanMetricWrapper(found, name=name or None)


def resolve_accuracy(y_shape: Shape, p_shape: Shape, name: str = "accuracy") -> Metric:
    """The accuracy that ``metrics=["accuracy"]`` means for targets and predictions.

    One output: binary; labels of lower rank or one column: sparse; else categorical.

    >>> type(resolve_accuracy((None, 1), (None, 1))).__name__
    'BinaryAccuracy'
    >>> type(resolve_accuracy((None, 10), (None, 10))).__name__
    'CategoricalAccuracy'
    """
    if p_shape[-1] == 1:
        return BinaryAccuracy(name)
    if _is_sparse(y_shape, p_shape):
        return SparseCategoricalAccuracy(name)
    return CategoricalAccuracy(name)


def resolve_crossentropy(y_shape: Shape, p_shape: Shape, name: str = "crossentropy") -> Metric:
    """The cross-entropy that ``metrics=["crossentropy"]`` means, chosen as for accuracy.

    >>> type(resolve_crossentropy((None,), (None, 10))).__name__
    'SparseCategoricalCrossentropy'
    """
    if p_shape[-1] == 1:
        return BinaryCrossentropy(name)
    if _is_sparse(y_shape, p_shape):
        return SparseCategoricalCrossentropy(name)
    return CategoricalCrossentropy(name)


def serialize(metric: Any) -> Any:
    """The config of a metric, in Keras's form.

    >>> serialize(BinaryAccuracy(threshold=0.25))["config"]["threshold"]
    0.25
    """
    return registry.serialize(metric)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The metric that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize({"class_name": "BinaryAccuracy", "config": {"threshold": 0.25}}).threshold
    0.25
    """
    return registry.deserialize("metric", config, custom_objects)


def _is_sparse(y_shape: Shape, p_shape: Shape) -> bool:
    return len(y_shape) < len(p_shape) or y_shape[-1] == 1
