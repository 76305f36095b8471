"""A relu whose slope below zero is learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import constraints, initializers, ops, regularizers
from pronghorn._core.params import Integer, Optional, Several, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._input_spec import InputSpec
from pronghorn.layers._shapes import normalize_axes, require_lengths, require_rank

__all__ = ["PReLU"]


@register("layer", "PReLU")
class PReLU(Layer):
    """y = max(x, 0) − alpha · max(−x, 0): the slope below zero is a weight.

    Args:
        alpha_initializer: First slopes (``alpha``, of the shape of a row). Default "zeros".
        alpha_regularizer: A penalty added to the loss. Default None.
        alpha_constraint: What the slopes must satisfy. Default None.
        shared_axes: Axes, 1 being the first of a row, along which there is one slope for all.
            Default None.
        name: see ``Layer``.

    Errors: ParameterError for axes that there are not; ShapeError for input of another length.

    Source: keras.layers.PReLU; He et al. 2015 (arXiv:1502.01852).

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.PReLU("ones")(np.array([[-1.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        given = [shared_axes] if isinstance(shared_axes, int) else shared_axes
        self.shared_axes = check("PReLU", "shared_axes", given, Optional(Several(Integer(low=1))))

    def build(self, input_shape: Any) -> None:
        shared = normalize_axes("PReLU shared", self.shared_axes or (), len(input_shape))
        self.alpha = self.add_weight(
            tuple(1 if i in shared else s for i, s in enumerate(input_shape) if i > 0),
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, x: Any) -> Any:
        return _prelu(x, self.alpha.node())

    def _own_spec(self) -> InputSpec | None:
        if not self.built:
            return None
        shared = self.shared_axes or ()
        # As in Keras, which says nothing of the lengths where no axis is shared.
        axes = {i: s for i, s in enumerate(self.alpha.shape, 1) if shared and i not in shared}
        return InputSpec(ndim=self.alpha.ndim + 1, axes=axes)

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if self.built:
            shared = self.shared_axes or ()
            rank = self.alpha.ndim
            # From the last on, as slopes repeat along rows.
            axes = [i - rank for i in range(rank) if i + 1 not in shared]
            lengths = [self.alpha.shape[axis] for axis in axes]
            require_lengths(f"PReLU {self.name!r}", axes, lengths, shapes[0], origin)
            require_rank(f"PReLU {self.name!r}", rank + 1, shapes[0], origin)


@ops.pointwise
def _prelu(x: Any, alpha: Any) -> Any:
    return ops.relu(x) - alpha * ops.relu(ops.negative(x))
