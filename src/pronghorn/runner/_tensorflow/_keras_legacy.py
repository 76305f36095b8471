"""``keras.utils.legacy``: objects of classes that a library keeps in a table of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn.errors import ParameterError, compose, describe
from pronghorn.runner._outside import outside

__all__ = ["deserialize_keras_object", "serialize_keras_object"]


def serialize_keras_object(instance: Any) -> Any:
    """What ``deserialize_keras_object`` makes another one of: the class's name and its config."""
    if instance is None or isinstance(instance, str):
        return instance
    if hasattr(instance, "get_config"):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    return instance.__name__


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object of a config, or the function of a name, from the tables that are given.

    Raises ParameterError for a name that is in none of them.
    """
    known = {**(module_objects or {}), **(custom_objects or {})}
    is_config = isinstance(identifier, Mapping)
    name = identifier.get("class_name") if is_config else identifier
    if identifier is None or name not in known:
        if not isinstance(identifier, str | Mapping):
            return identifier
        raise ParameterError(
            compose(
                f"{printable_module_name}",
                expected=f"one of {', '.join(sorted(known))}",
                received=describe(name),
            )
        )
    target = known[name]
    return target.from_config(identifier["config"]) if is_config else target


def __getattr__(name: str) -> Any:
    outside(f"keras.utils.legacy.{name}", "tensorflow")
