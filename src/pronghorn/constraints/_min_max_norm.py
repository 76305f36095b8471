"""Columns no shorter and no longer than two bounds."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.constraints._base import Axes, Constraint, check_axis, norms


@register("constraint", "min_max_norm")
class MinMaxNorm(Constraint):
    """w · (ρ clip(‖w‖, a, b) + (1 − ρ) ‖w‖) / (ε + ‖w‖), with ‖w‖ = √(Σ w²) over ``axis``.

    For a kernel (k, m), axis 0 gives every unit its own norm (1, m). ε = 1e-7 is
    ``config.epsilon()``. Defaults: min_value (a) 0.0, max_value (b) 1.0, rate (ρ) 1.0, axis 0; a
    rate below 1 moves towards the bounds step by step. Raises ParameterError for negative bounds
    and for a rate outside [0, 1].

    Source: keras.constraints.MinMaxNorm.

    >>> import numpy as np
    >>> MinMaxNorm(1.0, 2.0, rate=0.5)(np.array([[3.0], [4.0]])).round(5)  # length 3.5
    array([[2.1],
           [2.8]])
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0
    ) -> None:
        bound = Interval(low=0.0)
        self.min_value = check("MinMaxNorm", "min_value", min_value, bound)
        self.max_value = check("MinMaxNorm", "max_value", max_value, bound)
        self.rate = check("MinMaxNorm", "rate", rate, Interval(0.0, 1.0))
        self.axis = check_axis("MinMaxNorm", axis)

    def __call__(self, w: Any) -> Any:
        """The formula above."""
        found = norms(w, self.axis)
        inside = ops.multiply(ops.clip(found, self.min_value, self.max_value), self.rate)
        wanted = ops.add(inside, ops.multiply(found, 1.0 - self.rate))
        return ops.multiply(w, ops.divide(wanted, ops.add(found, epsilon())))
