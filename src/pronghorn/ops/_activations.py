"""The activations under their names in ``keras.ops``: ``ops.gelu(x)``, ``ops.silu(x)``.

They are formulas over this package and defined in the one above it. So they are found by the
registry, at the first use of their names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from pronghorn._core import registry
from pronghorn.ops._connect import connectable

__all__ = ["activation_names", "find_activation"]

# Where ``keras.ops`` and ``keras.activations`` differ in a default.
_DEFAULTS: dict[str, dict[str, Any]] = {"gelu": {"approximate": True}}


def activation_names() -> dict[str, str]:
    """Every spelling of a built-in activation that reads like a function → its own name."""
    registry.load("activations")
    return {
        spelling: entry.name
        for entry in registry.entries("activation")
        if entry.is_builtin
        for spelling in entry.spellings
        if spelling.isidentifier() and spelling.islower()
    }


@cache
def find_activation(name: str) -> Callable[..., Any]:
    """The activation of a name among ``activation_names``, with the defaults of ``keras.ops``."""
    function = registry.lookup("activation", name)
    defaults = _DEFAULTS.get(name, {})

    @wraps(function)
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        return function(x, *args, **kwargs) if args else function(x, **{**defaults, **kwargs})

    parameters = inspect.signature(function).parameters
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [p.replace(default=defaults.get(p.name, p.default)) for p in parameters.values()]
    )
    return connectable(call)
