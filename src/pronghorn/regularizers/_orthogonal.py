"""Angles between the rows, or the columns, of a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Interval, OneOf, check
from pronghorn._core.registry import register
from pronghorn.regularizers._base import Regularizer


@register("regularizer", "orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """factor · mean_{i<j} |u_i · u_j|, the u_i the rows of a kernel (k, m), each of length 1.

    It is least, 0, where the rows (``mode="columns"``: the columns) stand at right angles.
    Defaults: factor 0.01, mode "rows". Raises ParameterError for a negative or infinite factor
    and unknown modes, ShapeError for weights that have not two axes.

    Source: keras.regularizers.OrthogonalRegularizer.

    >>> penalty = OrthogonalRegularizer(factor=1.0)
    >>> round(float(penalty([[3.0, 4.0], [4.0, 3.0]])), 6)  # cos of the angle: 24 / 25
    0.96
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        owner = "OrthogonalRegularizer"
        self.factor = check(owner, "factor", factor, Interval(low=0.0, closed="left"))
        self.mode = check(owner, "mode", mode, OneOf("rows", "columns"))

    def __call__(self, w: Any) -> Any:
        """The penalty of ``w``."""
        w = ops.convert_to_tensor(w) if isinstance(w, list) else w
        shape = tuple(w.shape)
        if len(shape) != 2:
            raise ShapeError(
                compose(
                    "OrthogonalRegularizer",
                    expected="a weight of two axes (k, m)",
                    received=f"shape {shape}",
                    remedy="Use it for kernels",
                )
            )
        axis = 1 if self.mode == "rows" else 0
        size = int(shape[1 - axis])
        unit = ops.normalize(w, axis=axis)
        flipped = ops.transpose(unit)
        cosines = ops.matmul(unit, flipped) if axis else ops.matmul(flipped, unit)
        others = ops.multiply(ops.absolute(cosines), 1.0 - np.eye(size))
        # Each pair stands twice in the matrix; a single row has no pair.
        return ops.multiply(self.factor / max(size * (size - 1), 1), ops.sum(others))
