"""What a program imports but Pronghorn does not have: an error when it is used, not before.

Many programs import more than they use. ``from keras.layers import Conv2D, Dense`` runs as long as
nothing is done with Conv2D.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Any

from pronghorn.runner._frames import is_library_starting, program_frame, tell_place
from pronghorn.runner._outside import OutsideError, explain

__all__ = ["Switch", "absent", "find_original"]


# Asked with a name and the line that wants it: whether the original library takes over now.
Switch = Callable[[str, FrameType | None], bool]


class _Absent(type):
    """The class of such names: classes, so that ``isinstance(x, Conv2D)`` answers False."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> Any:
        if any(isinstance(base, _Absent) for base in bases):
            originals = tuple(
                base.original() if isinstance(base, _Absent) else base for base in bases
            )
            return types.new_class(name, originals, kwargs, lambda space: space.update(namespace))
        return super().__new__(cls, name, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls.original()(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{cls.__name__} has no attribute {name!r}")
        full, *rest = vars(cls)["wanted"]
        if is_library_starting(program_frame()):
            return absent(f"{full}.{name}", *rest)
        return getattr(cls.original(name), name)

    def original(cls, attribute: str | None = None) -> Any:
        """The thing itself, where the original library takes over; else OutsideError."""
        full, install, instead, switch = vars(cls)["wanted"]
        frame = program_frame()
        if switch(full, frame):
            return find_original(full)
        wanted = full if attribute is None else f"{full}.{attribute}"
        message = explain(wanted, install, tell_place(frame), instead)
        raise OutsideError(message, wanted, install, instead)


def absent(full: str, install: str, instead: str | None, switch: Switch) -> type:
    """A stand-in for the name: calling it, subclassing it, reading from it raises OutsideError."""
    name = full.rpartition(".")[2]
    wanted = {"wanted": (full, install, instead, switch), "__module__": __name__}
    made: type = _Absent(name, (), wanted)
    return made


def find_original(full: str) -> Any:
    """The value of a dotted name, from the library that is imported now."""
    module, _, name = full.rpartition(".")
    try:
        return getattr(import_module(module), name)
    except AttributeError:
        return import_module(full)
