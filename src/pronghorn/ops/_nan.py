"""Reductions that leave NaN out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from pronghorn.ops._elementwise import divide, negative, sqrt, square, subtract
from pronghorn.ops._logic import isnan, logical_not, where
from pronghorn.ops._reductions import all, max, min, prod, sum
from pronghorn.ops._values import are_whole

__all__ = [
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
]

Axis: TypeAlias = int | Sequence[int] | None


def nansum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Σ x over the axes, of what is a number."""
    return sum(where(isnan(x), 0, x), axis, keepdims)


def nanmean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over the axes of what is a number."""
    return divide(nansum(x, axis, keepdims), sum(logical_not(isnan(x)), axis, keepdims))


def nanprod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Π x over the axes, of what is a number."""
    return prod(where(isnan(x), 1, x), axis, keepdims)


def nanmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest number over the axes; NaN where there is none."""
    if are_whole(x):
        return max(x, axis, keepdims)
    found = max(where(isnan(x), -math.inf, x), axis, keepdims)
    return where(all(isnan(x), axis, keepdims), math.nan, found)


def nanmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest number over the axes; NaN where there is none."""
    if are_whole(x):
        return min(x, axis, keepdims)
    return negative(nanmax(negative(x), axis, keepdims))


def nanvar(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The variance over the axes of what is a number."""
    return nanmean(square(subtract(x, nanmean(x, axis, keepdims=True))), axis, keepdims)


def nanstd(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The square root of ``nanvar``."""
    return sqrt(nanvar(x, axis, keepdims))
