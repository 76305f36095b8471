"""The self-normalizing exponential linear unit."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register

# The fixed point of Klambauer et al., appendix A: mean 0 and variance 1 map to themselves.
_ALPHA = 1.6732632423543772848170429916717
_SCALE = 1.0507009873554804934193349852946


@register("activation", "selu")
@ops.pointwise
def selu(x: Any) -> Any:
    """y = 1.0507 x for x > 0, else 1.0507 · 1.67326 (e^x − 1), element by element.

    Use it with ``kernel_initializer="lecun_normal"``.

    Source: keras.activations.selu; Klambauer et al. 2017 (arXiv:1706.02515).

    >>> [round(selu(x).item(), 5) for x in (1.0, -1.0)]
    [1.0507, -1.11133]
    """
    positive = ops.greater(x, 0.0)
    # The branch not taken must stay finite too, or its zero derivative becomes 0 · inf.
    below = ops.where(positive, 0.0, x)
    return ops.multiply(_SCALE, ops.where(positive, x, ops.multiply(_ALPHA, ops.expm1(below))))
