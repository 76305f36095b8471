"""Uniform values of variance 1 / inputs."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.registry import register
from pronghorn.initializers._variance_scaling import VarianceScaling


@register("initializer", "lecun_uniform")
class LecunUniform(VarianceScaling):
    """w ~ U(−a, a), a = sqrt(3 / k).

    k and m are the rows and columns of the (k, m) kernel. ``seed`` defaults to None (drawn when
    the object is made).

    Source: keras.initializers.LecunUniform; LeCun et al. 1998, "Efficient BackProp".

    >>> w = LecunUniform(seed=1)((3, 50))
    >>> bool(abs(w).max() <= 1.0)
    True
    """

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed, input_axes, output_axes)
