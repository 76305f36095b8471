"""Arguments of constructors and of ``call``: declared, given, renamed, described."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe, suggest

__all__ = [
    "bind_call",
    "declared_arguments",
    "default_of",
    "describe_given",
    "describe_value",
    "given_arguments",
    "ignored",
    "is_builtin",
    "name_first",
    "renamed",
    "revive_given",
    "spread",
    "takes",
]

F = TypeVar("F", bound=Callable[..., Any])

_VARIABLE = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def renamed(**names: str) -> Callable[[F], F]:
    """Let a method take older spellings of its arguments too: ``old="present"``."""

    def decorate(function: F) -> F:
        @wraps(function)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            for old, present in names.items():
                if old in kwargs:
                    if present in kwargs:
                        raise ParameterError(
                            compose(
                                type(self).__name__,
                                expected=f"one of {present} and {old}",
                                received="both",
                            )
                        )
                    kwargs[present] = kwargs.pop(old)
            return function(self, *args, **kwargs)

        return call  # type: ignore[return-value]

    return decorate


def ignored(*names: str) -> Callable[[F], F]:
    """Let a method take arguments that have no meaning here: those of older versions of Keras."""

    def decorate(function: F) -> F:
        @wraps(function)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            return function(self, *args, **{n: v for n, v in kwargs.items() if n not in names})

        return call  # type: ignore[return-value]

    return decorate


def is_builtin(kind: type) -> bool:
    """True for classes of Pronghorn itself."""
    return kind.__module__.split(".")[0] == "pronghorn"


def name_first(function: Callable[..., Any]) -> str:
    """What a method calls its first argument."""
    return next(iter(_parameters(function)), "input_shape")


@cache
def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(list(inspect.signature(function).parameters.items())[1:])


def declared_arguments(kind: type) -> Iterator[tuple[type, str]]:
    """(class, argument) for everything that the constructor of a class takes by name.

    A constructor that takes **keywords hands them on to the next one in the line.
    """
    for base in kind.__mro__:
        own = vars(base).get("__init__")
        if own is None or base is object:
            continue
        parameters = _parameters(own).values()
        for parameter in parameters:
            if parameter.kind not in _VARIABLE:
                yield base, parameter.name
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            return


def takes(function: Callable[..., Any], name: str) -> bool:
    """Whether a method has an argument of this name."""
    return name in _parameters(function)


def default_of(function: Callable[..., Any], name: str) -> Any:
    """The default of an argument of a method; False where it has to be given."""
    default = _parameters(function)[name].default
    return False if default is inspect.Parameter.empty else default


def given_arguments(kind: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What the constructor of ``kind`` was called with, by name, defaults included."""
    bound = inspect.signature(kind.__init__).bind(None, *args, **kwargs)  # type: ignore[misc]
    bound.apply_defaults()
    found: dict[str, Any] = {}
    for name, parameter in _parameters(kind.__init__).items():  # type: ignore[misc]
        value = bound.arguments[name]
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found.update(value)
        elif parameter.kind is not inspect.Parameter.VAR_POSITIONAL:
            found[name] = value
    return found


def describe_value(owner: str, name: str, value: Any) -> Any:
    """An argument as plain values for a config.

    Raises ParameterError for what a file cannot hold.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        parts = [describe_value(owner, name, part) for part in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, Mapping):
        return {str(key): describe_value(owner, name, part) for key, part in value.items()}
    is_named = getattr(value, "__name__", "<lambda>") != "<lambda>"
    if hasattr(value, "get_config") or (callable(value) and is_named):
        return registry.serialize(value)
    raise ParameterError(
        compose(
            f"{owner}.get_config",
            expected=f"a number, a text, or a registered object or function for {name}",
            received=describe(value),
            remedy="Register it with @pronghorn.saving.register_keras_serializable(), or define "
            "get_config() and from_config()",
        )
    )


def describe_given(owner: str, name: str, value: Any) -> Any:
    """What a constructor was given, so that ``revive_given`` makes the same of it.

    A function is written as a config of its own: whether its name would do, only the constructor
    knows.
    """
    entry = registry.find_entry(value) if isinstance(value, FunctionType) else None
    if entry is not None:
        return {
            "module": "builtins",
            "class_name": "function",
            "config": entry.name,
            "registered_name": entry.name,
        }
    return describe_value(owner, name, value)


def revive_given(value: Any) -> Any:
    """The value of ``describe_given``'s result: configs within it become objects."""
    if isinstance(value, Mapping):
        if isinstance(value.get("class_name"), str) and "config" in value:
            return registry.deserialize(registry.kind_of(value), value)
        return {key: revive_given(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        parts = [revive_given(part) for part in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    return value


def bind_call(
    owner: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """What a layer's ``call`` is given besides its first input, by name.

    What its ``*args`` takes is called "*0", "*1", …; ``spread`` is the way back.

    Raises ParameterError for arguments that it does not take.
    """
    parameters = _further(call)
    names = [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    takes_more = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    rest = {f"*{i}": value for i, value in enumerate(args[len(names) :])}
    if rest and not _takes_any(call):
        raise ParameterError(
            compose(
                f"{owner} call",
                expected=f"up to {1 + len(names)} inputs",
                received=f"{1 + len(args)}",
            )
        )
    found = {**dict(zip(names, args, strict=False)), **kwargs}
    known = [p.name for p in parameters if p.kind not in _VARIABLE]
    for name in found:
        # Every layer may be told these, as in Keras; most have no use for them.
        if name not in (*known, "training", "mask") and not takes_more:
            raise ParameterError(
                compose(
                    f"{owner} call",
                    expected=f"arguments among {', '.join(known) or 'none'}",
                    received=repr(name),
                    remedy=suggest(name, known),
                )
            )
    found.update(rest)
    return {name: value for name, value in found.items() if name != "mask" or value is not None}


def spread(call: Callable[..., Any], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that ``bind_call`` found as a call needs them: those in order, those by name.

    Only what goes to ``*args``, and what stands in front of it, has to be in order.
    """
    rest = [name for name in named if name.startswith("*")]
    if not rest:
        return [], named
    before = [p.name for p in _further(call) if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    in_order = [*before, *rest]
    others = {name: value for name, value in named.items() if name not in in_order}
    return [named.get(name) for name in in_order], others


def _further(call: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of a ``call`` behind the first input, which ``*args`` may take as well."""
    first, *others = _parameters(call).values()
    return [first, *others] if first.kind is inspect.Parameter.VAR_POSITIONAL else others


def _takes_any(call: Callable[..., Any]) -> bool:
    return any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in _further(call))
