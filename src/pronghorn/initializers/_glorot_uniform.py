"""Uniform values for tanh and sigmoid nets, and the default."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.registry import register
from pronghorn.initializers._variance_scaling import VarianceScaling


@register("initializer", "glorot_uniform")
class GlorotUniform(VarianceScaling):
    """w ~ U(−a, a), a = sqrt(6 / (k + m)). The default of Dense kernels.

    k and m are the rows and columns of the (k, m) kernel. ``seed`` defaults to None (drawn when
    the object is made).

    Source: keras.initializers.GlorotUniform; Glorot and Bengio 2010, "Understanding the
    difficulty of training deep feedforward networks".

    >>> (w := GlorotUniform(seed=1)((10, 14))).shape
    (10, 14)
    >>> bool(abs(w).max() <= 0.5)
    True
    """

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, input_axes, output_axes)
