"""Values whose variance fits the size of the layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Integer, Interval, OneOf, Optional, Several, check
from pronghorn._core.registry import register
from pronghorn.initializers._base import RandomInitializer, Shape

# The standard deviation of a standard normal cut at two deviations.
_TRUNCATED_STDDEV = 0.87962566103423978

_AXES = Optional(Several(Integer()))
_MODES = OneOf("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = OneOf("truncated_normal", "untruncated_normal", "uniform")


@register("initializer", "variance_scaling")
class VarianceScaling(RandomInitializer):
    """Zero mean and variance scale / fan, so that signals neither grow nor die with depth.

    fan of a (k, m) kernel: k for mode "fan_in", m for "fan_out", (k + m) / 2 for "fan_avg".
    distribution "uniform" draws from ±sqrt(3 scale / fan), "untruncated_normal" (or Keras's
    older "normal" for the truncated one) and "truncated_normal" from normals; the truncated one
    is widened so that its variance is right after the cut. ``input_axes`` and ``output_axes``
    name the axes that count as inputs and outputs, for weights that are not (k, m).

    Defaults: scale 1.0, "fan_in", "truncated_normal", seed None. Raises ParameterError for
    scale <= 0 and for unknown modes or distributions.

    Source: keras.initializers.VarianceScaling; He et al. 2015 (arXiv:1502.01852).

    >>> w = VarianceScaling(scale=2.0, seed=5)((784, 300))
    >>> round(float(w.std()) / math.sqrt(2 / 784), 2)
    1.0
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        owner = type(self).__name__
        if isinstance(distribution, str) and distribution == "normal":
            distribution = "truncated_normal"
        self.scale = check(owner, "scale", scale, Interval(low=0.0, closed="neither"))
        self.mode = check(owner, "mode", mode, _MODES)
        self.distribution = check(owner, "distribution", distribution, _DISTRIBUTIONS)
        self.input_axes = check(owner, "input_axes", input_axes, _AXES)
        self.output_axes = check(owner, "output_axes", output_axes, _AXES)
        super().__init__(seed)

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """Draws from the scaled distribution."""
        fan_in, fan_out = self._compute_fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return self._generator().uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return math.sqrt(variance) * self._generator().standard_normal(shape)
        return self._fill_truncated_normal(shape, math.sqrt(variance) / _TRUNCATED_STDDEV)

    def _compute_fans(self, shape: Shape) -> tuple[int, int]:
        if self.input_axes is not None and self.output_axes is not None:
            fan_in = math.prod(shape[axis] for axis in self.input_axes)
            return fan_in, math.prod(shape[axis] for axis in self.output_axes)
        if len(shape) < 2:
            size = shape[0] if shape else 1
            return size, size
        field = math.prod(shape[:-2])  # more than two axes: the leading ones belong to both fans
        return shape[-2] * field, shape[-1] * field
