"""All ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.registry import register
from pronghorn.initializers._base import Initializer, Shape


@register("initializer", "ones", "one")
class Ones(Initializer):
    """w = 1.

    Source: keras.initializers.Ones.

    >>> Ones()((2, 3)).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """Ones of that shape."""
        return np.ones(shape)
