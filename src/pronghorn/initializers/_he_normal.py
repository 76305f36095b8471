"""Normal values for relu nets."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.registry import register
from pronghorn.initializers._variance_scaling import VarianceScaling


@register("initializer", "he_normal")
class HeNormal(VarianceScaling):
    """w ~ N(0, 2 / k), cut at two deviations. For relu nets.

    k and m are the rows and columns of the (k, m) kernel. ``seed`` defaults to None (drawn when
    the object is made).

    Source: keras.initializers.HeNormal; He et al. 2015 (arXiv:1502.01852).

    >>> w = HeNormal(seed=1)((784, 300))
    >>> round(float(w.var()) / (2 / 784), 1)
    1.0
    """

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)
