"""Normalization by the statistics of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import constraints, initializers, ops, regularizers
from pronghorn._core.params import Boolean, Integer, Interval, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._input_spec import InputSpec
from pronghorn.layers._masks import refuse_mask
from pronghorn.layers._normalization._scale_and_shift import ScaleAndShift
from pronghorn.layers._options import refuse_left_out
from pronghorn.layers._shapes import lengths_along, normalize_axes, require_lengths, require_rank

__all__ = ["BatchNormalization"]


@register("layer", "BatchNormalization")
class BatchNormalization(ScaleAndShift):
    """y = gamma · (x − μ) / sqrt(v + epsilon) + beta, one of each for every place of an axis.

    In training μ and v are mean and variance (not corrected for bias) over the batch and all
    other axes, and the step moves the averages: moving ← momentum · moving + (1 − momentum) · new.
    Otherwise, and while ``trainable`` is False, μ and v are the moving averages.

    Args:
        axis: The axis that keeps its places. Default −1.
        momentum: Of the moving averages. Default 0.99.
        epsilon: Added to the variance. Default 0.001.
        center, scale: Whether there are beta and gamma. Default True.
        beta_initializer, gamma_initializer: First values. Default "zeros" and "ones".
        moving_mean_initializer, moving_variance_initializer: Likewise.
        beta_regularizer, gamma_regularizer: Penalties added to the loss. Default None.
        beta_constraint, gamma_constraint: What the weights must satisfy. Default None.
        renorm, renorm_clipping, renorm_momentum, synchronized: As Keras's defaults only.
        name, trainable: see ``Layer``.

    Weights, in this order: gamma, beta, moving_mean, moving_variance.

    Errors: ParameterError for an axis that there is not, or for renormalization; ShapeError for
    input of another length.

    Source: keras.layers.BatchNormalization; Ioffe and Szegedy 2015 (arXiv:1502.03167).

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> norm = layers.BatchNormalization(epsilon=0.0)
    >>> norm(np.array([[1.0], [3.0]]), training=True).tolist()
    [[-1.0], [1.0]]
    >>> [round(float(w[0]), 2) for w in norm.get_weights()]
    [1.0, 0.0, 0.02, 1.0]
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = "BatchNormalization"
        refuse_left_out(
            owner,
            renorm=renorm,
            renorm_clipping=renorm_clipping,
            synchronized=synchronized,
        )
        self.renorm, self.renorm_clipping, self.synchronized = False, None, False
        self.renorm_momentum = renorm_momentum
        if isinstance(axis, list | tuple) and len(axis) == 1:
            (axis,) = axis  # as Keras 2 writes it
        self.axis = check(owner, "axis", axis, Integer())
        self.momentum = check(owner, "momentum", momentum, Interval(0.0, 1.0))
        self.epsilon = check(owner, "epsilon", epsilon, Interval(0.0, closed="left"))
        self.center = check(owner, "center", center, Boolean())
        self.scale = check(owner, "scale", scale, Boolean())
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape: Any) -> None:
        (axis,) = normalize_axes(f"BatchNormalization {self.name!r}", self.axis, len(input_shape))
        shape = (input_shape[axis],)
        self._add_scale_and_shift(shape)
        self.moving_mean = self.add_weight(
            shape, initializer=self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape,
            initializer=self.moving_variance_initializer,
            trainable=False,
            name="moving_variance",
        )

    def _mask_after(self, inputs: Any) -> None:
        refuse_mask(self, inputs)

    def call(self, x: Any, training: bool = False) -> Any:
        axis = self.axis % x.rank
        along = lengths_along(x.shape, (axis,))
        if training and self.trainable:
            others = tuple(i for i in range(x.rank) if i != axis)
            mean, variance = ops.moments(x, others)
            for moving, new in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving.node() * self.momentum + new * (1.0 - self.momentum))
        else:
            mean, variance = self.moving_mean.node(), self.moving_variance.node()
        inverse = ops.rsqrt(ops.add(variance, self.epsilon))
        if self.scale:
            inverse = ops.multiply(inverse, self.gamma.node())
        y = ops.multiply(ops.subtract(x, ops.reshape(mean, along)), ops.reshape(inverse, along))
        return ops.add(y, ops.reshape(self.beta.node(), along)) if self.center else y

    def _own_spec(self) -> InputSpec | None:
        if not self.built:
            return None
        return InputSpec(ndim=len(self._build_shape), axes={self.axis: self.moving_mean.shape[0]})

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if self.built:
            owner = f"BatchNormalization {self.name!r}"
            require_lengths(owner, self.axis, self.moving_mean.shape, shapes[0], origin)
            require_rank(owner, len(self._build_shape), shapes[0], origin)
