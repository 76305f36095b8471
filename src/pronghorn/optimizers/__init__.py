"""Optimizers: ``compile(optimizer="adam")`` and the classes behind the names."""

from typing import Any

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.optimizers._adam import Adam
from pronghorn.optimizers._base import Optimizer
from pronghorn.optimizers._rmsprop import RMSprop
from pronghorn.optimizers._sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop", "deserialize", "get", "serialize"]


def get(identifier: Any) -> Any:
    """The optimizer that a name (in any case), class, config or object means; None stays None.

    Raises UnknownNameError for unknown names, ParameterError for anything else.

    >>> get("ADAM").learning_rate
    0.001
    """
    found = registry.resolve("optimizer", identifier)
    if found is not None and not isinstance(found, Optimizer):
        raise ParameterError(
            compose(
                "optimizer",
                expected=f"one of {', '.join(registry.names('optimizer'))} or an Optimizer",
                received=describe(identifier),
            )
        )
    return found


def serialize(optimizer: Any) -> Any:
    """The config of an optimizer, in Keras's form.

    >>> serialize(SGD(0.1))["config"]["learning_rate"]
    0.1
    """
    return registry.serialize(optimizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize({"class_name": "Adam", "config": {"learning_rate": 0.1}}).learning_rate
    0.1
    """
    return registry.deserialize("optimizer", config, custom_objects)
