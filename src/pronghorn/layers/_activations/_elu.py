"""The exponential linear unit as a layer."""

from __future__ import annotations

from typing import Any

from pronghorn import activations
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer

__all__ = ["ELU"]


@register("layer", "ELU")
class ELU(Layer):
    """y = x for x > 0, else alpha (e^x − 1), shape unchanged.

    Args:
        alpha: What −y tends to for large negative x. Default 1.0.
        name: see ``Layer``.

    Errors: ParameterError for an alpha that is not finite.

    Source: keras.layers.ELU; Clevert et al. 2015 (arXiv:1511.07289).

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> layers.ELU()(np.array([[-100.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    _is_built_at_once = True
    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = check("ELU", "alpha", alpha, Interval(closed="neither"))

    def call(self, x: Any) -> Any:
        return activations.elu(x, alpha=self.alpha)
