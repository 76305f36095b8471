"""What moving averages that start at 0 have gathered after t steps: bias corrections."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["gathered"]

# Beside 1 a double keeps nothing below 2^-53.
_NOTHING = 60.0 * math.log(2.0)


def gathered(beta: float, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 − β^t: the weight that the steps 1 … t have in a moving average of decay β.

    ``t`` does not fall. Powers that 1 does not feel are not taken: near the smallest double they
    take long, and of an epoch of short steps any power takes its share.

    >>> gathered(0.5, np.array([1.0, 2.0, 5000.0]))
    array([0.5 , 0.75, 1.  ])
    """
    if beta > 0.0 and t.size:
        enough = math.ceil(-_NOTHING / math.log(beta))
        if t.flat[0] >= enough:
            return np.ones_like(t)
        if t.flat[-1] > enough:
            t = np.minimum(t, enough)
    return np.asarray(1.0 - beta**t)
