"""scikit-learn's objective: losses of z, and a penalty on the kernels that shrinks with the batch.

    L = Σ_i s_i loss(y_i, z_i) / Σ_i s_i + alpha / 2 · Σ_l ‖W_l‖² / Σ_i s_i

over the rows i of a batch, with sample weights s (default: 1 each), for the kernels W_l.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn import Layer, Loss, ops

if TYPE_CHECKING:
    from pronghorn.sklearn._network import Design

__all__ = [
    "BinaryLogLoss",
    "HalfPoissonDeviance",
    "HalfSquaredError",
    "LogLoss",
    "Penalty",
    "make_loss",
]


class LogLoss(Loss):
    """loss = −Σ_j y_j log softmax(z)_j: one-hot rows and logits (n, c) → (n,).

    ``limit``: the loss of a probability of 0, −log of the machine epsilon. scikit-learn clips
    what it reports there, not the derivative.

    Source: sklearn.neural_network, "log_loss".
    """

    def __init__(self, limit: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = limit

    def call(self, y_true: Any, y_pred: Any) -> Any:
        losses = ops.categorical_crossentropy(y_true, y_pred, from_logits=True)
        return _report_at_most(self.limit, losses)


class BinaryLogLoss(LogLoss):
    """loss = Σ_j log(1 + e^{z_j}) − y_j z_j: labels 0 or 1 and logits (n, m) → (n,).

    Source: sklearn.neural_network, "binary_log_loss": a sum over the labels, where Keras's
    BinaryCrossentropy takes their mean.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        losses = ops.binary_crossentropy(y_true, y_pred, from_logits=True)
        return ops.sum(_report_at_most(self.limit, losses), axis=-1)


def _report_at_most(limit: float, losses: Any) -> Any:
    """min(losses, limit) with the derivative of ``losses``."""
    return losses - ops.stop_gradient(ops.relu(losses - limit))


class HalfSquaredError(Loss):
    """loss = ½ mean_j (z_j − y_j)² with the derivative z − y: (n, m) → (n,).

    With several outputs scikit-learn reports the mean over them and descends along the derivative
    of the sum; so does this.

    Source: sklearn.neural_network, "squared_error".
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        squares = ops.square(y_pred - y_true)
        total = ops.sum(squares, axis=-1) * 0.5
        outputs = ops.shape(y_pred)[-1] or 1
        if outputs == 1:
            return total
        return total - ops.stop_gradient(total * (1.0 - 1.0 / outputs))


class HalfPoissonDeviance(Loss):
    """loss = Σ_j y_j log y_j − y_j z_j − y_j + e^{z_j}: counts and log-means (n, m) → (n,).

    Source: sklearn.neural_network, "poisson".
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        # y log y is 0 where y is 0.
        entropy = y_true * ops.log(ops.where(ops.greater(y_true, 0.0), y_true, 1.0))
        terms = entropy - y_true * y_pred - y_true + ops.exp(y_pred)
        return ops.sum(terms, axis=-1)


def make_loss(design: Design) -> Loss:
    """The loss of a design, divided by the rows of a batch or by the sum of their weights."""
    reduction = "mean_with_sample_weight" if design.is_weighted else "sum_over_batch_size"
    if design.loss == "poisson":
        return HalfPoissonDeviance(reduction=reduction)
    if design.loss == "squared_error":
        return HalfSquaredError(reduction=reduction)
    limit = -math.log(np.finfo(design.dtype).eps)
    kind = LogLoss if design.out_activation == "softmax" else BinaryLogLoss
    return kind(limit, reduction=reduction)


class Penalty(Layer):
    """z ↦ z, adding alpha / 2 · Σ_l ‖W_l‖² / Σ_i s_i to the loss.

    Takes z (n, m) and, where rows are weighted, their weights (n, 1); without them the division
    is by the rows of the batch. Intercepts are not penalized.

    Args:
        dense: The layers whose kernels are penalized.
        alpha: The strength, at least 0.
    """

    def __init__(self, dense: Sequence[Any], alpha: float) -> None:
        super().__init__()
        # In a function: these layers belong to the model, not to this one.
        self._penalized: Callable[[], Sequence[Any]] = lambda: dense
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        z, *weights = inputs
        if self.alpha > 0.0:
            squares = [ops.sum(ops.square(d.kernel)) for d in self._penalized()]
            total = sum(squares[1:], squares[0])
            size = ops.sum(weights[0]) if weights else ops.size(z[:, :1])
            self.add_loss(total * (0.5 * self.alpha) / size)
        return z
