"""The net of an estimator as Pronghorn models: one that is trained and one that predicts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import Input, Model, Optimizer, layers, optimizers
from pronghorn.sklearn._objective import Penalty, make_loss

__all__ = ["Design", "Network"]

# What scikit-learn calls an activation, and what Keras does.
_ACTIVATIONS = {
    "identity": "linear",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
    "exp": "exponential",
}

# Of each solver that takes steps; for "lbfgs" the model only gives gradients.
_OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": optimizers.Adam, "sgd": optimizers.SGD}


@dataclass(frozen=True)
class Design:
    """Everything that the graphs of a net depend on; equal designs may share them.

    ``widths``: features, hidden units of each layer, outputs. ``update``: the arguments of the
    optimizer, as pairs. ``dtype``: that of X, whose epsilon bounds the losses. ``is_weighted``:
    whether rows have weights.
    """

    widths: tuple[int, ...]
    activation: str
    out_activation: str
    loss: str
    alpha: float
    solver: str
    update: tuple[tuple[str, Any], ...]
    dtype: str
    is_weighted: bool


class Network:
    """Models of one design over one set of weights, and their arrays in scikit-learn's order.

    The layers end in z, before the output activation: every loss of scikit-learn is a function of
    z whose derivative is activation(z) − y. ``trained`` gives z to the loss, ``predictor`` applies
    the activation.

    A model runs one thing at a time: ``lock`` is held while it does.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.lock = threading.Lock()
        hidden = _ACTIVATIONS[design.activation]
        x = Input(design.widths[:1], name="x")
        self._dense = [layers.Dense(m, activation=hidden) for m in design.widths[1:-1]]
        self._dense.append(layers.Dense(design.widths[-1]))
        z = x
        for layer in self._dense:
            z = layer(z)
        self.predictor = Model(x, layers.Activation(_ACTIVATIONS[design.out_activation])(z))
        inputs, ends = [x], [z]
        if design.is_weighted:
            inputs.append(Input((1,), name="sample_weight"))
            ends.append(inputs[-1])
        self.trained = Model(inputs, Penalty(self._dense, design.alpha)(ends))
        self.loss = make_loss(design)
        self.optimizer = _OPTIMIZERS.get(design.solver, optimizers.SGD)(**dict(design.update))
        self.trained.compile(self.optimizer, self.loss)

    def inputs(self, x: Any, weights: NDArray[Any] | None) -> Any:
        """What ``trained`` takes for rows x and their weights."""
        return [x] if weights is None else [x, weights.reshape(-1, 1)]

    def write(self, coefs: Sequence[Any], intercepts: Sequence[Any]) -> None:
        """Take over the weights."""
        for layer, coef, intercept in zip(self._dense, coefs, intercepts, strict=True):
            layer.set_weights([coef, intercept])

    def read(self, coefs: Sequence[NDArray[Any]], intercepts: Sequence[NDArray[Any]]) -> None:
        """Write the weights into these arrays, in their own dtype."""
        for layer, coef, intercept in zip(self._dense, coefs, intercepts, strict=True):
            coef[...], intercept[...] = layer.get_weights()

    def write_state(self, steps: int, slots: Sequence[Sequence[Any]]) -> None:
        """Take over the optimizer's memory: steps taken, and per slot one array a weight.

        Weights are in scikit-learn's order: the kernel of each layer, then the bias of each.
        """
        self.optimizer.build(self.trained.trainable_variables)
        rate = np.float32(self.optimizer.learning_rate)
        depth = len(self._dense)
        state = [array for i in range(depth) for j in (i, i + depth) for array in _at(slots, j)]
        self.optimizer.set_weights([np.int64(steps), rate, *state])

    def read_state(self) -> tuple[int, list[list[NDArray[np.float32]]]]:
        """What ``write_state`` takes."""
        steps, _, *state = self.optimizer.get_weights()
        count = len(self.optimizer.slots())
        by_weight = [state[i : i + count] for i in range(0, len(state), count)] if count else []
        ordered = by_weight[0::2] + by_weight[1::2]
        return int(steps), [[weight[slot] for weight in ordered] for slot in range(count)]


def _at(slots: Sequence[Sequence[Any]], weight: int) -> list[Any]:
    return [slot[weight] for slot in slots]
