"""scikit-learn's objective: losses of z, and a penalty on the kernels that shrinks with the batch.

    L = Σ_i s_i loss(y_i, z_i) / Σ_i s_i + Σ_l (alpha / 2 ‖W_l‖² + l1 ‖W_l‖₁) / Σ_i s_i

over the rows i of a batch, with sample weights s (default: 1 each), for the kernels W_l. Losses
that scikit-learn does not have are functions of the outputs a = activation(z).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn import Layer, Loss, activations, losses, ops
from pronghorn.sklearn._extras import translate

if TYPE_CHECKING:
    from pronghorn.sklearn._network import Design

__all__ = [
    "BinaryLogLoss",
    "HalfPoissonDeviance",
    "HalfSquaredError",
    "LogLoss",
    "OfOutputs",
    "Penalty",
    "make_loss",
]


class LogLoss(Loss):
    """loss = −Σ_j y_j log softmax(z)_j: one-hot rows (n, c) or classes (n,), logits (n, c) → (n,).

    ``limit``: the loss of a probability of 0, −log of the machine epsilon. scikit-learn clips
    what it reports there, not the derivative.

    Source: sklearn.neural_network, "log_loss".
    """

    def __init__(self, limit: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = limit

    def call(self, y_true: Any, y_pred: Any) -> Any:
        is_one_hot = ops.shape(y_true)[1:] == ops.shape(y_pred)[1:]
        crossentropy = (
            ops.categorical_crossentropy if is_one_hot else ops.sparse_categorical_crossentropy
        )
        losses = crossentropy(y_true, y_pred, from_logits=True)
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
    # The derivative stands beside a 0: what a huge loss has above the limit, taken off it, would
    # leave nothing in float32.
    return ops.stop_gradient(ops.minimum(losses, limit)) + (losses - ops.stop_gradient(losses))


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


class OfOutputs(Loss):
    """loss = inner(y, activation(z)): targets (n, t) and z (n, m) → (n,).

    Args:
        inner: A loss that compares targets with outputs.
        activation: From z to the outputs: a name or a function of ``pronghorn.activations``.
    """

    def __init__(self, inner: Loss, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner, self.activation = inner, activations.get(activation)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.inner.call(y_true, self.activation(y_pred))


# Losses of z, each with the activations whose derivatives they cancel.
_OF_LOGITS: dict[str, dict[str, type[Loss]]] = {
    "log_loss": {"softmax": LogLoss, "logistic": BinaryLogLoss},
    "squared_error": {"identity": HalfSquaredError},
    "poisson": {"exp": HalfPoissonDeviance},
}


def make_loss(design: Design, reduction: str | None = None) -> Loss:
    """The loss of a design, divided by the rows of a batch or by the sum of their weights."""
    if reduction is None:
        reduction = "mean_with_sample_weight" if design.is_weighted else "sum_over_batch_size"
    found = _OF_LOGITS.get(design.loss, {}) if isinstance(design.loss, str) else {}
    kind = found.get(design.out_activation)
    if kind is None:
        inner = _make_inner(design)
        return OfOutputs(inner, translate(design.out_activation), reduction=reduction)
    if issubclass(kind, LogLoss):
        return kind(-math.log(np.finfo(design.dtype).eps), reduction=reduction)
    return kind(reduction=reduction)


def _make_inner(design: Design) -> Loss:
    """The loss of outputs that a design names; those of scikit-learn for another activation."""
    if design.loss == "squared_error":
        return HalfSquaredError()
    kind = getattr(losses, design.loss, None) if isinstance(design.loss, str) else None
    if isinstance(kind, type):
        made: Loss = kind(**dict(design.loss_arguments))
        return made
    found = losses.resolve(design.loss)
    assert found is not None
    return found


class Penalty(Layer):
    """z ↦ z, adding Σ_l (alpha / 2 ‖W_l‖² + l1 ‖W_l‖₁) / Σ_i s_i to the loss.

    Takes z (n, m) and, where rows are weighted, their weights (n, 1); without them the division
    is by the rows of the batch. Intercepts are not penalized.

    Args:
        dense: The layers whose kernels are penalized.
        alpha, l1: The strengths, at least 0.
    """

    _takes_several = True

    def __init__(self, dense: Sequence[Any], alpha: float, l1: float = 0.0) -> None:
        super().__init__()
        # In a function: these layers belong to the model, not to this one.
        self._penalized: Callable[[], Sequence[Any]] = lambda: dense
        self.alpha, self.l1 = alpha, l1

    def call(self, inputs: Any) -> Any:
        z, *weights = inputs
        for strength, measure in ((0.5 * self.alpha, ops.square), (self.l1, ops.absolute)):
            if strength > 0.0:
                terms = [ops.sum(measure(layer.kernel)) for layer in self._penalized()]
                total = sum(terms[1:], terms[0])
                size = ops.sum(weights[0]) if weights else ops.size(z[:, :1])
                self.add_loss(total * strength / size)
        return z
