"""What strings can mean: everything registered of one kind."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pronghorn._core import registry

__all__ = ["registered"]

# The folders that define the kinds; importing one registers what it holds.
_FOLDERS = {
    "activation": "activations",
    "callback": "callbacks",
    "constraint": "constraints",
    "initializer": "initializers",
    "layer": "layers",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "regularizer": "regularizers",
    "schedule": "optimizers.schedules",
}


def registered(kind: str) -> dict[str, Any]:
    """Name → class or function of everything registered as ``kind``, sorted by name.

    The user's own are among them. Kinds are "activation", "callback", "constraint",
    "initializer", "layer", "loss", "metric", "optimizer", "regularizer" and "schedule".

    Raises UnknownNameError for another kind.

    >>> list(registered("schedule"))[:2]
    ['cosine_decay', 'cosine_decay_restarts']
    """
    if kind in _FOLDERS:
        import_module(f"pronghorn.{_FOLDERS[kind]}")
    return {entry.name: entry.target for entry in registry.entries(kind)}
