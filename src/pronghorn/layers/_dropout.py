"""Dropout: noise that keeps hidden units from relying on each other."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Integer, Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.graph import dropout_mask
from pronghorn.layers._base import Layer
from pronghorn.layers._emission import current

__all__ = ["Dropout"]


@register("layer", "Dropout")
class Dropout(Layer):
    """y = x · mask / (1 − rate) in training, y = x otherwise; mask is 0 with probability rate.

    The mask is a pure function of the model's seed, the place of the layer in the model, the
    step, the row and the column: the same bits whatever the engine and the number of threads.

    Args:
        rate: The share of values set to 0, in [0, 1].
        noise_shape: None, the only one: every value is drawn on its own.
        seed: Draw another mask than the place in the model gives. Default None. What repeats a
            whole training is ``utils.set_random_seed``.
        name: see ``Layer``.

    Errors: ParameterError for a rate outside [0, 1] or a noise_shape.

    Source: keras.layers.Dropout; Srivastava et al., JMLR 15, 2014.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Dropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = check("Dropout", "rate", rate, Interval(0.0, 1.0))
        if noise_shape is not None:
            raise ParameterError(
                compose(
                    "Dropout noise_shape",
                    expected="None (every value drawn on its own)",
                    received=describe(noise_shape),
                )
            )
        self.noise_shape = None
        self.seed = check("Dropout", "seed", seed, Optional(Integer(low=0)))

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or self.rate == 0.0:
            return x
        if self.rate == 1.0:
            return ops.multiply(x, 0.0)
        stream = current().next_stream()
        if self.seed is not None:
            # Away from the numbers of places, which are small.
            stream = (self.seed * 0x9E3779B1 + stream) % 2**31 + 2**31
        return ops.multiply(x, dropout_mask(x.shape, self.rate, stream))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "rate": self.rate,
            "noise_shape": None,
            "seed": self.seed,
        }
