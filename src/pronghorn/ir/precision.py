"""How exactly products of matrices are computed: the precision that product nodes carry.

- "float32": as the engine computes everything else.
- "bfloat16": Σ r(a) r(b), where r rounds to the nearest bfloat16 number (8 significant bits, ties
  to even); the sum, and everything around the product, is as exact as elsewhere.
- "high": Σ h(a) h(b) + h(a) l(b) + l(a) h(b), where h = r and l(a) = r(a - h(a)): three products of
  bfloat16 numbers, 16 significant bits of each operand. An engine may compute the product in
  float32 instead, where that takes less time; it is more exact.

The derivatives of a product have its precision. What makes nodes says which one holds with
``use_precision``; a product reads it once, when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PRECISIONS",
    "current_precision",
    "multiply_rounded",
    "round_to_bfloat16",
    "use_precision",
]

PRECISIONS = ("float32", "bfloat16", "high")

_here: ContextVar[str] = ContextVar("pronghorn_precision", default="float32")

# Of the 52 bits behind the point of a float64 bfloat16 has the first 7.
_DROPPED = np.uint64(45)
_HALF = np.uint64((1 << 44) - 1)
_KEPT = ~np.uint64((1 << 45) - 1)
_LARGEST = (2.0 - 2.0**-7) * 2.0**127


def current_precision() -> str:
    """The precision of products that are made here."""
    return _here.get()


@contextmanager
def use_precision(name: str) -> Iterator[None]:
    """Make products of this precision inside the block."""
    token = _here.set(name)
    try:
        yield
    finally:
        _here.reset(token)


def multiply_rounded(precision: str, a: Any, b: Any, product: Callable[[Any, Any], Any]) -> Any:
    """The product of two arrays in a precision; ``product`` multiplies what is rounded."""
    if precision == "float32":
        return product(a, b)
    high_a, high_b = round_to_bfloat16(a), round_to_bfloat16(b)
    found = product(high_a, high_b)
    if precision == "high":
        found = found + product(high_a, round_to_bfloat16(b - high_b))
        found = found + product(round_to_bfloat16(a - high_a), high_b)
    return found


def round_to_bfloat16(x: NDArray[Any]) -> NDArray[np.float64]:
    """The nearest bfloat16 numbers, ties to even; beyond the largest one infinity.

    >>> round_to_bfloat16(np.array([1.0, 1.001, 1 + 3 * 2.0**-8])).tolist()
    [1.0, 1.0, 1.015625]
    """
    x = np.ascontiguousarray(x, np.float64)
    bits = x.view(np.uint64)
    nearest = ((bits + (_HALF + ((bits >> _DROPPED) & np.uint64(1)))) & _KEPT).view(np.float64)
    nearest = np.where(np.abs(nearest) > _LARGEST, np.copysign(np.inf, x), nearest)
    return np.where(np.isfinite(x), nearest, x)
