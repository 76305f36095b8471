"""Softmax, gates, classes and cross-entropies.

From probabilities the cross-entropies are written as Keras defines them; the pass ``stabilise``
(ir/passes.py) sees a softmax or sigmoid in front and takes its logits instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core.config import epsilon
from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir import labels
from pronghorn.ir.graph import Node
from pronghorn.ops._elementwise import (
    exp,
    log,
    maximum,
    minimum,
    multiply,
    negative,
    sigmoid,
    softplus,
)
from pronghorn.ops._logic import greater_equal, less, where
from pronghorn.ops._reductions import logsumexp, max, sum
from pronghorn.ops._shapes import moveaxis, shape, split
from pronghorn.ops._values import as_array, as_node, is_symbolic, pointwise, unwrap

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "glu",
    "in_top_k",
    "log_softmax",
    "multi_hot",
    "one_hot",
    "softmax",
    "sparse_categorical_crossentropy",
]


def softmax(x: Any, axis: int = -1) -> Any:
    """e^x / Σ e^x along the axis."""
    x = unwrap(x)
    if isinstance(x, Node) and axis in (-1, x.rank - 1):
        return g.rowwise("softmax", x)
    x = x if isinstance(x, Node) else as_array(x)
    e = exp(x - max(x, axis, keepdims=True))
    return e / sum(e, axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """x - log Σ e^x along the axis."""
    x = unwrap(x)
    if isinstance(x, Node) and axis in (-1, x.rank - 1):
        return g.rowwise("log_softmax", x)
    x = x if isinstance(x, Node) else as_array(x)
    return x - logsumexp(x, axis, keepdims=True)


def glu(x: Any, axis: int = -1) -> Any:
    """a σ(b), a and b the halves of x along the axis."""
    a, b = split(x, 2, axis)
    return multiply(a, sigmoid(b))


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Any:
    """Integer labels (…) as a further axis of zeros with a one, the last by default."""
    x = unwrap(x)
    if isinstance(x, Node):
        hot: Any = labels.one_hot(x, num_classes)
    else:
        hot = np.asarray(np.arange(num_classes) == np.asarray(x)[..., None], dtype or np.float32)
    return hot if axis == -1 else moveaxis(hot, -1, axis)


def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None
) -> Any:
    """Integer labels (…, k) → (…, c): 1 for every class that is among the k."""
    if num_classes is None:
        raise GraphError(compose("ops.multi_hot", expected="num_classes", received="None"))
    hot = max(one_hot(inputs, num_classes, dtype=dtype), axis=-2)
    return hot if axis == -1 else moveaxis(hot, -1, axis)


def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """1 where fewer than k classes have a larger prediction than the target's, else 0."""
    classes = int(shape(predictions)[-1] or 0)
    own = sum(multiply(one_hot(targets, classes), predictions), axis=-1, keepdims=True)
    return less(sum(less(own, predictions), axis=-1), float(k))


@pointwise
def log_probability(p: Any, total: Any, *, eps: float) -> Any:
    return log(minimum(maximum(p / total, eps), 1.0 - eps))


@pointwise
def binary_crossentropy_of_probability(target: Any, p: Any, *, eps: float) -> Any:
    p = minimum(maximum(p, eps), 1.0 - eps)
    return -(target * log(p) + (1.0 - target) * log(1.0 - p))


@pointwise
def binary_crossentropy_of_logit(target: Any, z: Any) -> Any:
    # max(z, 0) - z t + log(1 + e^-|z|): no overflow for either sign. Written with one choice, so
    # that the slope at 0 is 1/2 - t: a net that starts with zeros has all its logits there.
    positive = greater_equal(z, 0.0)
    return where(positive, z, 0.0) - z * target + softplus(where(positive, negative(z), z))


def _log_probabilities(output: Any, from_logits: bool) -> Any:
    if from_logits:
        return output
    total = sum(output, axis=-1, keepdims=True)
    return log_probability(output, total, eps=epsilon())


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """-Σ_c target_c · log p_c over the axis, the last by default; p from logits by softmax.

    From probabilities p is divided by its sum and clipped to [1e-7, 1 - 1e-7], as in Keras.
    """
    target, output = _last(target, axis), _last(output, axis)
    if is_symbolic(target, output):
        target, output = as_node(target), as_node(output)
        return labels.per_row("dense_xent", _log_probabilities(output, from_logits), target)
    logits = _log_probabilities(as_array(output), from_logits)
    return -np.sum(as_array(target) * (log_softmax(logits) if from_logits else logits), axis=-1)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """-log p[target]: integer labels (n,) against (n, c), the classes along the axis."""
    target, output = unwrap(target), _last(output, axis)
    if is_symbolic(target, output):
        target, output = as_node(target), as_node(output)
        return labels.per_row("sparse_xent", _log_probabilities(output, from_logits), target)
    logits = _log_probabilities(as_array(output), from_logits)
    picked = log_softmax(logits) if from_logits else logits
    places = np.asarray(target).astype(np.int64)
    return -np.take_along_axis(picked, places[..., None], axis=-1)[..., 0]


def _last(x: Any, axis: int) -> Any:
    """The value with its classes along the last axis."""
    x = unwrap(x)
    return x if axis == -1 else moveaxis(x, axis, -1)


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-(t log p + (1 - t) log(1 - p)), element by element; p from logits by sigmoid."""
    if from_logits:
        return binary_crossentropy_of_logit(target, output)
    return binary_crossentropy_of_probability(target, output, eps=epsilon())
