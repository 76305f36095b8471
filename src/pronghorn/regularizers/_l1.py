"""Absolute values."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.regularizers._base import Regularizer, read_factor
from pronghorn.regularizers._l1_l2 import penalty


@register("regularizer", "l1")
class L1(Regularizer):
    """l1 · Σ|w| over all elements of a weight of any shape.

    No half and no division by the number of rows. Default: l1 0.01, which Keras 2 called
    ``l``. Raises ParameterError for a negative or infinite factor.

    Source: keras.regularizers.L1 (the "lasso" of Tibshirani 1996).

    >>> float(L1(0.5)([[1.0, -2.0]]))  # 0.5 · 3
    1.5
    """

    def __init__(self, l1: float = 0.01, **old: Any) -> None:
        self.l1 = read_factor("L1", "l1", l1, old)

    def __call__(self, w: Any) -> Any:
        """The penalty of ``w``."""
        return ops.sum(penalty(w, l1=self.l1, l2=0.0))
