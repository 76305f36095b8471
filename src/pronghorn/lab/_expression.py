"""A formula that the user typed, such as ``sin(x) + y^2 / 3``, read by a grammar of its own.

::

    sum     = product  { ("+" | "-") product }
    product = signed   { ("*" | "/") signed | power }      2x and 2(x + 1) are products
    signed  = { "+" | "-" } power
    power   = atom [ ("^" | "**") signed ]
    atom    = number | name | name "(" sum { "," sum } ")" | "(" sum ")"

Nothing is ever executed: the text becomes a term (see ``_terms``), whose names are the ones
allowed and whose functions are those of the table below.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pronghorn.errors import ParameterError
from pronghorn.lab._terms import Term, evaluate, names_in

__all__ = ["FUNCTIONS", "LONGEST_TEXT", "Expression", "read_expression"]

LONGEST_TEXT = 400
_DEEPEST = 24
_MOST_PARTS = 300

_CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
# What may be called: operation and number of operands. ``round`` and ``sign`` have no slope.
FUNCTIONS: dict[str, tuple[str, int]] = {
    **{
        name: (name, 1)
        for name in (
            *("abs", "sign", "floor", "round", "sqrt", "exp", "log", "sin", "cos", "tan"),
            *("sinh", "cosh", "tanh", "atan", "erf", "sigmoid", "relu", "softplus"),
        )
    },
    "ln": ("log", 1),
    "arctan": ("atan", 1),
    "max": ("maximum", 2),
    "min": ("minimum", 2),
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_π]\w*)"
    r"|(?P<sign>\*\*|[-+*/^(),]))"
)
# What people paste: signs of typesetting for those of the grammar.
_SPELLINGS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "²": "^2", "³": "^3", "⁴": "^4"}
)


@dataclass(frozen=True)
class Expression:
    """A formula that was read: call it with a value for each name.

    >>> bowl = read_expression("(x^2 + 50y^2) / 2", ["x", "y"])
    >>> float(bowl(x=1.0, y=2.0))
    100.5
    """

    text: str
    term: Term

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that stand in it."""
        return names_in(self.term)

    def __call__(self, **values: Any) -> Any:
        """The formula over ``pronghorn.ops``: on numbers, arrays or symbolic values."""
        return evaluate(self.term, values)


def read_expression(text: str, names: Sequence[str]) -> Expression:
    """The formula in a text, whose variables are among ``names``.

    Raises ParameterError, which says where and what was expected, for everything else; also for
    more than 400 characters, 24 levels of brackets or 300 operations.
    """
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise ParameterError(
            f"formula: expected a text of at most {LONGEST_TEXT} characters, "
            f"received {len(text) if isinstance(text, str) else type(text).__name__}."
        )
    return Expression(text.strip(), _Reader(text, tuple(names)).read())


class _Reader:
    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.names = names
        self.tokens = _split(text.translate(_SPELLINGS))
        self.at = 0
        self.depth = 0
        self.parts = 0

    def read(self) -> Term:
        term = self.sum()
        if self.kind != "end":
            raise self.fail("an operation such as * or the end")
        return term

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def text(self) -> str:
        return self.tokens[self.at][1]

    def take(self) -> str:
        text = self.text
        self.at += 1
        return text

    def fail(self, expected: str) -> ParameterError:
        kind, text, position = self.tokens[self.at]
        received = "the end" if kind == "end" else f"{text!r} at character {position + 1}"
        return ParameterError(f"formula: expected {expected}, received {received}.")

    def make(self, operation: str, *operands: Term) -> Term:
        self.parts += 1
        if self.parts > _MOST_PARTS:
            raise ParameterError(f"formula: expected at most {_MOST_PARTS} operations.")
        return (operation, *operands)

    def sum(self) -> Term:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ParameterError(f"formula: expected at most {_DEEPEST} levels of brackets.")
        term = self.product()
        while self.text in ("+", "-"):
            operation = "add" if self.take() == "+" else "sub"
            term = self.make(operation, term, self.product())
        self.depth -= 1
        return term

    def product(self) -> Term:
        term = self.signed()
        while True:
            if self.text in ("*", "/"):
                operation = "mul" if self.take() == "*" else "div"
                term = self.make(operation, term, self.signed())
            elif self.is_implied():
                term = self.make("mul", term, self.power())
            else:
                return term

    def is_implied(self) -> bool:
        """Whether a product without a sign follows: 2x, 2(x + 1), (x + 1)(y - 1), (x)y."""
        before, _, _ = self.tokens[self.at - 1]
        follows = self.kind == "name" or self.text == "("
        return follows and (before == "number" or self.tokens[self.at - 1][1] == ")")

    def signed(self) -> Term:
        negative = False
        while self.text in ("+", "-"):
            negative ^= self.take() == "-"
        term = self.power()
        if not negative:
            return term
        return ("number", -term[1]) if term[0] == "number" else self.make("neg", term)

    def power(self) -> Term:
        base = self.atom()
        if self.text not in ("^", "**"):
            return base
        self.take()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ParameterError(f"formula: expected at most {_DEEPEST} powers of powers.")
        exponent = self.signed()
        self.depth -= 1
        if base == ("number", math.e):
            return self.make("exp", exponent)
        return self.make("pow", base, exponent)

    def atom(self) -> Term:
        if self.kind == "number":
            if not math.isfinite(float(self.text)):
                raise self.fail("a finite number")
            return ("number", float(self.take()))
        if self.kind == "name":
            return self.named()
        if self.text == "(":
            self.take()
            return self.closed(self.sum())
        raise self.fail("a number, a name or '('")

    def closed(self, term: Term) -> Term:
        if self.text != ")":
            raise self.fail("')'")
        self.take()
        return term

    def named(self) -> Term:
        name = self.text
        if name in self.names:
            self.take()
            return ("name", name)
        if name in FUNCTIONS:
            self.take()
            return self.called(name)
        if name in _CONSTANTS:
            self.take()
            return ("number", _CONSTANTS[name])
        raise self.fail(
            f"one of the variables {', '.join(self.names)} or the functions {', '.join(FUNCTIONS)}"
        )

    def called(self, name: str) -> Term:
        operation, count = FUNCTIONS[name]
        if self.text != "(":
            raise self.fail(f"'(' after {name}")
        self.take()
        operands = [self.sum()]
        while self.text == ",":
            self.take()
            operands.append(self.sum())
        if len(operands) != count:
            raise ParameterError(
                f"formula: expected {count} operand{'s' * (count > 1)} of {name}, "
                f"received {len(operands)}."
            )
        return self.closed(self.make(operation, *operands))


def _split(text: str) -> list[tuple[str, str, int]]:
    """(kind, text, position) of each token, and the end."""
    found = []
    at = 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None or token.lastgroup is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ParameterError(
                f"formula: expected numbers, names and + - * / ^ ( ) ,, received "
                f"{text[at]!r} at character {at + 1}."
            )
        kind = token.lastgroup
        found.append((kind, token[kind], token.start(kind)))
        at = token.end()
    return [*found, ("end", "", len(text))]
