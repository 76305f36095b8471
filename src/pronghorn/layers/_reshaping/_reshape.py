"""The same numbers in rows of another shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Integer, Several, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer

__all__ = ["Reshape"]


@register("layer", "Reshape")
class Reshape(Layer):
    """(n, a, b, …) → (n, *target_shape), in row-major order.

    Args:
        target_shape: The shape of one row; one length may be −1 and follows from the others.
        name, input_shape: see ``Layer``.

    Errors: ParameterError for lengths below 1 or several of −1; ShapeError for input with another
    number of values.

    Source: keras.layers.Reshape.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Reshape((2, -1))(np.zeros((5, 6))).shape
    (5, 2, 3)
    """

    _is_built_at_once = True

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        lengths = tuple(check("Reshape", "target_shape", target_shape, Several(Integer(low=-1))))
        if 0 in lengths or lengths.count(-1) > 1:
            raise ParameterError(
                compose(
                    "Reshape target_shape",
                    expected="a tuple of whole numbers of at least 1, at most one of them -1",
                    received=describe(target_shape),
                )
            )
        self.target_shape = lengths

    def call(self, x: Any) -> Any:
        return ops.reshape(x, (None, *self._lengths(x.shape)))

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        given, asked = prod(s for s in shapes[0] if s is not None), prod(self.target_shape)
        if given != asked if asked > 0 else given % asked:
            raise ShapeError(
                compose(
                    f"Reshape {self.name!r}",
                    expected=f"rows that fill the shape {self.target_shape}",
                    received=f"shape {shapes[0]}",
                    origin=origin,
                    remedy=f"A row has {given} numbers: the lengths of its axes must multiply to "
                    "that, or one of them be -1",
                )
            )

    def _lengths(self, shape: Shape) -> tuple[int, ...]:
        given = prod(s for s in shape if s is not None)
        rest = given // abs(prod(self.target_shape))
        return tuple(rest if s == -1 else s for s in self.target_shape)
