"""Lists and dicts in the attributes of a layer: they tell it in which order their members come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex

__all__ = ["KeptMetric", "keep"]

Note = Callable[[Any], None]


class KeptMetric:
    """What layers know of the metrics in their attributes; ``Metric`` is made of it."""


def keep(value: Any, note: Note) -> Any:
    """Plain lists and dicts, however nested, as such that call ``note`` with every new member."""
    if type(value) is list:
        return _KeptList(value, note)
    if type(value) is dict:
        return _KeptDict(value, note)
    note(value)
    return value


class _KeptList(list[Any]):
    def __init__(self, members: Iterable[Any], note: Note) -> None:
        super().__init__(keep(member, note) for member in members)
        self._note = note

    def append(self, member: Any) -> None:
        super().append(keep(member, self._note))

    def extend(self, members: Iterable[Any]) -> None:
        super().extend(keep(member, self._note) for member in members)

    def insert(self, place: SupportsIndex, member: Any) -> None:
        super().insert(place, keep(member, self._note))

    def __setitem__(self, place: Any, member: Any) -> None:
        kept = [keep(m, self._note) for m in member] if isinstance(place, slice) else None
        super().__setitem__(place, keep(member, self._note) if kept is None else kept)

    def __iadd__(self, members: Iterable[Any]) -> _KeptList:  # type: ignore[misc]
        self.extend(members)
        return self

    # A copy belongs to no layer.
    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return list, (list(self),)


class _KeptDict(dict[Any, Any]):
    def __init__(self, members: dict[Any, Any], note: Note) -> None:
        super().__init__({key: keep(member, note) for key, member in members.items()})
        self._note = note

    def __setitem__(self, key: Any, member: Any) -> None:
        super().__setitem__(key, keep(member, self._note))

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, member in dict(*args, **kwargs).items():
            self[key] = member

    def __ior__(self, members: Any) -> _KeptDict:  # type: ignore[misc]
        self.update(members)
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return dict, (dict(self),)
