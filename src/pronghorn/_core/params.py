"""Declared parameters: what an argument may be, as data, with one checker and one message."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = [
    "Boolean",
    "Integer",
    "Interval",
    "MismatchError",
    "OfType",
    "OneOf",
    "Optional",
    "PathName",
    "Rule",
    "Several",
    "check",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class MismatchError(Exception):
    """A value does not fit its rule; ``check`` turns it into a ParameterError."""


class Rule(Protocol[T_co]):
    """What a parameter may be: says so in words, and converts a value or raises MismatchError."""

    def phrase(self) -> str:
        """The values allowed, in words: "a number in [0, 1)"."""
        ...

    def convert(self, value: object) -> T_co:
        """The value as the library stores it; raises MismatchError where it does not fit."""
        ...


@dataclass(frozen=True)
class Interval:
    """A real number between two bounds. Lenient: ints, NumPy scalars and 0-d arrays are numbers.

    ``closed`` says which bounds belong to it: "both", "left", "right" or "neither". NaN never
    fits; infinity only where a bound is infinite and belongs to it.

    >>> check("SGD", "momentum", 0, Interval(0.0, 1.0))
    0.0
    """

    low: float = -math.inf
    high: float = math.inf
    closed: str = "both"

    def phrase(self) -> str:
        if self.low == -math.inf and self.high == math.inf:
            return "a finite number" if self.closed == "neither" else "a number"
        left = "[" if self.closed in ("both", "left") else "("
        right = "]" if self.closed in ("both", "right") else ")"
        return f"a number in {left}{self.low:g}, {self.high:g}{right}"

    def convert(self, value: object) -> float:
        number = _as_number(value)
        above = number >= self.low if self.closed in ("both", "left") else number > self.low
        below = number <= self.high if self.closed in ("both", "right") else number < self.high
        if not (above and below):
            raise MismatchError
        return number


@dataclass(frozen=True)
class Integer:
    """A whole number between two bounds, both included; 3.0 is one, True and 3.5 are not.

    >>> check("Dense", "units", 10.0, Integer(low=1))
    10
    """

    low: int | None = None
    high: int | None = None

    def phrase(self) -> str:
        if self.low is not None and self.high is not None:
            return f"a whole number from {self.low} to {self.high}"
        if self.low is not None:
            return f"a whole number of at least {self.low}"
        return "a whole number" if self.high is None else f"a whole number of at most {self.high}"

    def convert(self, value: object) -> int:
        number = value if isinstance(value, int) else _as_number(value)
        if isinstance(value, bool) or not math.isfinite(number) or number != int(number):
            raise MismatchError
        whole = int(number)
        if (self.low is not None and whole < self.low) or (
            self.high is not None and whole > self.high
        ):
            raise MismatchError
        return whole


@dataclass(frozen=True)
class Boolean:
    """True or False; NumPy's booleans, 0 and 1 count as such."""

    def phrase(self) -> str:
        return "True or False"

    def convert(self, value: object) -> bool:
        if isinstance(value, bool | np.bool_) or (isinstance(value, int) and value in (0, 1)):
            return bool(value)
        raise MismatchError


@dataclass(frozen=True)
class OneOf(Generic[T]):
    """One of the values listed.

    >>> check("VarianceScaling", "mode", "fan_in", OneOf("fan_in", "fan_out", "fan_avg"))
    'fan_in'
    """

    values: tuple[T, ...]

    def __init__(self, *values: T) -> None:
        object.__setattr__(self, "values", values)

    def phrase(self) -> str:
        return f"one of {', '.join(repr(value) for value in self.values)}"

    def convert(self, value: object) -> T:
        for allowed in self.values:
            if type(allowed) is type(value) and allowed == value:
                return allowed
        raise MismatchError


@dataclass(frozen=True)
class OfType:
    """An instance of one of the types listed, as it is."""

    types: tuple[type, ...]

    def __init__(self, *types: type) -> None:
        object.__setattr__(self, "types", types)

    def phrase(self) -> str:
        return f"an object of type {' or '.join(kind.__name__ for kind in self.types)}"

    def convert(self, value: object) -> Any:
        if not isinstance(value, self.types):
            raise MismatchError
        return value


@dataclass(frozen=True)
class Several(Generic[T]):
    """A list of values that fit a rule; any sequence, set or array of one axis becomes one.

    >>> check("AUC", "thresholds", (0, 0.5), Several(Interval(0.0, 1.0)))
    [0.0, 0.5]
    """

    rule: Rule[T]

    def phrase(self) -> str:
        return f"a list, each of it {self.rule.phrase()}"

    def convert(self, value: object) -> list[T]:
        if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__iter__"):
            raise MismatchError
        try:
            members = list(value)
        except TypeError:  # an array without axes
            raise MismatchError from None
        return [self.rule.convert(member) for member in members]


@dataclass(frozen=True)
class PathName:
    """The path of a file or folder: a text or an object of pathlib."""

    def phrase(self) -> str:
        return "a path"

    def convert(self, value: object) -> str:
        path = os.fspath(value) if isinstance(value, str | os.PathLike) else None
        if not isinstance(path, str):
            raise MismatchError
        return path


@dataclass(frozen=True)
class Optional(Generic[T]):
    """None, or what another rule allows."""

    rule: Rule[T]

    def phrase(self) -> str:
        return f"None or {self.rule.phrase()}"

    def convert(self, value: object) -> T | None:
        return None if value is None else self.rule.convert(value)


def check(owner: str, name: str, value: object, rule: Rule[T], *, remedy: str | None = None) -> T:
    """Convert an argument by its rule, or refuse it.

    Raises ParameterError: ``SGD momentum: expected a number in [0, 1], received 1.5 (float).``

    >>> check("Dropout", "rate", "0.5", Interval(0.0, 1.0))
    Traceback (most recent call last):
    pronghorn._core.errors.ParameterError: Dropout rate: expected a number in [0, 1], received \
'0.5' (str).
    """
    try:
        return rule.convert(value)
    except MismatchError:
        pass
    raise ParameterError(
        compose(f"{owner} {name}", expected=rule.phrase(), received=describe(value), remedy=remedy)
    )


def _as_number(value: object) -> float:
    if isinstance(value, bool | np.bool_ | str | bytes | Sequence):
        raise MismatchError
    if isinstance(value, numbers.Real):
        return float(value)
    if getattr(value, "shape", None) == () and getattr(value, "dtype", None) is not None:
        array = np.asarray(value)
        if array.dtype.kind in "iuf":
            return float(array)
    raise MismatchError
