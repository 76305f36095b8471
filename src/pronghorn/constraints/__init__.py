"""Bounds on weights: ``Dense(10, kernel_constraint="max_norm")`` and the classes behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry
from pronghorn._core.errors import ParameterError, compose, describe

if TYPE_CHECKING:
    from pronghorn.constraints._base import Constraint
    from pronghorn.constraints._max_norm import MaxNorm
    from pronghorn.constraints._max_norm import MaxNorm as max_norm
    from pronghorn.constraints._min_max_norm import MinMaxNorm
    from pronghorn.constraints._min_max_norm import MinMaxNorm as min_max_norm
    from pronghorn.constraints._non_neg import NonNeg
    from pronghorn.constraints._non_neg import NonNeg as non_neg
    from pronghorn.constraints._unit_norm import UnitNorm
    from pronghorn.constraints._unit_norm import UnitNorm as unit_norm
else:
    __getattr__, __dir__ = lazy.attach(__name__, "constraint")

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]


def get(identifier: Any) -> Any:
    """The constraint that a name, class, config or callable means; None stays None.

    Raises UnknownNameError for unknown names, ParameterError for what cannot be called.

    >>> get("unit_norm")
    UnitNorm(axis=0)
    """
    found = registry.resolve("constraint", identifier)
    if found is not None and not callable(found):
        raise ParameterError(
            compose("constraint", expected="a name or a callable", received=describe(identifier))
        )
    return found


def serialize(constraint: Any) -> Any:
    """The config of a constraint, in Keras's form.

    >>> serialize(MaxNorm(3.0))["config"]
    {'max_value': 3.0, 'axis': 0}
    """
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize({"class_name": "UnitNorm", "config": {"axis": 1}})
    UnitNorm(axis=1)
    """
    return registry.deserialize("constraint", config, custom_objects)
