"""Element by element, made of others: angles, roots, tests of closeness, replacements of NaN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, compose
from pronghorn.ir.graph import Node
from pronghorn.ir.scalar import Expr
from pronghorn.ops._elementwise import (
    absolute,
    add,
    arctan,
    divide,
    erf,
    logaddexp,
    maximum,
    minimum,
    multiply,
    power,
    sign,
    sin,
    sqrt,
    square,
    subtract,
)
from pronghorn.ops._logic import (
    equal,
    greater,
    greater_equal,
    isfinite,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_or,
    where,
)
from pronghorn.ops._reductions import all
from pronghorn.ops._values import are_whole, as_array, as_fractions, pointwise, unwrap

__all__ = [
    "allclose",
    "arctan2",
    "cbrt",
    "deg2rad",
    "erfc",
    "fabs",
    "fmax",
    "fmin",
    "heaviside",
    "hypot",
    "isclose",
    "isneginf",
    "isposinf",
    "logaddexp2",
    "nan_to_num",
    "rad2deg",
    "select",
    "sinc",
]


@pointwise
def arctan2(x1: Any, x2: Any) -> Any:
    """The angle in (-π, π] of the point (x2, x1); 0 for the origin."""
    steep = greater(absolute(x1), absolute(x2))
    below = where(steep, x1, x2)
    # Never divided by 0: the larger of the two is 0 at the origin alone.
    share = divide(where(steep, x2, x1), where(equal(below, 0.0), 1.0, below))
    angle = arctan(share)
    side = where(greater_equal(x1, 0.0), 1.0, -1.0)
    turned = add(angle, where(less(x2, 0.0), multiply(side, math.pi), 0.0))
    return where(steep, subtract(multiply(side, math.pi / 2), angle), turned)


def hypot(x1: Any, x2: Any) -> Any:
    """sqrt(x1² + x2²)."""
    return sqrt(add(square(as_fractions(x1)), square(as_fractions(x2))))


def cbrt(x: Any) -> Any:
    """The cube root, of either sign."""
    return multiply(sign(x), power(absolute(x), 1.0 / 3.0))


def erfc(x: Any) -> Any:
    """1 - erf(x)."""
    return subtract(1.0, erf(x))


def sinc(x: Any) -> Any:
    """sin(π x) / (π x), and 1 at 0."""
    angle = multiply(where(equal(x, 0.0), 1.0, x), math.pi)
    return where(equal(x, 0.0), 1.0, divide(sin(angle), angle))


def heaviside(x1: Any, x2: Any) -> Any:
    """0 where x1 < 0, x2 where x1 = 0, 1 where x1 > 0."""
    return where(equal(x1, 0.0), as_fractions(x2), greater(x1, 0.0))


def logaddexp2(x1: Any, x2: Any) -> Any:
    """log2(2^x1 + 2^x2), without overflow."""
    ln2 = math.log(2.0)
    return divide(logaddexp(multiply(x1, ln2), multiply(x2, ln2)), ln2)


def fmax(x1: Any, x2: Any) -> Any:
    """The larger of the two; where one is NaN, the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2)))


def fmin(x1: Any, x2: Any) -> Any:
    """The smaller of the two; where one is NaN, the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2)))


def deg2rad(x: Any) -> Any:
    """x π / 180."""
    return multiply(x, math.pi / 180.0)


def rad2deg(x: Any) -> Any:
    """x 180 / π."""
    return multiply(x, 180.0 / math.pi)


def isposinf(x: Any) -> Any:
    """1 where x is +infinity, else 0."""
    return equal(x, math.inf)


def isneginf(x: Any) -> Any:
    """1 where x is -infinity, else 0."""
    return equal(x, -math.inf)


def isclose(
    x1: Any, x2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """1 where |x1 - x2| <= atol + rtol |x2|, or both are one infinity; else 0."""
    # Differences of whole numbers may be none of their kind.
    x1, x2 = as_fractions(x1), as_fractions(x2)
    bound = add(multiply(absolute(x2), rtol), atol)
    near = less_equal(absolute(subtract(x1, x2)), bound)
    close = logical_or(logical_and(near, isfinite(x2)), equal(x1, x2))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


def allclose(
    x1: Any, x2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """1 where ``isclose`` holds for all elements, else 0."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """x with numbers in place of NaN and ±infinity; by default 0 and the largest of float32."""
    if are_whole(x):
        return np.array(x)
    value = unwrap(x)
    kind = np.float32 if isinstance(value, Node | Expr) else as_array(value).dtype
    most = float(np.finfo(kind).max)
    high, low = most if posinf is None else posinf, -most if neginf is None else neginf
    finite = where(isposinf(x), high, where(isneginf(x), low, x))
    return where(isnan(x), nan, finite)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """The choice of the first condition that holds, else the default."""
    if not condlist or len(condlist) != len(choicelist):
        raise ParameterError(
            compose(
                "ops.select",
                expected="one choice for each condition, at least one",
                received=f"{len(condlist)} conditions and {len(choicelist)} choices",
            )
        )
    found = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = where(condition, choice, found)
    return found


def fabs(x: Any) -> Any:
    """|x|, also of whole numbers as a fraction."""
    return absolute(as_fractions(x))
