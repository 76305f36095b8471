"""Formulas as data: terms that Python evaluates over ``pronghorn.ops`` and a page writes out.

A term is a tuple: ``("number", 2.0)``, ``("name", "x")``, or an operation and its operands,
``("add", a, b)``. The operations are the keys of ``OPERATIONS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from pronghorn import ops
from pronghorn.errors import ParameterError

__all__ = ["OPERATIONS", "Term", "evaluate", "names_in", "replace", "tidy", "write"]

Term: TypeAlias = tuple[Any, ...]

# The largest whole exponent that is written as products, which negative bases allow.
_MOST_FACTORS = 64


def _power(base: Any, exponent: Any) -> Any:
    """base^exponent; a whole exponent by repeated squares, exact for negative bases too."""
    if not isinstance(exponent, float) or not exponent.is_integer():
        return ops.power(base, exponent)
    count = int(abs(exponent))
    if count > _MOST_FACTORS:
        return ops.power(base, exponent)
    result, square = None, base
    while count:
        if count & 1:
            result = square if result is None else ops.multiply(result, square)
        count >>= 1
        square = ops.multiply(square, square) if count else square
    if result is None:
        return ops.ones_like(base)
    return ops.divide(1.0, result) if exponent < 0 else result


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": ops.add,
    "sub": ops.subtract,
    "mul": ops.multiply,
    "div": ops.divide,
    "pow": _power,
    "neg": ops.negative,
    "maximum": ops.maximum,
    "minimum": ops.minimum,
    "select": ops.where,
    "gt": ops.greater,
    "ge": ops.greater_equal,
    "lt": ops.less,
    "le": ops.less_equal,
    "eq": ops.equal,
    "ne": ops.not_equal,
    "abs": ops.abs,
    "sign": ops.sign,
    "floor": ops.floor,
    "round": ops.round,
    "sqrt": ops.sqrt,
    "rsqrt": ops.rsqrt,
    "exp": ops.exp,
    "expm1": ops.expm1,
    "log": ops.log,
    "log1p": ops.log1p,
    "sin": ops.sin,
    "cos": ops.cos,
    "tan": ops.tan,
    "atan": ops.arctan,
    "sinh": ops.sinh,
    "cosh": ops.cosh,
    "tanh": ops.tanh,
    "erf": ops.erf,
    "sigmoid": ops.sigmoid,
    "relu": ops.relu,
    "softplus": ops.softplus,
}


def evaluate(term: Term, values: Mapping[str, Any]) -> Any:
    """The value of a term where its names mean these arrays, numbers or symbolic values.

    Raises ParameterError for a name without a value.

    >>> evaluate(("add", ("name", "x"), ("number", 2.0)), {"x": 1.0})
    np.float64(3.0)
    """
    done: dict[Term, Any] = {}

    def value_of(part: Term) -> Any:
        head = part[0]
        if head == "number":
            return float(part[1])
        if head == "name":
            if part[1] not in values:
                raise ParameterError(
                    f"formula: expected a value of {part[1]!r}, received values of "
                    f"{', '.join(values) or 'nothing'}."
                )
            return values[part[1]]
        # Equal parts are computed once: a formula's derivative repeats many.
        if part not in done:
            done[part] = OPERATIONS[head](*(value_of(operand) for operand in part[1:]))
        return done[part]

    return value_of(term)


def names_in(term: Term) -> tuple[str, ...]:
    """The names in a term, each once, sorted."""
    return tuple(sorted({part[1] for part in _walk(term) if part[0] == "name"}))


def replace(term: Term, known: Mapping[Term, Term]) -> Term:
    """The term with every part that is a key of ``known`` replaced; the largest parts first."""
    if term in known:
        return known[term]
    if term[0] in ("number", "name"):
        return term
    return (term[0], *(replace(operand, known) for operand in term[1:]))


def tidy(term: Term) -> Term:
    """The term as people write it: a · a as a².

    >>> tidy(("mul", ("name", "g"), ("name", "g")))
    ('pow', ('name', 'g'), ('number', 2.0))
    """
    if term[0] not in OPERATIONS:
        return term
    head, *operands = term[0], *map(tidy, term[1:])
    if head == "mul" and operands[0] == operands[1]:
        return ("pow", operands[0], ("number", 2.0))
    return (head, *operands)


_SIGNS = {"add": (" + ", 1), "sub": (" − ", 1), "mul": (" ", 2), "div": (" / ", 2)}


def write(term: Term) -> str:
    """A term as a line of text.

    >>> write(("mul", ("number", 2.0), ("add", ("name", "x"), ("number", 1.0))))
    '2 (x + 1)'
    """
    return _write(term, 0)


def _write(term: Term, binding: int) -> str:
    head = term[0]
    if head == "number":
        text, own = f"{term[1]:.6g}".replace("-", "−"), 4 if term[1] >= 0 else 1
    elif head == "name":
        text, own = str(term[1]), 4
    elif head in _SIGNS:
        sign, own = _SIGNS[head]
        if head == "mul" and term[2][0] == "number":
            sign = " · "
        # The right operand of − and / needs brackets already where it binds as weakly.
        right = own + (head in ("sub", "div", "mul"))
        text = f"{_write(term[1], own)}{sign}{_write(term[2], right)}"
    elif head == "pow":
        text, own = f"{_write(term[1], 4)}^{_write(term[2], 4)}", 3
    elif head == "neg":
        text, own = f"−{_write(term[1], 3)}", 1
    else:
        text, own = f"{head}({', '.join(_write(operand, 0) for operand in term[1:])})", 4
    return text if own >= binding else f"({text})"


def _walk(term: Term) -> Iterator[Term]:
    yield term
    if term[0] not in ("number", "name"):
        for operand in term[1:]:
            yield from _walk(operand)
