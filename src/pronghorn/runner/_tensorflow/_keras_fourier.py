"""RandomFourierFeatures: a layer of Keras 2 that its successors left out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import initializers, ops
from pronghorn.errors import ParameterError, compose, describe
from pronghorn.layers import Layer
from pronghorn.saving import register_keras_serializable

__all__ = ["RandomFourierFeatures"]


@register_keras_serializable("keras.layers.experimental")
class RandomFourierFeatures(Layer):
    """y = cos(x W / s + b): x (n, k), W (k, m) and b (m,) random and fixed, s one number.

    Inner products of y approximate a kernel of x: exp(-|x - z|² / 2s²) where W is normal
    ("gaussian"), exp(-|x - z|₁ / s) where it is of Cauchy's distribution ("laplacian").

    Args:
        output_dim: m.
        kernel_initializer: "gaussian" (default), "laplacian", or an initializer of W.
        scale: s. Default √(k/2) for "gaussian", 1 for all else.
        trainable: Whether s is learned. Default False.

    Errors: ParameterError for m below 1 and for s that is not above 0.

    Source: keras.layers.experimental.RandomFourierFeatures; Rahimi and Recht (2007), Random
    Features for Large-Scale Kernel Machines.
    """

    def __init__(
        self,
        output_dim: int,
        kernel_initializer: Any = "gaussian",
        scale: float | None = None,
        trainable: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        for what, value in (("output_dim", output_dim), ("scale", scale)):
            if value is not None and not value > 0:
                raise ParameterError(
                    compose(
                        f"RandomFourierFeatures {what}",
                        expected="a number above 0",
                        received=describe(value),
                    )
                )
        super().__init__(trainable=trainable, name=name, **kwargs)
        self.output_dim = output_dim
        self.kernel_initializer = kernel_initializer
        self.scale = scale

    def build(self, input_shape: Any) -> None:
        size = input_shape[-1]
        scale = self.scale
        if scale is None:
            scale = math.sqrt(size / 2) if self._kind() == "gaussian" else 1.0
        self.unscaled_kernel = self.add_weight(
            name="unscaled_kernel",
            shape=(size, self.output_dim),
            initializer=self._read_initializer(),
            trainable=False,
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(self.output_dim,),
            initializer=initializers.RandomUniform(0.0, 2 * math.pi),
            trainable=False,
        )
        self.kernel_scale = self.add_weight(
            name="kernel_scale",
            shape=(1,),
            initializer=initializers.Constant(scale),
            constraint="non_neg",
        )

    def call(self, inputs: Any) -> Any:
        kernel = self.unscaled_kernel / self.kernel_scale
        return ops.cos(ops.matmul(inputs, kernel) + self.bias)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.output_dim)

    def get_config(self) -> dict[str, Any]:
        kernel = self.kernel_initializer
        if not isinstance(kernel, str):
            kernel = initializers.serialize(kernel)
        own = {"output_dim": self.output_dim, "kernel_initializer": kernel, "scale": self.scale}
        return {**super().get_config(), **own}

    def _kind(self) -> str | None:
        kind = self.kernel_initializer
        return kind.lower() if isinstance(kind, str) else None

    def _read_initializer(self) -> Any:
        if self._kind() == "gaussian":
            return initializers.RandomNormal(stddev=1.0)
        return _draw_cauchy if self._kind() == "laplacian" else self.kernel_initializer


def _draw_cauchy(shape: Any, dtype: Any = None) -> NDArray[Any]:
    # The quantile function of Cauchy's distribution, at uniform numbers.
    uniform = np.asarray(initializers.RandomUniform(-0.5, 0.5)(shape))
    return np.tan(math.pi * uniform)
