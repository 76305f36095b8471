"""Numbers that an optimizer shows: floats and ints with the methods of a Keras variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Count", "Rate", "Reading"]


class Reading(float):
    """A float that code written for tensors can use: ``.numpy()``, ``.value``, ``.shape``.

    >>> Reading(0.5).numpy(), Reading(0.5) * 2
    (np.float32(0.5), 1.0)
    """

    shape: tuple[int, ...] = ()
    dtype = "float32"

    @property
    def value(self) -> float:
        return float(self)

    def numpy(self) -> Any:
        """The number as NumPy's float32."""
        return np.float32(self)

    def __reduce__(self) -> tuple[type, tuple[float]]:
        # What travels is the number; where it was read stays behind.
        return float, (float(self),)


class _Assignable:
    """What tells Keras's path of a number and writes it back to the optimizer."""

    path: str
    _write: Callable[[Any], None]

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    def assign(self, value: Any) -> None:
        """Set the optimizer's number, with the checks of its attribute."""
        self._write(value)


class Rate(_Assignable, Reading):
    """A number of an optimizer as it was when it was read; ``assign`` changes the optimizer's.

    ``path`` is the name that Keras gives it: "adam/learning_rate".
    """

    def __new__(cls, value: float, path: str, write: Callable[[Any], None]) -> Rate:
        made = super().__new__(cls, value)
        made.path, made._write = path, write
        return made


class Count(_Assignable, int):
    """The steps an optimizer had taken when this was read; ``assign`` changes the optimizer's."""

    shape: tuple[int, ...] = ()
    dtype = "int64"

    def __new__(cls, value: int, path: str, write: Callable[[Any], None]) -> Count:
        made = super().__new__(cls, value)
        made.path, made._write = path, write
        return made

    @property
    def value(self) -> int:
        return int(self)

    def numpy(self) -> Any:
        """The number as NumPy's int64."""
        return np.int64(self)

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return int, (int(self),)
