"""All zeros."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.registry import register
from pronghorn.initializers._base import Initializer, Shape


@register("initializer", "zeros", "zero")
class Zeros(Initializer):
    """w = 0. The default of biases.

    Source: keras.initializers.Zeros.

    >>> Zeros()((2, 3)).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """Zeros of that shape."""
        return np.zeros(shape)
