"""Penalties on weights: ``Dense(10, kernel_regularizer="l2")`` and the classes behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pronghorn._core import lazy, registry
from pronghorn._core.errors import ParameterError, compose, describe

if TYPE_CHECKING:
    from pronghorn.regularizers._base import Regularizer
    from pronghorn.regularizers._l1 import L1
    from pronghorn.regularizers._l1 import L1 as l1
    from pronghorn.regularizers._l1_l2 import L1L2
    from pronghorn.regularizers._l1_l2 import L1L2 as l1_l2
    from pronghorn.regularizers._l2 import L2
    from pronghorn.regularizers._l2 import L2 as l2
    from pronghorn.regularizers._orthogonal import OrthogonalRegularizer
    from pronghorn.regularizers._orthogonal import OrthogonalRegularizer as orthogonal_regularizer
else:
    __getattr__, __dir__ = lazy.attach(__name__, "regularizer")

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


def get(identifier: Any) -> Any:
    """The regularizer that a name, class, config or callable means; None stays None.

    Raises UnknownNameError for unknown names, ParameterError for what cannot be called.

    >>> get("l1_l2")
    L1L2(l1=0.0, l2=0.0)
    """
    found = registry.resolve("regularizer", identifier)
    if found is not None and not callable(found):
        raise ParameterError(
            compose("regularizer", expected="a name or a callable", received=describe(identifier))
        )
    return found


def serialize(regularizer: Any) -> Any:
    """The config of a regularizer, in Keras's form.

    >>> serialize(L2(0.5))["config"]
    {'l2': 0.5}
    """
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize({"class_name": "L1", "config": {"l1": 0.5}})
    L1(l1=0.5)
    """
    return registry.deserialize("regularizer", config, custom_objects)
