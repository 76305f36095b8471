"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import constraints, initializers, ops, regularizers
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Boolean, Integer, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._activations._activation import activate, read_activation
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer
from pronghorn.layers._input_spec import InputSpec

__all__ = ["Dense"]


@register("layer", "Dense")
class Dense(Layer):
    """y = activation(x W + b): x (n, k), W (k, m), b (m,), y (n, m).

    Of input with more than two axes the last one is contracted: (n, t, k) → (n, t, m).

    Args:
        units: m, at least 1.
        activation: A name, a function or a layer. Default None: linear.
        use_bias: Whether b is added. Default True.
        kernel_initializer: First values of W (``kernel``). Default "glorot_uniform".
        bias_initializer: First values of b (``bias``). Default "zeros".
        kernel_regularizer, bias_regularizer: Penalties added to the loss. Default None.
        activity_regularizer: A penalty on y, divided by the batch size. Default None.
        kernel_constraint, bias_constraint: What the weights must satisfy. Default None.
        name, trainable, dtype, input_shape, input_dim: see ``Layer``.

    The spellings of Keras 1 are taken too: output_dim, init, bias, W_regularizer, b_regularizer,
    W_constraint, b_constraint.

    Errors: ParameterError for arguments outside their values, ShapeError for input whose last
    axis is not k.

    Source: keras.layers.Dense.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> dense = layers.Dense(2, kernel_initializer="ones")
    >>> dense(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[6.0, 6.0]]
    """

    supports_masking = True

    @renamed(
        output_dim="units",
        init="kernel_initializer",
        bias="use_bias",
        W_regularizer="kernel_regularizer",
        b_regularizer="bias_regularizer",
        W_constraint="kernel_constraint",
        b_constraint="bias_constraint",
    )
    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = check("Dense", "units", units, Integer(low=1))
        self.activation = read_activation(activation)
        self.use_bias = check("Dense", "use_bias", use_bias, Boolean())
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(
            (input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, x: Any) -> Any:
        z = ops.matmul(x, self.kernel.node())
        if self.use_bias:
            z = ops.add(z, self.bias.node())
        return activate(self, z)

    def _own_spec(self) -> InputSpec:
        return InputSpec(min_ndim=2, axes={-1: self.kernel.shape[0]} if self.built else None)

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        expected, received = None, ""
        if len(shapes[0]) < 2:
            expected, received = "rows with at least one axis, shape (n, k)", f"shape {shapes[0]}"
        elif shapes[0][-1] is None:
            expected = "a last axis of one length: the kernel has a row for each number of it"
            received = f"shape {shapes[0]}, of whatever length the rows have"
        elif self.built and shapes[0][-1] != self.kernel.shape[0]:
            expected = f"last axis {self.kernel.shape[0]} (set when it was built)"
            received = f"shape {shapes[0]}"
        if expected is not None:
            raise ShapeError(
                compose(
                    f"Dense {self.name!r}",
                    expected=expected,
                    received=received,
                    origin=origin,
                    remedy="Pass a matching array or build a new model"
                    if shapes[0][-1] is not None
                    else "Give Input that length, or reduce the steps: GlobalAveragePooling1D",
                )
            )
