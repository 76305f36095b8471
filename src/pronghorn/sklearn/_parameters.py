"""Which parameter belongs where: ``optimizer__learning_rate``, and a build function's own names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pronghorn import callbacks, losses, metrics, optimizers
from pronghorn.errors import ParameterError, compose
from pronghorn.models import Model

__all__ = [
    "PREFIXES",
    "arguments_of",
    "is_known",
    "library_parameters",
    "make",
    "route",
    "takes_any",
]

# What makes an object of a name or a config; a route of its own for each.
MAKERS: Mapping[str, Callable[[Any], Any]] = {
    "optimizer": optimizers.get,
    "loss": losses.get,
    "metrics": metrics.get,
    "callbacks": callbacks.get,
}
# The other routes end in a call: of the build function, or of a method of the model.
_CALLS: Mapping[str, Any] = {
    "model": None,
    "compile": Model.compile,
    "fit": Model.fit,
    "predict": Model.predict,
}


def route(parameters: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The parameters under ``prefix__``, without it.

    >>> route({"optimizer__learning_rate": 0.1, "epochs": 3}, "optimizer")
    {'learning_rate': 0.1}
    """
    start = f"{prefix}__"
    return {n.removeprefix(start): v for n, v in parameters.items() if n.startswith(start)}


def arguments_of(function: Any) -> frozenset[str]:
    """The names that a function can be called with.

    >>> sorted(arguments_of(lambda a, *, b=1, **rest: 0))
    ['a', 'b']
    """
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return frozenset(n for n, p in _signature(function).items() if p.kind in kinds)


def takes_any(function: Any) -> bool:
    """Whether a function takes names that it does not list."""
    parameters = _signature(function).values()
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)


def library_parameters(estimator: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters of the wrapper itself, without those of a class that a program derives."""
    owner: Any = next(
        kind for kind in type(estimator).__mro__ if kind.__module__.startswith(f"{__package__}.")
    )
    return _signature(owner.__init__)


def _signature(function: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


PREFIXES = (*_CALLS, *MAKERS)


@cache
def _method_arguments() -> frozenset[str]:
    found = {n for call in _CALLS.values() if call is not None for n in arguments_of(call)}
    # The rows' weights come with the rows.
    return frozenset(found - {"self", "x", "y", "sample_weight"})


def is_known(name: str, build: Any) -> bool:
    """Whether a parameter has a place: a route, an argument of the model's methods or of build.

    A build function with an argument ``params`` is given them all. Where ``build`` is neither a
    function nor a model, nobody knows until ``fit`` refuses it.
    """
    prefix, delimiter, _ = name.partition("__")
    if delimiter and prefix in PREFIXES:
        return name != "fit__sample_weight"
    if name in _method_arguments():
        return True
    if build is None or isinstance(build, Model):
        return False
    if not callable(build):
        return True
    return bool({name, "params"} & arguments_of(build)) or takes_any(build)


def make(kind: str, given: Any, parameters: Mapping[str, Any]) -> Any:
    """What ``kind`` (a key of ``MAKERS``) was given, made with the parameters routed to it.

    Args:
        kind: "optimizer", "loss", "metrics" or "callbacks".
        given: A name, a class, an object, or a list or dict of these.
        parameters: All of the estimator's; ``kind__p`` goes to everything given, ``kind__0__p`` or
            ``kind__key__p`` to that member of a list or dict alone.

    >>> made = make("optimizer", "sgd", {"optimizer__learning_rate": 0.5})
    >>> made.name, made.learning_rate
    ('sgd', 0.5)
    """
    return _make(given, route(parameters, kind), MAKERS[kind], kind)


def _make(given: Any, parameters: Mapping[str, Any], find: Callable[[Any], Any], where: str) -> Any:
    """See ``make``; a name without parameters stays a name."""
    if isinstance(given, list | tuple):
        keys: Any = range(len(given))
        shared = _without_members(parameters, [str(i) for i in keys])
        return [
            _make(g, {**shared, **route(parameters, str(i))}, find, where)
            for i, g in enumerate(given)
        ]
    if isinstance(given, Mapping) and "class_name" not in given:
        shared = _without_members(parameters, list(given))
        return {
            k: _make(g, {**shared, **route(parameters, k)}, find, where) for k, g in given.items()
        }
    # A parameter may itself be a class with parameters: optimizer__learning_rate__decay_rate.
    plain = {
        name: _make(value, route(parameters, name), find, where)
        if isinstance(value, type)
        else value
        for name, value in parameters.items()
        if "__" not in name
    }
    if isinstance(given, type):
        return given(**plain)
    if isinstance(given, str) and plain:
        return find({"class_name": given, "config": plain})
    if isinstance(given, str) and where == "callbacks":
        return find(given)
    if hasattr(given, "get_config") and (plain or where == "optimizer"):
        # An optimizer has a state; every fit begins with a new one.
        return type(given).from_config({**given.get_config(), **plain})
    if plain:
        raise ParameterError(
            compose(
                ", ".join(f"{where}__{name}" for name in plain),
                expected=f"a name, a class or an object with a config as {where!r}",
                received=repr(given),
            )
        )
    return given


def _without_members(parameters: Mapping[str, Any], members: list[str]) -> dict[str, Any]:
    return {n: v for n, v in parameters.items() if n.partition("__")[0] not in members}
