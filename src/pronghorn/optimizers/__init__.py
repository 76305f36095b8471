"""Optimizers: ``compile(optimizer="adam")`` and the classes behind the names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.optimizers._base import Optimizer

if TYPE_CHECKING:
    from pronghorn.optimizers import schedules
    from pronghorn.optimizers._adadelta import Adadelta
    from pronghorn.optimizers._adagrad import Adagrad
    from pronghorn.optimizers._adam import Adam
    from pronghorn.optimizers._adamax import Adamax
    from pronghorn.optimizers._adamw import AdamW
    from pronghorn.optimizers._formula import formula_of
    from pronghorn.optimizers._ftrl import Ftrl
    from pronghorn.optimizers._lion import Lion
    from pronghorn.optimizers._nadam import Nadam
    from pronghorn.optimizers._rmsprop import RMSprop
    from pronghorn.optimizers._sgd import SGD
else:
    __getattr__, __dir__ = lazy.attach(__name__, "optimizer")

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "formula_of",
    "get",
    "schedules",
    "serialize",
]


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
