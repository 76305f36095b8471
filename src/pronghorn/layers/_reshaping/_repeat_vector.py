"""A row several times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape, broadcast_to
from pronghorn.layers._base import Layer
from pronghorn.layers._input_spec import InputSpec

__all__ = ["RepeatVector"]


@register("layer", "RepeatVector")
class RepeatVector(Layer):
    """(rows, k) → (rows, n, k): each row n times.

    Args:
        n: At least 1.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for n below 1; ShapeError for rows with several axes.

    Source: keras.layers.RepeatVector.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.RepeatVector(2)(np.array([[1.0, 5.0]])).tolist()
    [[[1.0, 5.0], [1.0, 5.0]]]
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = check("RepeatVector", "n", n, Integer(low=1))

    def call(self, x: Any) -> Any:
        row = ops.reshape(x, (None, 1, x.shape[-1]))
        return broadcast_to(row, (None, self.n, x.shape[-1]))

    def _own_spec(self) -> InputSpec:
        return InputSpec(ndim=2)

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if len(shapes[0]) != 2:
            raise ShapeError(
                compose(
                    f"RepeatVector {self.name!r}",
                    expected="rows with one axis, shape (n, k)",
                    received=f"shape {shapes[0]}",
                    origin=origin,
                )
            )
