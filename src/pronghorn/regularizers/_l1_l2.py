"""Absolute values and squares together."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.regularizers._base import Regularizer


@register("regularizer", "l1_l2", "l1l2")
class L1L2(Regularizer):
    """l1 · Σ|w| + l2 · Σw² over all elements of a weight of any shape.

    No half and no division by the number of rows. Defaults: both 0.0, as in Keras 3 (Keras 2
    had 0.01). Raises ParameterError for negative or infinite factors.

    Source: keras.regularizers.L1L2 (the "elastic net" of Zou and Hastie 2005).

    >>> float(L1L2(l1=0.5, l2=0.25)([[1.0, -2.0]]))  # 0.5 · 3 + 0.25 · 5
    2.75
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = check("L1L2", "l1", l1, Interval(low=0.0, closed="left"))
        self.l2 = check("L1L2", "l2", l2, Interval(low=0.0, closed="left"))

    def __call__(self, w: Any) -> Any:
        """The penalty of ``w``."""
        return ops.sum(penalty(w, l1=self.l1, l2=self.l2))


@ops.pointwise
def penalty(w: Any, *, l1: float, l2: float) -> Any:
    """l1 |w| + l2 w², element by element; a factor of 0 leaves its term out."""
    squares = ops.multiply(l2, ops.square(w))
    if l1 == 0.0:
        return squares
    magnitudes = ops.multiply(l1, ops.absolute(w))
    return magnitudes if l2 == 0.0 else ops.add(magnitudes, squares)
