"""Values with mean 0 and variance 1, or mean square 1: what normalizing layers compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn._core import config
from pronghorn.ops._elementwise import add, multiply, rsqrt, square, subtract
from pronghorn.ops._reductions import mean, moments
from pronghorn.ops._shapes import ndim, reshape, shape
from pronghorn.ops._values import axes_of

__all__ = [
    "batch_normalization",
    "layer_normalization",
    "rms_normalization",
]


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: int | Sequence[int] = -1,
    epsilon: float | None = None,
) -> Any:
    """γ (x - mean) / sqrt(var + ε) + β over the axes; ε is 1e-7 by default."""
    average, variance = moments(x, axis, keepdims=True)
    centred = multiply(subtract(x, average), rsqrt(add(variance, _epsilon(epsilon))))
    scaled = centred if gamma is None else multiply(centred, _along(x, gamma, axis))
    return scaled if beta is None else add(scaled, _along(x, beta, axis))


def rms_normalization(
    x: Any, scale: Any = None, axis: int | Sequence[int] = -1, epsilon: float | None = None
) -> Any:
    """scale · x / sqrt(mean(x²) + ε) over the axes; ε is 1e-7 by default."""
    found = multiply(x, rsqrt(add(mean(square(x), axis, keepdims=True), _epsilon(epsilon))))
    return found if scale is None else multiply(found, scale)


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """scale (x - mean) / sqrt(variance + ε) + offset; the vectors go along the axis."""
    centred = subtract(x, _along(x, mean, axis))
    found = multiply(centred, rsqrt(add(_along(x, variance, axis), epsilon)))
    scaled = found if scale is None else multiply(found, _along(x, scale, axis))
    return scaled if offset is None else add(scaled, _along(x, offset, axis))


def _epsilon(given: float | None) -> float:
    return config.epsilon() if given is None else given


def _along(x: Any, vector: Any, axis: int | Sequence[int]) -> Any:
    """A vector in the shape in which it repeats beside x, along its axes.

    Numbers, and what has the axes of x, repeat as they are.
    """
    lengths = shape(x)
    if ndim(vector) in (0, len(lengths)):
        return vector
    axes = axes_of(axis, len(lengths))
    return reshape(vector, [size if i in axes else 1 for i, size in enumerate(lengths)])
