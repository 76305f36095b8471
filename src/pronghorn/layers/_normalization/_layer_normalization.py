"""Normalization by the statistics of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import constraints, initializers, ops, regularizers
from pronghorn._core.params import Boolean, Interval, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._normalization._scale_and_shift import ScaleAndShift
from pronghorn.layers._shapes import lengths_along, normalize_axes, read_axes, require_lengths

__all__ = ["LayerNormalization"]


@register("layer", "LayerNormalization")
class LayerNormalization(ScaleAndShift):
    """y = gamma · (x − μ) / sqrt(v + epsilon) + beta, μ and v over the axes of each row.

    Args:
        axis: The axis, or the axes, over which mean and variance (not corrected for bias) are
            taken; gamma and beta have a number for each place on them. Default −1.
        epsilon: Added to the variance. Default 0.001.
        center, scale: Whether there are beta and gamma. Default True.
        beta_initializer, gamma_initializer: First values. Default "zeros" and "ones".
        beta_regularizer, gamma_regularizer: Penalties added to the loss. Default None.
        beta_constraint, gamma_constraint: What the weights must satisfy. Default None.
        name: see ``Layer``.

    Weights, in this order: gamma, beta.

    Errors: ParameterError for axes that there are not; ShapeError for input of another length.

    Source: keras.layers.LayerNormalization; Ba et al. 2016 (arXiv:1607.06450).

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]])).tolist()
    [[-1.0, 1.0]]
    """

    supports_masking = True

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "LayerNormalization"
        self.axis = read_axes(owner, axis)
        self.epsilon = check(owner, "epsilon", epsilon, Interval(0.0, closed="left"))
        self.center = check(owner, "center", center, Boolean())
        self.scale = check(owner, "scale", scale, Boolean())
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Any) -> None:
        axes = normalize_axes(f"LayerNormalization {self.name!r}", self.axis, len(input_shape))
        shape = tuple(input_shape[axis] for axis in axes)
        self._add_scale_and_shift(shape)

    def call(self, x: Any) -> Any:
        axes = normalize_axes(f"LayerNormalization {self.name!r}", self.axis, x.rank)
        along = lengths_along(x.shape, axes)
        mean, variance = ops.moments(x, axes, keepdims=True)
        y = ops.multiply(ops.subtract(x, mean), ops.rsqrt(ops.add(variance, self.epsilon)))
        if self.scale:
            y = ops.multiply(y, ops.reshape(self.gamma.node(), along))
        return ops.add(y, ops.reshape(self.beta.node(), along)) if self.center else y

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if self.built and (self.scale or self.center):
            owner = f"LayerNormalization {self.name!r}"
            require_lengths(
                owner, self.axis, (self.gamma if self.scale else self.beta).shape, shapes[0], origin
            )
