"""Uniform values for relu nets."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.registry import register
from pronghorn.initializers._variance_scaling import VarianceScaling


@register("initializer", "he_uniform")
class HeUniform(VarianceScaling):
    """w ~ U(−a, a), a = sqrt(6 / k). For relu nets.

    k and m are the rows and columns of the (k, m) kernel. ``seed`` defaults to None (drawn when
    the object is made).

    Source: keras.initializers.HeUniform; He et al. 2015 (arXiv:1502.01852).

    >>> w = HeUniform(seed=1)((6, 50))
    >>> bool(abs(w).max() <= 1.0)
    True
    """

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed, input_axes, output_axes)
