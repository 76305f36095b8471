"""Columns no longer than a bound."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.constraints._base import Axes, Constraint, check_axis, norms


@register("constraint", "max_norm")
class MaxNorm(Constraint):
    """w · min(‖w‖, c) / (ε + ‖w‖), the norm ‖w‖ = √(Σ w²) taken over ``axis``.

    For a kernel (k, m), axis 0 gives every unit its own norm (1, m). ε = 1e-7 is
    ``config.epsilon()``. Defaults: max_value (c) 2, axis 0. Raises ParameterError for a negative
    bound.

    Source: keras.constraints.MaxNorm; Srivastava et al. 2014 (JMLR 15), with dropout.

    >>> import numpy as np
    >>> MaxNorm(1.0)(np.array([[3.0, 0.0], [4.0, 0.5]])).round(5)  # norms 5 and 0.5
    array([[0.6, 0. ],
           [0.8, 0.5]])
    """

    def __init__(self, max_value: float = 2, axis: Axes = 0) -> None:
        self.max_value = check("MaxNorm", "max_value", max_value, Interval(low=0.0))
        self.axis = check_axis("MaxNorm", axis)

    def __call__(self, w: Any) -> Any:
        """The formula above."""
        found = norms(w, self.axis)
        return ops.multiply(
            w, ops.divide(ops.clip(found, 0.0, self.max_value), ops.add(found, epsilon()))
        )
