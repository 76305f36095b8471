"""Dropout: noise that keeps hidden units from relying on each other."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.ir.draws import dropout_mask
from pronghorn.layers._arguments import renamed
from pronghorn.layers._base import Layer
from pronghorn.layers._regularization._noise import noise_source, read_noise_shape, shape_of_noise

__all__ = ["Dropout"]


@register("layer", "Dropout")
class Dropout(Layer):
    """y = x · mask / (1 − rate) in training, y = x otherwise; mask is 0 with probability rate.

    The mask is a pure function of a seed, the step, the row and the column: the same bits whatever
    the engine and the number of threads. The seed is the layer's own, or else that of the model
    with the place of the layer in it.

    Args:
        rate: The share of values set to 0, in [0, 1]. Older spelling: ``p``.
        noise_shape: The shape of the mask, None standing for the input's own length: (None, 1, 3)
            keeps or drops a column of each row as a whole, 1 in front draws one mask for all rows
            of a batch. Default None: every value is drawn on its own.
        seed: Fixes the masks, whatever ``utils.set_random_seed`` and the rest of the model are.
            Default None: masks follow from the seed of the model.
        name: see ``Layer``.

    Errors: ParameterError for a rate outside [0, 1]; ShapeError for input that the noise_shape
    does not fit.

    Source: keras.layers.Dropout; Srivastava et al., JMLR 15, 2014.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.Dropout(0.5)(np.ones((1, 3))).tolist()
    [[1.0, 1.0, 1.0]]
    """

    _takes_several = True
    _is_built_at_once = True
    supports_masking = True

    @renamed(p="rate")
    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = check("Dropout", "rate", rate, Interval(0.0, 1.0))
        self.noise_shape = read_noise_shape("Dropout", noise_shape)
        self.seed = check("Dropout", "seed", seed, Optional(Integer(low=0)))

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or self.rate == 0.0:
            return x
        if self.rate == 1.0:
            return ops.multiply(x, 0.0)
        shape = shape_of_noise(f"Dropout {self.name!r}", self.noise_shape, x.shape)
        return ops.multiply(x, dropout_mask(shape, self.rate, *noise_source(self, self.seed)))
