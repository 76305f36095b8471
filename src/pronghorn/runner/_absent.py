"""What a program imports but Pronghorn does not have: an error when it is used, not before.

Many programs import more than they use. ``from keras.layers import Conv2D, Dense`` runs as long as
nothing is done with Conv2D.
"""

from __future__ import annotations

from typing import Any, NoReturn

from pronghorn.runner._frames import program_frame, tell_place
from pronghorn.runner._outside import OutsideError, explain

__all__ = ["absent", "is_absent"]


class _Absent(type):
    """The class of such names: classes, so that ``isinstance(x, Conv2D)`` answers False."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> _Absent:
        for base in bases:
            if isinstance(base, _Absent):
                base._refuse()
        return super().__new__(cls, name, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        cls._refuse()

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(f"{cls.__name__} has no attribute {name!r}")
        cls._refuse(name)

    def _refuse(cls, name: str | None = None) -> NoReturn:
        full, install, instead = vars(cls)["wanted"]
        full = full if name is None else f"{full}.{name}"
        place = tell_place(program_frame())
        raise OutsideError(explain(full, install, place, instead), full, install, instead)


def absent(full: str, install: str, instead: str | None = None) -> type:
    """A stand-in for the name: calling it, subclassing it, reading from it raises OutsideError."""
    name = full.rpartition(".")[2]
    return _Absent(name, (), {"wanted": (full, install, instead), "__module__": __name__})


def is_absent(value: object) -> bool:
    """Whether a value is such a stand-in."""
    return isinstance(value, _Absent)
