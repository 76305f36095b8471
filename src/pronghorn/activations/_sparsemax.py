"""Class probabilities of which many are exactly 0."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register


@register("activation", "sparsemax")
def sparsemax(x: Any, axis: int = -1) -> Any:
    """y_j = max(x_j − τ, 0) along the axis, τ such that the row sums to 1: (…, c) → (…, c).

    The nearest point of the simplex. τ is the largest of (S_j − 1) / n_j over j, where S_j is the
    sum of the n_j elements that are at least x_j. Work and memory grow with c². Default: the last
    axis. (Keras 3.15 adds up several S_j for τ; its rows sum to 1 only where one y_j is 1.)

    Source: keras.activations.sparsemax; Martins and Astudillo 2016 (arXiv:1602.02068).

    >>> sparsemax([[2.0, 1.5, 0.0]]).tolist()
    [[0.75, 0.25, 0.0]]
    """
    last = ops.moveaxis(x, axis, -1)
    others = ops.expand_dims(last, -2)
    at_least = ops.greater_equal(others, ops.expand_dims(last, -1))
    sums = ops.sum(ops.multiply(at_least, others), axis=-1)
    shares = ops.divide(ops.subtract(sums, 1.0), ops.sum(at_least, axis=-1))
    tau = ops.max(shares, axis=-1, keepdims=True)
    return ops.moveaxis(ops.maximum(ops.subtract(last, tau), 0.0), -1, axis)
