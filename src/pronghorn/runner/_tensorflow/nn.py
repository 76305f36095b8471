"""``tf.nn``: activations, cross-entropies and what layers are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import activations, ops
from pronghorn.runner._tensorflow import _arrays, random
from pronghorn.runner._tensorflow._calls import FUNCTIONS, is_symbolic, operand, serve, served
from pronghorn.runner._tensorflow._tensor import read_value

# The registered functions themselves, so that models with activation=tf.nn.relu can be saved.

for _name in (
    *("elu", "gelu", "leaky_relu", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu"),
    *("softmax", "softplus", "softsign", "tanh"),
):
    FUNCTIONS[f"nn.{_name}"] = getattr(activations, _name)
FUNCTIONS["nn.swish"] = activations.silu
FUNCTIONS["sigmoid"], FUNCTIONS["tanh"] = activations.sigmoid, activations.tanh


# Cross-entropies of logits.


@served("nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1) -> Any:
    """-Σ labels · log softmax(logits) over the last axis.

    Source: tf.nn.softmax_cross_entropy_with_logits.
    """
    return ops.categorical_crossentropy(operand(labels), operand(logits), from_logits=True)


@served("nn.sparse_softmax_cross_entropy_with_logits")
def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    """-log softmax(logits)[label]: whole numbers (n,) beside (n, c).

    Source: tf.nn.sparse_softmax_cross_entropy_with_logits.
    """
    return ops.sparse_categorical_crossentropy(operand(labels), operand(logits), from_logits=True)


@served("nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None) -> Any:
    """-(t log p + (1 - t) log(1 - p)) with p = sigmoid(logits), element by element.

    Source: tf.nn.sigmoid_cross_entropy_with_logits.
    """
    return ops.binary_crossentropy(operand(labels), operand(logits), from_logits=True)


@served("nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels: Any, logits: Any, pos_weight: Any) -> Any:
    """-(w t log p + (1 - t) log(1 - p)) with p = sigmoid(logits), element by element.

    Source: tf.nn.weighted_cross_entropy_with_logits.
    """
    t, z = operand(labels), operand(logits)
    weight = ops.add(1.0, ops.multiply(pos_weight - 1.0, t))
    return ops.add(
        ops.multiply(ops.subtract(1.0, t), z), ops.multiply(weight, ops.softplus(ops.negative(z)))
    )


# Parts of layers.


@served("nn.bias_add")
def bias_add(value: Any, bias: Any, data_format: Any = None) -> Any:
    """value + bias, along the last axis. Source: tf.nn.bias_add."""
    return FUNCTIONS["add"](value, bias)


@served("nn.l2_loss")
def l2_loss(t: Any) -> Any:
    """Σ t² / 2. Source: tf.nn.l2_loss."""
    return FUNCTIONS["reduce_sum"](FUNCTIONS["square"](t)) / 2.0


@served("nn.l2_normalize", "linalg.l2_normalize", "math.l2_normalize")
def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    """x / sqrt(max(Σ x², epsilon)) over the axes. Source: tf.math.l2_normalize."""
    squares = FUNCTIONS["reduce_sum"](FUNCTIONS["square"](x), axis, keepdims=True)
    return FUNCTIONS["multiply"](x, FUNCTIONS["rsqrt"](FUNCTIONS["maximum"](squares, epsilon)))


@served("nn.moments")
def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False) -> Any:
    """(mean, variance) over the axes. Source: tf.nn.moments."""
    mean, variance = FUNCTIONS["reduce_mean"], FUNCTIONS["reduce_variance"]
    return mean(x, axes, keepdims), variance(x, axes, keepdims)


@served("nn.batch_normalization")
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float
) -> Any:
    """scale · (x - mean) / sqrt(variance + epsilon) + offset. Source: tf.nn.batch_normalization."""
    factor = FUNCTIONS["rsqrt"](FUNCTIONS["add"](variance, variance_epsilon))
    result = FUNCTIONS["multiply"](FUNCTIONS["subtract"](x, mean), factor)
    result = result if scale is None else FUNCTIONS["multiply"](result, scale)
    return result if offset is None else FUNCTIONS["add"](result, offset)


@served("nn.dropout")
def dropout(x: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """x with a share of its elements 0 and the others divided by 1 - rate. Source: tf.nn.dropout.

    Of arrays only; a model has ``layers.Dropout``.
    """
    array = _arrays.read_numbers("nn.dropout", x)
    shape = array.shape if noise_shape is None else noise_shape
    kept = random.choose_generator(seed).random(tuple(shape)) >= rate
    return np.where(kept, array / (1.0 - rate), 0.0).astype(array.dtype)


@served("nn.in_top_k", "math.in_top_k")
def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether each target is among the k largest predictions. Source: tf.math.in_top_k."""
    found = ops.in_top_k(operand(targets), operand(predictions), k)
    return found if is_symbolic(found) else read_value(found).astype(bool)


@served("nn.zero_fraction", "math.zero_fraction")
def zero_fraction(value: Any) -> Any:
    """The share of elements that are 0. Source: tf.math.zero_fraction."""
    return ops.mean(ops.equal(operand(value), 0.0))


__getattr__, __dir__ = serve("tf.nn", "nn.")
