"""Ones on the diagonal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.initializers._base import Initializer, Shape


@register("initializer", "identity", "IdentityInitializer")
class Identity(Initializer):
    """w_ij = gain where i = j, else 0: a kernel (k, m) that starts as the identity.

    Default: gain 1.0. Raises ShapeError for weights that have not two axes.

    Source: keras.initializers.Identity.

    >>> Identity(gain=2.0)((2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = check("Identity", "gain", gain, Interval(closed="neither"))

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """The diagonal."""
        if len(shape) != 2:
            raise ShapeError(
                compose(
                    "Identity", expected="a weight of two axes (k, m)", received=f"shape {shape}"
                )
            )
        return self.gain * np.eye(*shape)
