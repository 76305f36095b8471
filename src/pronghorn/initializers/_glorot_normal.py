"""Normal values for tanh and sigmoid nets."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.registry import register
from pronghorn.initializers._variance_scaling import VarianceScaling


@register("initializer", "glorot_normal")
class GlorotNormal(VarianceScaling):
    """w ~ N(0, 2 / (k + m)), cut at two deviations.

    k and m are the rows and columns of the (k, m) kernel. ``seed`` defaults to None (drawn when
    the object is made).

    Source: keras.initializers.GlorotNormal; Glorot and Bengio 2010, "Understanding the
    difficulty of training deep feedforward networks".

    >>> w = GlorotNormal(seed=1)((784, 300))
    >>> round(float(w.var()) / (2 / (784 + 300)), 1)
    1.0
    """

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, input_axes, output_axes)
