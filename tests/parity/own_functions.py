"""Functions and classes that a user writes over `keras.ops`, the same text for both libraries.

Each entry builds a compiled model from the library `k`; it trains with it for three steps.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from parity.draws import draw_integers, draw_uniform, draw_weights

N, K = 16, 5
X = draw_uniform(71, N, K)
Y = draw_uniform(72, N, 2)
LABELS = draw_integers(73, 3, N)
ROW_WEIGHTS = draw_uniform(74, N, low=0.5, high=2.0)

Build = Callable[[ModuleType], Any]


def chain(k: ModuleType, *hidden: Any, loss: Any = "mse", last: Any = None, **options: Any) -> Any:
    """Hidden layers between an input of K and an output of 2, with fixed weights, compiled."""
    tail = k.layers.Dense(2) if last is None else last
    model = k.Sequential([k.Input((K,)), *hidden, tail])
    model.set_weights(draw_weights(75, [tuple(w.shape) for w in model.get_weights()]))
    model.compile(optimizer=k.optimizers.Adam(0.02), loss=loss, **options)
    return model


# Activations.


def activation(function: Callable[[Any, Any], Any]) -> Build:
    return lambda k: chain(k, k.layers.Dense(7, activation=lambda x: function(k.ops, x)))


def squash(o: Any, x: Any) -> Any:
    scaled = x / (1.0 + o.abs(x))
    return o.where(scaled > 0.25, scaled * 2.0, o.square(scaled))


def gate_by_mean(o: Any, x: Any) -> Any:
    return x * o.sigmoid(x - o.mean(x, axis=-1, keepdims=True))


def halves(o: Any, x: Any) -> Any:
    left, right = o.split(x[:, :6], 2, axis=-1)
    return o.concatenate([left * o.sigmoid(right), right, x[:, 6:]], axis=-1)


ACTIVATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sine": lambda o, x: o.sin(x) + 0.1 * x,
    "mish": lambda o, x: x * o.tanh(o.softplus(x)),
    "gaussian": lambda o, x: o.exp(-(x**2)),
    "cube root": lambda o, x: o.sign(x) * o.power(o.abs(x) + 0.01, 1.0 / 3.0),
    "steps by operators": lambda o, x: o.where((x > -1) & (x < 1), x, x * 0.1),
    "squash": squash,
    "gate by mean": gate_by_mean,
    # Half of the mean only: a bias in front of all of it has no gradient but rounding.
    "over the batch": lambda o, x: (x - 0.5 * o.mean(x, axis=0)) / (o.std(x, axis=0) + 0.1),
    "within the batch": lambda o, x: (x - o.min(x, axis=0)) / (o.max(x, axis=0) + 4.0),
    "halves": halves,
    "own softmax": lambda o, x: o.exp(x) / o.sum(o.exp(x), axis=-1, keepdims=True),
}

# Losses.


def huber(o: Any, y: Any, p: Any) -> Any:
    error = o.abs(y - p)
    return o.mean(o.where(error <= 0.5, 0.5 * error**2, 0.5 * (error - 0.25)), axis=-1)


def cosine(o: Any, y: Any, p: Any) -> Any:
    product = o.sum(y * p, axis=-1)
    return 1.0 - product / (o.norm(y, axis=-1) * o.norm(p, axis=-1) + 1e-3)


def correlation(o: Any, y: Any, p: Any) -> Any:
    """One number for the batch."""
    y, p = y - o.mean(y), p - o.mean(p)
    return 1.0 - o.sum(y * p) / o.sqrt(o.sum(y * y) * o.sum(p * p))


def largest(o: Any, y: Any, p: Any) -> Any:
    """The largest error of the batch beside the mean of all."""
    error = o.square(y - p)
    return o.mean(error) + 0.5 * o.max(error) + 0.1 * o.logsumexp(o.mean(error, axis=-1))


LOSSES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "huber": huber,
    "cosine": cosine,
    "correlation": correlation,
    "largest": largest,
    "columns": lambda o, y, p: o.max(o.square(y - p), axis=0),
    "log cosh": lambda o, y, p: o.mean(o.log(o.cosh(p - y)), axis=-1),
    "quantile": lambda o, y, p: o.mean(o.maximum(0.9 * (y - p), -0.1 * (y - p)), axis=-1),
    "weighted columns": lambda o, y, p: o.sum(o.square(y - p) * np.array([1.0, 3.0]), axis=-1),
    "matrix": lambda o, y, p: o.square(y - p),
}


def focal(k: ModuleType) -> Any:
    o = k.ops

    def loss(y: Any, p: Any) -> Any:
        hot = o.one_hot(o.cast(o.reshape(y, (-1,)), "int32"), 3)
        chance = o.sum(hot * p, axis=-1)
        return -((1.0 - chance) ** 2) * o.log(chance + 1e-7)

    return chain(k, loss=loss, last=k.layers.Dense(3, activation="softmax"))


def loss_class(k: ModuleType) -> Any:
    class Power(k.losses.Loss):  # type: ignore[name-defined,misc]
        def __init__(self, power: float) -> None:
            super().__init__(name="power")
            self.power = power

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return k.ops.mean(k.ops.abs(y_true - y_pred) ** self.power, axis=-1)

    return chain(k, loss=Power(1.5))


# Metrics, regularizers, initializers, constraints.


def metrics(k: ModuleType) -> Any:
    o = k.ops

    def bias(y: Any, p: Any) -> Any:
        return o.mean(p - y, axis=-1)

    def within(y: Any, p: Any) -> Any:
        return o.cast(o.all(o.abs(y - p) < 0.5, axis=-1), "float32")

    return chain(
        k,
        metrics=[bias, within, lambda y, p: o.max(o.abs(y - p), axis=-1)],
        weighted_metrics=[bias],
    )


def regularizers(k: ModuleType) -> Any:
    o = k.ops
    hidden = k.layers.Dense(
        6,
        kernel_regularizer=lambda w: 0.01 * o.sum(o.square(o.norm(w, axis=0) - 1.0)),
        bias_regularizer=lambda b: 0.1 * o.max(o.abs(b + 0.3)),
        activity_regularizer=lambda a: 0.01 * o.sum(o.abs(a)),
    )
    return chain(k, hidden)


def constraint(k: ModuleType) -> Any:
    o = k.ops

    class Centred(k.constraints.Constraint):  # type: ignore[name-defined,misc]
        def __call__(self, w: Any) -> Any:
            return w - o.mean(w, axis=0, keepdims=True)

    return chain(k, k.layers.Dense(4, kernel_constraint=Centred(), bias_constraint=o.relu))


# Layers and models.


def layer(k: ModuleType) -> Any:
    o = k.ops

    class Bilinear(k.layers.Layer):  # type: ignore[name-defined,misc]
        """y = (x A) ∘ (x B) + c, with a share of x's own norm."""

        def build(self, input_shape: Any) -> None:
            k_in = input_shape[-1]
            self.a = self.add_weight(shape=(k_in, 4), name="a")
            self.b = self.add_weight(shape=(k_in, 4), name="b")
            self.c = self.add_weight(shape=(4,), initializer="zeros", name="c")

        def call(self, x: Any) -> Any:
            product = o.matmul(x, self.a) * (x @ self.b) + self.c
            return product / (1.0 + o.norm(x, axis=-1, keepdims=True))

    return chain(k, Bilinear())


def attention_over_columns(k: ModuleType) -> Any:
    o = k.ops

    class Mix(k.layers.Layer):  # type: ignore[name-defined,misc]
        def build(self, input_shape: Any) -> None:
            self.v = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="v")

        def call(self, x: Any) -> Any:
            share = o.softmax(x * self.v, axis=-1)
            return o.stack([o.sum(share * x, axis=-1), o.max(x, axis=-1), x[:, 0]], axis=-1)

    return chain(k, Mix())


def loss_of_a_layer(k: ModuleType) -> Any:
    class Penalised(k.layers.Layer):  # type: ignore[name-defined,misc]
        def call(self, x: Any) -> Any:
            self.add_loss(0.05 * k.ops.mean(k.ops.square(x)))
            return x

    return chain(k, k.layers.Dense(4), Penalised())


def lambda_layer(k: ModuleType) -> Any:
    return chain(k, k.layers.Dense(6), k.layers.Lambda(lambda x: x[:, :3] * k.ops.tanh(x[:, 3:])))


def own_model(k: ModuleType) -> Any:
    class Skip(k.Model):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.first = k.layers.Dense(K, activation="tanh")
            self.second = k.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.second(self.first(x) + x)

    model = Skip()
    model(X)
    model.set_weights(draw_weights(75, [tuple(w.shape) for w in model.get_weights()]))
    model.compile(optimizer=k.optimizers.Adam(0.02), loss="mse")
    return model


OF_ROWS: dict[str, Build] = {
    **{f"activation: {name}": activation(function) for name, function in ACTIVATIONS.items()},
    **{
        f"loss: {name}": (lambda k, f=f: chain(k, loss=lambda y, p: f(k.ops, y, p)))  # type: ignore[misc]
        for name, f in LOSSES.items()
    },
    "loss class": loss_class,
    "metrics": metrics,
    "regularizers": regularizers,
    "constraint": constraint,
    "layer": layer,
    "layer that mixes columns": attention_over_columns,
    "layer that adds to the loss": loss_of_a_layer,
    "lambda layer": lambda_layer,
    "model": own_model,
}
