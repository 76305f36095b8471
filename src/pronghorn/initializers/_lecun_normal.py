"""Normal values for selu nets."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn._core.registry import register
from pronghorn.initializers._variance_scaling import VarianceScaling


@register("initializer", "lecun_normal")
class LecunNormal(VarianceScaling):
    """w ~ N(0, 1 / k), cut at two deviations. For selu nets.

    k and m are the rows and columns of the (k, m) kernel. ``seed`` defaults to None (drawn when
    the object is made).

    Source: keras.initializers.LecunNormal; LeCun et al. 1998, "Efficient BackProp"; Klambauer
    et al. 2017 (arXiv:1706.02515).

    >>> w = LecunNormal(seed=1)((784, 300))
    >>> round(float(w.var()) / (1 / 784), 1)
    1.0
    """

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)
