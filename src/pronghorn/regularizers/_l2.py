"""Squares."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.regularizers._base import Regularizer, read_factor
from pronghorn.regularizers._l1_l2 import penalty


@register("regularizer", "l2")
class L2(Regularizer):
    """l2 · Σw² over all elements of a weight of any shape.

    No half and no division by the number of rows. Default: l2 0.01, which Keras 2 called
    ``l``. Raises ParameterError for a negative or infinite factor.

    Source: keras.regularizers.L2 (ridge regression, Hoerl and Kennard 1970).

    >>> float(L2(0.5)([[1.0, -2.0]]))  # 0.5 · 5
    2.5
    """

    def __init__(self, l2: float = 0.01, **old: Any) -> None:
        self.l2 = read_factor("L2", "l2", l2, old)

    def __call__(self, w: Any) -> Any:
        """The penalty of ``w``."""
        return ops.sum(penalty(w, l1=0.0, l2=self.l2))
