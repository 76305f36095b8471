"""Matrices that keep lengths."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.initializers._base import RandomInitializer, Shape


@register("initializer", "orthogonal", "OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """w = gain · Q, the columns of Q (k, m) orthonormal; its rows where k < m.

    Q is uniform over all such matrices: that of the QR decomposition of a normal matrix, its
    signs set by the diagonal of R. A weight of more than two axes (…, m) is made as a matrix
    whose leading axes are one.

    Defaults: gain 1.0, seed None. Raises ShapeError for weights of fewer than two axes.

    Source: keras.initializers.Orthogonal; Saxe et al. 2014 (arXiv:1312.6120).

    >>> w = Orthogonal(gain=2.0, seed=3)((5, 3)).astype("float64")
    >>> bool(np.allclose(w.T @ w, 4.0 * np.eye(3), atol=1e-5))
    True
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        self.gain = check("Orthogonal", "gain", gain, Interval(closed="neither"))
        super().__init__(seed)

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """The orthogonal factor of a normal matrix."""
        if len(shape) < 2:
            raise ShapeError(
                compose(
                    "Orthogonal",
                    expected="a weight of at least two axes",
                    received=f"shape {shape}",
                    remedy="Use it for kernels; a bias starts with zeros",
                )
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = self._generator().standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        q *= np.where(np.diagonal(r) < 0.0, -1.0, 1.0)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
