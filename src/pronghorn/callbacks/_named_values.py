"""Values by name, found under the other names of the same quantity too."""

from __future__ import annotations

from functools import cache
from typing import Any

from pronghorn._core import registry

# Names that are not a metric's own, and the quantity that programs mean by both.
_PAIRS = (("acc", "accuracy"), ("lr", "learning_rate"))


class NamedValues(dict[str, Any]):
    """A dictionary of the values of ``fit``: where a name is missing, its other names are tried.

    Which name a metric has in the logs has changed with the versions of Keras: "accuracy" was
    "acc", "mae" was "mean_absolute_error", "learning_rate" was "lr". So ``values["val_acc"]`` and
    ``values.get("val_acc")`` give what stands under "val_accuracy"; the names that it lists, and
    ``in``, are those that are there. A pickle of it is one of a plain dictionary.

    >>> values = NamedValues(val_accuracy=0.5, mae=2.0)
    >>> values["val_acc"], values.get("mean_absolute_error"), values.get("acc"), values
    (0.5, 2.0, None, {'val_accuracy': 0.5, 'mae': 2.0})
    """

    def __missing__(self, name: str) -> Any:
        for other in _other_names(name):
            if other in self:
                return self[other]
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or ``default`` where none of the names is there."""
        try:
            return self[name]
        except KeyError:
            return default

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)


@cache
def _other_names(name: Any) -> tuple[str, ...]:
    """The names of the same quantity: ("val_accuracy",) for "val_acc"."""
    if not isinstance(name, str):
        return ()
    groups = [*_PAIRS, *(entry.spellings for entry in registry.entries("metric"))]
    fitting = [
        (spelling, group)
        for group in groups
        for spelling in group
        if name == spelling or name.endswith(f"_{spelling}")
    ]
    if not fitting:
        return ()
    known, group = max(fitting, key=lambda pair: len(pair[0]))
    before = name[: len(name) - len(known)]
    return tuple(before + other for other in group if other != known)
