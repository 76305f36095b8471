"""The originals in place of what was served, while the program runs."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from pronghorn.runner._absent import find_original
from pronghorn.runner._served import Finder, ServedModule, drop_served

__all__ = ["find_made", "served_roots", "take_over"]


def served_roots() -> set[str]:
    """The packages that the program has got from here."""
    return {
        name.partition(".")[0]
        for name, module in sys.modules.items()
        if isinstance(module, ServedModule)
    }


def find_made() -> str | None:
    """What the program has made of Pronghorn's classes: the name of one class, or None."""
    import pronghorn

    kinds = (
        pronghorn.Layer,
        pronghorn.Optimizer,
        pronghorn.Loss,
        pronghorn.Metric,
        pronghorn.Callback,
        pronghorn.Initializer,
        pronghorn.Regularizer,
        pronghorn.Constraint,
    )
    for kind in kinds:
        for subclass in _subclasses(kind):
            if not subclass.__module__.startswith("pronghorn."):
                return subclass.__name__
    gc.collect()
    found = next((value for value in gc.get_objects() if isinstance(value, kinds)), None)
    return None if found is None else type(found).__name__


def _subclasses(kind: type) -> list[type]:
    below: list[type] = kind.__subclasses__()
    return [*below, *(found for subclass in below for found in _subclasses(subclass))]


def take_over(finder: Finder) -> None:
    """Import the originals, and put them wherever the program has bound what was served."""
    served = {id(m): n for n, m in sys.modules.items() if isinstance(m, ServedModule)}
    modules = [m for m in sys.modules.values() if isinstance(m, ServedModule)]
    drop_served()
    for root in sorted({name.partition(".")[0] for name in served.values()}):
        import_module(root)
    for module in [*sys.modules.values()]:
        if isinstance(module, ModuleType) and not module.__name__.startswith("pronghorn."):
            _rebind(vars(module), finder, served)
    for module in modules:
        # Those who still hold the module get what they ask for from the original.
        for name in [name for name in vars(module) if not name.startswith("__")]:
            del vars(module)[name]
    finder.handed.clear()


def _rebind(names: dict[str, Any], finder: Finder, served: dict[int, str]) -> None:
    for name, value in [*names.items()]:
        if id(value) in served:
            names[name] = import_module(served[id(value)])
        elif id(value) in finder.handed and finder.handed[id(value)][0] is value:
            names[name] = find_original(finder.handed[id(value)][1])
