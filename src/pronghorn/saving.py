"""Files and configs under the names that Keras gives them: keras.saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn._core import left_out, registry
from pronghorn._core.custom import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.layers import Layer
from pronghorn.models import load_model, save_model
from pronghorn.models._config import describe as describe_layer
from pronghorn.models._config import revive

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]

left_out.attach(__name__)

CustomObjectScope = custom_object_scope


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None, **kwargs: Any
) -> None:
    """The same as ``model.save_weights(filepath)``."""
    model.save_weights(filepath, overwrite, max_shard_size, **kwargs)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """The same as ``model.load_weights(filepath)``."""
    model.load_weights(filepath, skip_mismatch=skip_mismatch, **kwargs)


def serialize_keras_object(obj: Any) -> Any:
    """The config of a layer, model, loss, optimizer, … or function, as plain values.

    Source: keras.saving.serialize_keras_object.

    >>> from pronghorn import initializers
    >>> serialize_keras_object(initializers.Zeros())["class_name"]
    'Zeros'
    """
    return describe_layer(obj) if isinstance(obj, Layer) else registry.serialize(obj)


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """The object of a config; the inverse of ``serialize_keras_object``.

    ``safe_mode`` is accepted; a config never holds code. Raises UnknownNameError for classes that
    are neither built in nor given.

    Source: keras.saving.deserialize_keras_object.

    >>> from pronghorn import initializers
    >>> deserialize_keras_object(serialize_keras_object(initializers.Zeros()))
    Zeros()
    """
    if not isinstance(config, Mapping):
        return config
    name = config.get("class_name")
    if not isinstance(name, str):
        raise ParameterError(
            compose(
                "deserialize_keras_object",
                expected="a dict with 'class_name' and 'config'",
                received=describe(config),
            )
        )
    with custom_object_scope(custom_objects):
        kind = registry.kind_of(config)
        return revive(config) if kind == "layer" else registry.deserialize(kind, config)
