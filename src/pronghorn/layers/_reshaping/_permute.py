"""Axes in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._input_spec import InputSpec

__all__ = ["Permute"]


@register("layer", "Permute")
class Permute(Layer):
    """(n, s_1, s_2, …) → (n, s_dims[0], s_dims[1], …): the axes of a row in another order.

    Args:
        dims: The axes 1 … k in the order wanted.
        name, input_shape: see ``Layer``.

    Errors: ParameterError unless dims are the numbers 1 … k; ShapeError for input with another
    number of axes.

    Source: keras.layers.Permute.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Permute((2, 1))(np.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims) if isinstance(dims, list | tuple) else ()
        if not self.dims or sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ParameterError(
                compose(
                    "Permute dims",
                    expected="the axes 1, 2, … in some order, such as (2, 1)",
                    received=describe(dims),
                )
            )

    def call(self, x: Any) -> Any:
        return ops.transpose(x, (0, *self.dims))

    def _own_spec(self) -> InputSpec:
        return InputSpec(ndim=1 + len(self.dims))

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if len(shapes[0]) != 1 + len(self.dims):
            raise ShapeError(
                compose(
                    f"Permute {self.name!r}",
                    expected=f"rows with {len(self.dims)} axes",
                    received=f"shape {shapes[0]}",
                    origin=origin,
                )
            )
