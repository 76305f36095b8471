"""Rows of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["normalize"]


def normalize(x: Any, axis: int = -1, order: float = 2) -> NDArray[Any]:
    """y = x / ‖x‖, the norm of the given order along ``axis``; zeros stay zeros.

    Defaults: the last axis, order 2 (Euclidean). A single row (k,) comes back as (1, k).

    Source: keras.utils.normalize.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]]).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    values = np.asarray(x)
    norm = np.linalg.norm(values, order, axis, keepdims=True)
    return np.atleast_2d(values / np.where(norm == 0, 1, norm))
