"""Comparisons and choices.

Truth is 1 and falsehood 0, as float32, like everything symbolic; of arrays it is a boolean.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn.ops._values import known_array, scalar_op, unwrap

__all__ = [
    "equal",
    "greater",
    "greater_equal",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "nonzero",
    "not_equal",
    "where",
]


def greater(x1: Any, x2: Any) -> Any:
    """1 where x1 > x2, else 0."""
    return scalar_op("gt", x1, x2)


def greater_equal(x1: Any, x2: Any) -> Any:
    """1 where x1 >= x2, else 0."""
    return scalar_op("ge", x1, x2)


def less(x1: Any, x2: Any) -> Any:
    """1 where x1 < x2, else 0."""
    return scalar_op("lt", x1, x2)


def less_equal(x1: Any, x2: Any) -> Any:
    """1 where x1 <= x2, else 0."""
    return scalar_op("le", x1, x2)


def equal(x1: Any, x2: Any) -> Any:
    """1 where x1 = x2, else 0."""
    return scalar_op("eq", x1, x2)


def not_equal(x1: Any, x2: Any) -> Any:
    """1 where x1 ≠ x2, else 0."""
    return scalar_op("ne", x1, x2)


def logical_not(x: Any) -> Any:
    """1 where x is 0, else 0."""
    return equal(x, 0.0)


def logical_and(x1: Any, x2: Any) -> Any:
    """1 where neither x1 nor x2 is 0, else 0."""
    return scalar_op("mul", _truth(x1), _truth(x2))


def logical_or(x1: Any, x2: Any) -> Any:
    """1 where x1 or x2 is not 0, else 0."""
    return scalar_op("maximum", _truth(x1), _truth(x2))


def logical_xor(x1: Any, x2: Any) -> Any:
    """1 where exactly one of x1 and x2 is not 0, else 0."""
    return not_equal(_truth(x1), _truth(x2))


def isnan(x: Any) -> Any:
    """1 where x is no number, else 0."""
    x = unwrap(x)
    return not_equal(x, x)


def isinf(x: Any) -> Any:
    """1 where x is infinite, of either sign, else 0."""
    return equal(scalar_op("abs", x), float("inf"))


def isfinite(x: Any) -> Any:
    """1 where x is a finite number, else 0."""
    return less(scalar_op("abs", x), float("inf"))


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition is not 0, else x2; without both, of arrays, ``nonzero``."""
    if x1 is None and x2 is None:
        return nonzero(condition)
    return scalar_op("select", condition, x1, x2)


def nonzero(x: Any) -> Any:
    """The positions of the elements of an array that are not 0, one int32 array an axis."""
    return tuple(np.asarray(part, np.int32) for part in np.nonzero(known_array("nonzero", x)))


def _truth(x: Any) -> Any:
    return not_equal(x, 0.0)
