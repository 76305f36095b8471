"""Objects that are fully described by the arguments of their constructor."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from pronghorn._core.errors import ParameterError, compose

__all__ = ["Configurable"]

C = TypeVar("C", bound="Configurable")


class Configurable:
    """Base of losses, metrics, initializers and the like: config and repr from the constructor.

    Every argument of ``__init__`` is kept in an attribute of the same name; ``get_config``
    collects them, ``from_config`` calls the constructor with them.

    >>> class Line(Configurable):
    ...     def __init__(self, slope=1.0, offset=0.0):
    ...         self.slope, self.offset = slope, offset
    >>> Line.from_config({"slope": 2.0})
    Line(slope=2.0, offset=0.0)
    >>> Line(3.0).get_config()
    {'slope': 3.0, 'offset': 0.0}
    """

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain values; ``from_config`` is the inverse."""
        config: dict[str, Any] = {}
        for name in self._argument_names():
            if not hasattr(self, name):
                raise ParameterError(
                    compose(
                        f"{type(self).__name__}.get_config",
                        expected=f"an attribute for the argument {name!r}",
                        received="none",
                        remedy=f"Set self.{name} in __init__, or define get_config",
                    )
                )
            config[name] = getattr(self, name)
        return config

    @classmethod
    def from_config(cls: type[C], config: Mapping[str, Any]) -> C:
        """A new object from ``get_config()``'s result; raises ParameterError for unknown keys."""
        known = cls._argument_names()
        for key in config:
            if key not in known:
                raise ParameterError(
                    compose(
                        f"{cls.__name__}.from_config",
                        expected=f"keys among {', '.join(known)}",
                        received=repr(key),
                    )
                )
        return cls(**config)

    @classmethod
    def _argument_names(cls) -> list[str]:
        """The constructor's arguments; those of the next base too where it takes **keywords."""
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        found: list[str] = []
        for base in cls.__mro__:
            if "__init__" not in vars(base) or base is object:
                continue
            parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
            found += [p.name for p in parameters if p.kind in named]
            if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
                break
        return list(dict.fromkeys(found))

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
