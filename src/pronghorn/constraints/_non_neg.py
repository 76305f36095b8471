"""No weight below zero."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.constraints._base import Constraint


@register("constraint", "non_neg")
class NonNeg(Constraint):
    """max(w, 0), element by element.

    Source: keras.constraints.NonNeg.

    >>> import numpy as np
    >>> NonNeg()(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def __call__(self, w: Any) -> Any:
        """max(w, 0)."""
        return ops.maximum(w, 0.0)
