"""What arguments of a command may be: rules that read plain JSON, and refuse the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pronghorn.errors import ParameterError

__all__ = [
    "Choice",
    "Fields",
    "Flag",
    "Free",
    "Items",
    "Maybe",
    "Number",
    "Rule",
    "Text",
    "Whole",
    "refuse",
]

_LONGEST_QUOTE = 60


class Rule(Protocol):
    """What a value may be."""

    def phrase(self) -> str:
        """The values allowed, in words."""
        ...

    def read(self, value: Any, where: str) -> Any:
        """The value as handlers take it; raises ParameterError, naming ``where``."""
        ...


def refuse(where: str, expected: str, received: Any) -> ParameterError:
    """The error for a value that a rule does not allow."""
    text = repr(received)
    if len(text) > _LONGEST_QUOTE:
        text = text[: _LONGEST_QUOTE - 1] + "…"
    return ParameterError(f"{where}: expected {expected}, received {text}.")


@dataclass(frozen=True)
class Number:
    """A finite number from ``low`` to ``high``.

    >>> Number(0.0, 1.0).read(1, "noise")
    1.0
    """

    low: float = -1e12
    high: float = 1e12

    def phrase(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"

    def read(self, value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refuse(where, self.phrase(), value)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise refuse(where, self.phrase(), value)
        return float(value)


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``; 3.0 is one."""

    low: int = 0
    high: int = 2**31 - 1

    def phrase(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def read(self, value: Any, where: str) -> int:
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not is_whole or not self.low <= value <= self.high:
            raise refuse(where, self.phrase(), value)
        return int(value)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def phrase(self) -> str:
        return "true or false"

    def read(self, value: Any, where: str) -> bool:
        if not isinstance(value, bool):
            raise refuse(where, self.phrase(), value)
        return value


@dataclass(frozen=True)
class Text:
    """A text of at most ``longest`` characters."""

    longest: int = 200

    def phrase(self) -> str:
        return f"a text of at most {self.longest} characters"

    def read(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > self.longest:
            raise refuse(where, self.phrase(), value)
        return value


@dataclass(frozen=True)
class Choice:
    """One of some texts; a function gives them where they are known only on use."""

    names: Sequence[str] | Callable[[], Sequence[str]]

    def phrase(self) -> str:
        return "one of " + ", ".join(self._names())

    def read(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in self._names():
            raise refuse(where, self.phrase(), value)
        return value

    def _names(self) -> Sequence[str]:
        return self.names() if callable(self.names) else self.names


@dataclass(frozen=True)
class Items:
    """A list of at least ``fewest`` and at most ``most`` values of one rule."""

    rule: Rule
    most: int
    fewest: int = 0

    def phrase(self) -> str:
        return f"a list of {self.fewest} to {self.most} entries, each {self.rule.phrase()}"

    def read(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list) or not self.fewest <= len(value) <= self.most:
            raise refuse(where, self.phrase(), value)
        return [self.rule.read(part, f"{where}[{i}]") for i, part in enumerate(value)]


@dataclass(frozen=True)
class Maybe:
    """None, or what another rule allows; ``usual`` where nothing was given."""

    rule: Rule
    usual: Any = None

    def phrase(self) -> str:
        return f"nothing, or {self.rule.phrase()}"

    def read(self, value: Any, where: str) -> Any:
        return self.usual if value is None else self.rule.read(value, where)


@dataclass(frozen=True)
class Fields:
    """An object with the fields named and no others; a ``Maybe`` may be left out.

    >>> Fields({"x": Number(), "colour": Maybe(Text(), "red")}).read({"x": 1}, "point")
    {'x': 1.0, 'colour': 'red'}
    """

    rules: Mapping[str, Rule]

    def phrase(self) -> str:
        return "an object with " + (", ".join(self.rules) or "no fields")

    def read(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refuse(where, self.phrase(), value)
        unknown = [key for key in value if key not in self.rules]
        if unknown:
            raise refuse(where, self.phrase(), unknown[0])
        return {
            name: rule.read(value.get(name), f"{where} {name}") for name, rule in self.rules.items()
        }


@dataclass(frozen=True)
class Free:
    """An object of any fields, whose reader is the handler: at most ``most`` of them."""

    most: int = 64

    def phrase(self) -> str:
        return f"an object of at most {self.most} fields"

    def read(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > self.most:
            raise refuse(where, self.phrase(), value)
        return value
