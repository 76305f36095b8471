"""Columns of length one."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.registry import register
from pronghorn.constraints._base import Axes, Constraint, check_axis, norms


@register("constraint", "unit_norm")
class UnitNorm(Constraint):
    """w / (ε + ‖w‖), the norm ‖w‖ = √(Σ w²) taken over ``axis``.

    For a kernel (k, m), axis 0 gives every unit its own norm (1, m). ε = 1e-7 is
    ``config.epsilon()``. Default: axis 0.

    Source: keras.constraints.UnitNorm.

    >>> import numpy as np
    >>> UnitNorm()(np.array([[3.0], [4.0]])).round(5)
    array([[0.6],
           [0.8]])
    """

    def __init__(self, axis: Axes = 0) -> None:
        self.axis = check_axis("UnitNorm", axis)

    def __call__(self, w: Any) -> Any:
        """The formula above."""
        return ops.divide(w, ops.add(norms(w, self.axis), epsilon()))
