"""The net of an estimator as Pronghorn models: one that is trained and one that predicts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import Input, Model, Optimizer, layers, ops, optimizers
from pronghorn.sklearn._extras import translate
from pronghorn.sklearn._objective import LogLoss, Penalty, make_loss
from pronghorn.sklearn._parameters import make
from pronghorn.utils import use_random_seed

__all__ = ["Design", "Network"]

# From so much of the old average on, Keras's form of a moving average rounds as scikit-learn's.
_LONG_MEMORY = 0.5
# Of the moving averages: an epoch of these estimators may be a single step, for which Keras's 0.99
# is too slow.
_MOMENTUM = 0.9
_NORMS: dict[str, Callable[[], layers.Layer]] = {
    "batch": lambda: layers.BatchNormalization(momentum=_MOMENTUM),
    "layer": layers.LayerNormalization,
}


@dataclass(frozen=True)
class Design:
    """Everything that the graphs of a net depend on; equal designs may share them.

    ``widths``: features, hidden units of each layer, outputs. ``activations``: of each hidden
    layer. ``loss``: a name of scikit-learn's, or one of ``pronghorn.losses`` with its
    ``loss_arguments`` as pairs, or an object. ``update``: the arguments of the optimizer, as
    pairs. ``dtype``: that of X, whose epsilon bounds the losses. ``is_weighted``: whether rows
    have weights. ``dropout``: of each hidden layer, or nothing. ``norm``: "batch", "layer" or "".
    ``optimizer``: in place of the solver's. ``seed``: of what dropout draws.
    """

    widths: tuple[int, ...]
    activations: tuple[Any, ...]
    out_activation: Any
    loss: Any
    alpha: float
    solver: str
    update: tuple[tuple[str, Any], ...]
    dtype: str
    is_weighted: bool
    loss_arguments: tuple[tuple[str, Any], ...] = ()
    dropout: tuple[float, ...] = ()
    norm: str = ""
    l1: float = 0.0
    optimizer: Any = None
    seed: int | None = None


class Network:
    """Models of one design over one set of weights, and their arrays in scikit-learn's order.

    The layers end in z, before the output activation: every loss of scikit-learn is a function of
    z whose derivative is activation(z) − y. ``trained`` gives z to the loss, ``predictor`` applies
    the activation.

    A model runs one thing at a time: ``lock`` is held while it does. The thread that trains may
    predict meanwhile.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.lock = threading.RLock()
        x = Input(design.widths[:1], name="x")
        self._x = x
        self._dense: list[Any] = []
        self._norms: list[Any] = []
        self._hidden: list[Any] = []
        z = x
        for i in range(len(design.activations)):
            z = self._add_hidden(z, i)
        self._dense.append(_dense(design.widths[-1]))
        self._z = z = self._dense[-1](z)
        self.predictor = Model(x, layers.Activation(translate(design.out_activation))(z))
        inputs, ends = [x], [z]
        if design.is_weighted:
            inputs.append(Input((1,), name="sample_weight"))
            ends.append(inputs[-1])
        self.trained = Model(inputs, Penalty(self._dense, design.alpha, design.l1)(ends))
        self.loss = make_loss(design)
        self.optimizer = _make_optimizer(design)
        with use_random_seed(design.seed or 0):
            self.trained.compile(self.optimizer, self.loss)
        self._measured: Model | None = None
        self._ends: dict[int, Model] = {}

    def _add_hidden(self, x: Any, i: int) -> Any:
        """Layer i upon x: product, normalization, activation, dropout."""
        design = self.design
        activation = translate(design.activations[i])
        dense = _dense(design.widths[i + 1], None if design.norm else activation)
        self._dense.append(dense)
        x = dense(x)
        if design.norm:
            self._norms.append(_NORMS[design.norm]())
            x = layers.Activation(activation)(self._norms[-1](x))
        self._hidden.append(x)
        rate = design.dropout[i] if design.dropout else 0.0
        return layers.Dropout(rate)(x) if rate else x

    def inputs(self, x: Any, weights: NDArray[Any] | None) -> Any:
        """What ``trained`` takes for rows x and their weights."""
        return [x] if weights is None else [x, weights.reshape(-1, 1)]

    def targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """What the loss takes for y: the class of each row, (n,), where y says it in columns.

        A number is read in a tenth of the time of ten.
        """
        return y.argmax(axis=1) if type(self.loss) is LogLoss and y.dtype == bool else y

    def hidden(self, layer: int) -> Model:
        """The model that ends in the activations of a hidden layer."""
        if layer not in self._ends:
            self._ends[layer] = Model(self._x, self._hidden[layer])
        return self._ends[layer]

    def measure(self, x: Any, y: Any, weights: NDArray[Any] | None) -> float:
        """The loss without the penalties: Σ_i s_i loss(y_i, z_i) / Σ_i s_i."""
        if self._measured is None:
            self._measured = Model(self._x, self._z)
            self._measured.compile(loss=make_loss(self.design, reduction="sum_over_batch_size"))
        share = None if weights is None else weights * (len(weights) / weights.sum())
        return float(self._measured.evaluate(x, y, sample_weight=share, verbose=0))

    def write(self, coefs: Sequence[Any], intercepts: Sequence[Any], norms: Any = None) -> None:
        """Take over the weights; without ``norms`` those of the normalizations stay."""
        for layer, coef, intercept in zip(self._dense, coefs, intercepts, strict=True):
            layer.kernel.assign(coef)
            layer.bias.assign(intercept)
        for layer, arrays in zip(self._norms, norms or (), strict=False):
            layer.set_weights(arrays)

    def read(self, coefs: Sequence[NDArray[Any]], intercepts: Sequence[NDArray[Any]]) -> None:
        """Write the weights into these arrays, in their own dtype."""
        for layer, coef, intercept in zip(self._dense, coefs, intercepts, strict=True):
            coef[...], intercept[...] = layer.kernel.numpy(), layer.bias.numpy()

    def read_norms(self) -> list[list[NDArray[np.float32]]]:
        """The arrays of each normalization: gamma, beta and, of a batch's, mean and variance."""
        return [layer.get_weights() for layer in self._norms]

    def write_state(self, steps: int, slots: Sequence[Sequence[Any]]) -> None:
        """Take over the optimizer's memory: steps taken, and per slot one array a weight.

        Weights are in scikit-learn's order: the kernel of each layer, then the bias of each.
        """
        if not self.optimizer.built:
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


def _dense(units: int, activation: Any = None) -> Any:
    # Zeros, as the estimator's weights are written into it: nothing is drawn from the seed of a
    # program that makes other models too.
    return layers.Dense(units, activation=activation, kernel_initializer="zeros")


class _ForgetfulAdam(optimizers.Adam):
    """Adam with averages as scikit-learn takes them: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g².

    Keras's v + (1 − β₂)(g² − v) loses g² where it is small beside a v that is to be forgotten, and
    steps of m / sqrt(v) with it.
    """

    def update_step(
        self, w: Any, g: Any, slots: Mapping[str, Any], scalars: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        m = slots["momentum"] * self.beta_1 + g * (1.0 - self.beta_1)
        v = slots["velocity"] * self.beta_2 + g * g * (1.0 - self.beta_2)
        step = (m * scalars["alpha"]) / (ops.sqrt(v) + self.epsilon)
        return w - step, {"momentum": m, "velocity": v}


def _make_optimizer(design: Design) -> Optimizer:
    arguments = dict(design.update)
    if design.optimizer is None:
        if design.solver != "adam":  # for "lbfgs" the model only gives gradients
            return optimizers.SGD(**arguments)
        betas = (arguments[name] for name in ("beta_1", "beta_2") if name in arguments)
        is_usual = all(beta >= _LONG_MEMORY for beta in betas)
        return (optimizers.Adam if is_usual else _ForgetfulAdam)(**arguments)
    made: Optimizer = make(
        "optimizer",
        design.optimizer,
        {f"optimizer__{name}": value for name, value in arguments.items()},
    )
    found: Optimizer = optimizers.get(made)
    return found


def _at(slots: Sequence[Sequence[Any]], weight: int) -> list[Any]:
    return [slot[weight] for slot in slots]
