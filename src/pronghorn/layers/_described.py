"""What describes a layer: the arguments of its constructor, and back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from pronghorn import regularizers
from pronghorn._core.dtype_policy import DTypePolicy, describe_policy
from pronghorn._core.errors import ParameterError, compose
from pronghorn.layers._arguments import (
    declared_arguments,
    describe_given,
    describe_value,
    given_arguments,
    is_builtin,
    revive_given,
)

__all__ = ["Described"]

D = TypeVar("D", bound="Described")

# What every layer has, in the order of its config.
_COMMON = ("name", "trainable", "dtype")


class Described:
    """The part of ``Layer`` that writes and reads configs."""

    name: str
    trainable: bool
    dtype_policy: DTypePolicy
    activity_regularizer: Any

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        layer = super().__new__(cls)
        if not is_builtin(cls):
            layer._keep_arguments(args, kwargs)
        return layer

    def _keep_arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Remember what the constructor is given: the config of a class that writes none."""
        try:
            self._given = given_arguments(type(self), args, kwargs)
        except TypeError:
            # Copies are made without arguments; of a wrong call the constructor complains itself.
            self._given = {}

    @property
    def path(self) -> str:
        """The name: a layer may be in several models."""
        return self.name

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, as plain values.

        A class of Pronghorn keeps each of them in an attribute of its name. Of a class of yours
        that does not define ``get_config`` they are what its constructor was given.

        Raises ParameterError for arguments that a file cannot hold.
        """
        kind = type(self)
        known = {name for _, name in declared_arguments(kind)}
        config = {name: getattr(self, name) for name in _COMMON if name in known}
        if "dtype" in config:
            config["dtype"] = describe_policy(self.dtype_policy)
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        writes_none = _writes_no_config(kind)
        for base, name in declared_arguments(kind):
            if name in config or name == "activity_regularizer":
                continue
            if is_builtin(base) and name in vars(self):
                config[name] = describe_value(kind.__name__, name, vars(self)[name])
            elif not is_builtin(base) and writes_none and name in self._given:
                config[name] = describe_given(kind.__name__, name, self._given[name])
        return config

    @classmethod
    def from_config(cls: type[D], config: Mapping[str, Any]) -> D:
        """A new layer, with new weights, from ``get_config()``'s result.

        Keys that the class does not take and that ask for nothing (None, False) are passed
        over: other versions of Keras write them.
        """
        declared: dict[str, type] = {}
        for base, name in declared_arguments(cls):
            declared.setdefault(name, base)
        given = {
            key: value
            for key, value in config.items()
            if key in declared or not (value is None or value is False)
        }
        if _writes_no_config(cls):
            for key, base in declared.items():
                if key in given and not is_builtin(base):
                    given[key] = revive_given(given[key])
        # The constructor takes older names of arguments too, or refuses names that it lacks.
        if is_builtin(cls) and declared.keys() >= given.keys():
            _require_arguments(cls, given)
        if "/" in str(given.get("name")):
            # The constructor refuses such names; those of layers in files of Keras 2 are kept.
            layer = cls(**{**given, "name": None})
            layer.name = str(given["name"])
            return layer
        return cls(**given)


def _require_arguments(kind: type, given: Mapping[str, Any]) -> None:
    """Raise ParameterError where a config lacks what the constructor cannot do without."""
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]  # type: ignore[misc]
    missing = [
        p.name
        for p in parameters
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty and p.name not in given
    ]
    if missing:
        raise ParameterError(
            compose(
                f"{kind.__name__} config",
                expected=f"the key {missing[0]!r}",
                received=f"the keys {', '.join(map(repr, given)) or 'none'}",
                remedy=f"Take it from {kind.__name__}.get_config()",
            )
        )


def _writes_no_config(kind: type) -> bool:
    """Whether a class leaves its config to Pronghorn: then its values are revived here too."""
    return is_builtin(next(base for base in kind.__mro__ if "get_config" in vars(base)))
