"""What a model says of itself until its class says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

__all__ = ["yielding"]

T = TypeVar("T")


class yielding(Generic[T]):
    """A property that gives way to an attribute of its name, which a program sets.

    Keras does not reserve these names in a subclass of Model: ``self.input_shape = (784,)`` is
    then an attribute as any other.

    >>> class Square:
    ...     @yielding
    ...     def side(self): return 2
    >>> square = Square()
    >>> square.side
    2
    >>> square.side = 3
    >>> square.side
    3
    """

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, holder: None, owner: type) -> yielding[T]: ...

    @overload
    def __get__(self, holder: object, owner: type) -> T: ...

    def __get__(self, holder: Any, owner: type) -> Any:
        return self if holder is None else self._read(holder)
