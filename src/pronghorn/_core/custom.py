"""Names that a user gives to classes and functions of their own, for configs and files.

A name means what the innermost ``custom_object_scope`` says, then what was registered with
``register_keras_serializable``, then what the library itself registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = [
    "custom_object_scope",
    "find_custom",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
]

T = TypeVar("T")

_everywhere: dict[str, Any] = {}
_names: dict[Any, str] = {}
_scopes: ContextVar[tuple[Mapping[str, Any], ...]] = ContextVar("custom_objects", default=())


@contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Within the block, names in configs mean these classes and functions.

    Raises ParameterError unless ``custom_objects`` maps names to things that can be called.

    Source: keras.saving.custom_object_scope.

    >>> from pronghorn import layers, ops
    >>> def doubled(x): return 2.0 * x
    >>> with custom_object_scope({"doubled": doubled}):
    ...     layers.Dense(3, activation="doubled").activation is doubled
    True
    """
    given = {} if custom_objects is None else custom_objects
    if not isinstance(given, Mapping) or not all(callable(value) for value in given.values()):
        raise ParameterError(
            compose(
                "custom_objects",
                expected="a dict from names to classes or functions",
                received=describe(custom_objects),
            )
        )
    token = _scopes.set((given, *_scopes.get()))
    try:
        yield
    finally:
        _scopes.reset(token)


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """Make a class or function known in files as "package>name", for the whole process.

    Source: keras.saving.register_keras_serializable.

    >>> @register_keras_serializable(package="demo")
    ... def tripled(x): return 3.0 * x
    >>> get_registered_name(tripled), get_registered_object("demo>tripled") is tripled
    ('demo>tripled', True)
    """

    def add(target: T) -> T:
        own = name or getattr(target, "__name__", None)
        if own is None or not callable(target):
            raise ParameterError(
                compose(
                    "register_keras_serializable",
                    expected="a class or a function",
                    received=describe(target),
                )
            )
        full = f"{package}>{own}"
        _everywhere[full] = target
        _names[target] = full
        return target

    return add


def get_custom_objects() -> dict[str, Any]:
    """The names registered for the whole process: a dict that may be added to.

    Source: keras.saving.get_custom_objects.

    >>> isinstance(get_custom_objects(), dict)
    True
    """
    return _everywhere


def get_registered_name(obj: Any) -> str:
    """ "package>name" of what was registered, else the thing's own name.

    Source: keras.saving.get_registered_name.

    >>> get_registered_name(dict)
    'dict'
    """
    try:
        return _names[obj]
    except (KeyError, TypeError):
        return str(getattr(obj, "__name__", type(obj).__name__))


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """What a name means here, None where nobody said.

    Source: keras.saving.get_registered_object.

    >>> get_registered_object("nobody") is None
    True
    """
    for objects in (custom_objects or {}, module_objects or {}):
        if name in objects:
            return objects[name]
    return find_custom(name)


def find_custom(name: str, registered_name: Any = None) -> Any:
    """The user's own thing of either name, the one of a file in front; None without one."""
    for spelling in (registered_name, name, f"Custom>{name}"):
        if not isinstance(spelling, str):
            continue
        for objects in (*_scopes.get(), _everywhere):
            if spelling in objects:
                return objects[spelling]
    return None
