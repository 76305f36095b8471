"""Files and configs under the names that Keras gives them: keras.saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import EllipsisType
from typing import Any

import numpy as np

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

_PLAIN = (str, int, float, bool, type(None))
_SLICE = ("start", "stop", "step")
_LONGEST_NUMBER = 8


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

    Of lists, tuples and dicts the same with a config for each part; arrays, bytes, slices and
    ``...`` in Keras's form; numbers and texts as they are.

    Source: keras.saving.serialize_keras_object.

    >>> from pronghorn import initializers
    >>> serialize_keras_object(initializers.Zeros())["class_name"]
    'Zeros'
    >>> serialize_keras_object({"blocks": [initializers.Zeros()], "rate": 0.5})["rate"]
    0.5
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, list | tuple):
        parts = [serialize_keras_object(part) for part in obj]
        return tuple(parts) if isinstance(obj, tuple) else parts
    if isinstance(obj, dict):
        return {key: serialize_keras_object(part) for key, part in obj.items()}
    if isinstance(obj, bytes | slice | EllipsisType):
        return _describe_special(obj)
    if isinstance(obj, np.ndarray | np.generic):
        return _describe_array(obj)
    return describe_layer(obj) if isinstance(obj, Layer) else registry.serialize(obj)


def _describe_special(value: bytes | slice | EllipsisType) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"class_name": "__bytes__", "config": {"value": _decode(value)}}
    if isinstance(value, slice):
        ends = {name: serialize_keras_object(getattr(value, name)) for name in _SLICE}
        return {"class_name": "__slice__", "config": ends}
    return {"class_name": "__ellipsis__", "config": {}}


def _describe_array(array: Any) -> Any:
    # A number of NumPy's is a number, where Python has one like it.
    if array.ndim == 0 and not isinstance(array.item(), np.generic):
        return serialize_keras_object(array.item())
    if not _is_of_numbers(array.dtype):
        raise ParameterError(
            compose(
                "serialize_keras_object",
                expected="an array of numbers or of truth values",
                received=describe(array),
                remedy="Texts go as lists: array.tolist()",
            )
        )
    return {
        "class_name": "__numpy__",
        "config": {"value": array.tolist(), "dtype": array.dtype.name},
    }


def _is_of_numbers(dtype: np.dtype[Any]) -> bool:
    # Longer ones than Python's do not survive as text.
    return dtype.kind in "biuf" and dtype.itemsize <= _LONGEST_NUMBER


def _decode(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeError:
        raise ParameterError(
            compose(
                "serialize_keras_object",
                expected="bytes that are UTF-8 text",
                received=describe(text),
                remedy="Others go as a list of numbers: list(data)",
            )
        ) from None


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    **kwargs: Any,
) -> Any:
    """The object of a config; the inverse of ``serialize_keras_object``.

    Tuples come back as lists. ``safe_mode`` is accepted; a config never holds code. Raises
    UnknownNameError for classes that are neither built in nor given.

    Source: keras.saving.deserialize_keras_object.

    >>> from pronghorn import initializers
    >>> deserialize_keras_object(serialize_keras_object(initializers.Zeros()))
    Zeros()
    """
    with custom_object_scope(custom_objects):
        return _read(config)


def _read(config: Any) -> Any:
    if isinstance(config, list | tuple):
        return [_read(part) for part in config]
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: _read(part) for key, part in config.items()}
    name = config["class_name"]
    if not isinstance(name, str):
        raise ParameterError(
            compose(
                "deserialize_keras_object",
                expected="a dict with 'class_name' and 'config'",
                received=describe(config),
            )
        )
    if name in _READERS:
        return _read_value(name, config["config"])
    kind = registry.kind_of(config)
    return revive(config) if kind == "layer" else registry.deserialize(kind, config)


def _read_value(name: str, config: Any) -> Any:
    """An array, bytes, a slice or ``...`` from its config."""
    try:
        return _READERS[name](config)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ParameterError(
            compose(
                f"deserialize_keras_object of {name}",
                expected="what serialize_keras_object wrote",
                received=describe(config),
            )
        ) from error


def _read_array(config: Mapping[str, Any]) -> Any:
    dtype = np.dtype(config["dtype"])
    if not _is_of_numbers(dtype):
        raise TypeError(dtype)
    return np.array(config["value"], dtype)


# What only a value can be, by the names that Keras gives in place of a class.
_READERS: dict[str, Callable[[Any], Any]] = {
    "__bytes__": lambda config: config["value"].encode("utf-8"),
    "__ellipsis__": lambda _: Ellipsis,
    "__numpy__": _read_array,
    "__slice__": lambda config: slice(*(_read(config[name]) for name in _SLICE)),
    "__tensor__": _read_array,
}
