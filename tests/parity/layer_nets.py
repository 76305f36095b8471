"""Nets with every layer that computes: trained in both libraries, and on every instruction set."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from parity.draws import draw_integers, draw_uniform

N, K, C = 29, 6, 3

TABLE = draw_uniform(51, N, K)
WORDS = draw_integers(52, 7, N, 4)
LABELS = draw_integers(53, C, N)
REAL = draw_uniform(54, N, 2)


def chain(*hidden: Callable[[Any], Any]) -> Callable[[ModuleType], Any]:
    """A net of these layers, softmax over the classes behind them."""

    def build(k: ModuleType) -> Any:
        made = [layer(k.layers) for layer in hidden]
        return k.Sequential([k.layers.Input((K,)), *made, k.layers.Dense(C, activation="softmax")])

    return build


def build_frozen_norm(k: ModuleType) -> Any:
    """A BatchNormalization that is not trained computes with its moving averages."""
    norm = k.layers.BatchNormalization(trainable=False)
    return chain(lambda layers: layers.Dense(7), lambda layers: norm)(k)


def build_rows_of_columns(k: ModuleType) -> Any:
    """Rows with two axes, through layers that know of both."""
    layers = k.layers
    x = k.Input((K,))
    h = layers.Reshape((2, 3))(x)
    h = layers.Dense(4, activation="tanh")(h)
    h = layers.BatchNormalization(axis=1)(h)
    h = layers.Permute((2, 1))(h)
    h = layers.LayerNormalization(axis=[1, 2])(h)
    h = layers.PReLU(shared_axes=[1])(h)
    h = layers.Softmax(axis=1)(h)
    h = layers.Flatten()(h)
    return k.Model(x, layers.Dense(C, activation="softmax")(h))


def build_merges(k: ModuleType) -> Any:
    """Every way to join two hidden layers."""
    layers = k.layers
    x = k.Input((K,))
    a, b = layers.Dense(5, activation="tanh")(x), layers.Dense(5, activation="relu")(x)
    joined = [
        kind()([a, b])
        for kind in (
            layers.Add,
            layers.Subtract,
            layers.Multiply,
            layers.Average,
            layers.Maximum,
            layers.Minimum,
        )
    ]
    joined += [layers.Dot(axes=1)([a, b]), layers.Dot(axes=1, normalize=True)([a, b])]
    h = layers.Concatenate()(joined)
    return k.Model(x, layers.Dense(C, activation="softmax")(h))


def build_words(k: ModuleType) -> Any:
    """Whole numbers: rows of a table beside their counts."""
    layers = k.layers
    x = k.Input((4,), dtype="int32")
    rows = layers.Flatten()(layers.Embedding(7, 3, embeddings_regularizer="l2")(x))
    counts = layers.CategoryEncoding(7, output_mode="count")(x)
    h = layers.Dense(5, activation="relu")(layers.Concatenate()([rows, counts]))
    return k.Model(x, layers.Dense(C, activation="softmax")(h))


def build_shared_norm(k: ModuleType) -> Any:
    """One BatchNormalization used twice moves its averages twice a step."""
    layers = k.layers
    x = k.Input((K,))
    norm = layers.BatchNormalization(momentum=0.8)
    # Without a bias: the second norm takes most of it out again, and what is left of its gradient
    # is so small that Adam's steps follow the rounding.
    h = layers.Dense(K, activation="tanh", use_bias=False)(norm(x))
    return k.Model(x, layers.Dense(2)(norm(h)))


def build_own_layers(k: ModuleType) -> Any:
    """Layers written by hand: weights, layers inside a layer, a loss of its own, a state."""

    class Affine(k.layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self, units: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape: Any) -> None:
            shape = (input_shape[-1], self.units)
            self.w = self.add_weight(shape=shape, initializer="he_normal", name="w")
            self.mean = self.add_weight(
                shape=(self.units,), initializer="zeros", trainable=False, name="mean"
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

        def call(self, x: Any, training: bool = False) -> Any:
            y = k.ops.matmul(x, self.w) + self.b
            if training:
                self.mean.assign(0.9 * self.mean + 0.1 * k.ops.mean(y, axis=0))
            return y - self.mean

    class Block(k.layers.Layer):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.parts = [Affine(5), Affine(4)]
            self.gate = k.layers.Dense(4, activation="sigmoid")

        def call(self, x: Any, side: Any) -> Any:
            for part in self.parts:
                x = k.ops.tanh(part(x))
            self.add_loss(0.1 * k.ops.mean(k.ops.square(x)))
            return x * self.gate(side)

    x = k.Input((K,))
    h = Block()(x, k.layers.Dense(3)(x))
    return k.Model(x, k.layers.Dense(C, activation="softmax")(h))


CLASSIFIERS: dict[str, Callable[[ModuleType], Any]] = {
    "batch_norm": chain(
        lambda layers: layers.Dense(7, use_bias=False),
        lambda layers: layers.BatchNormalization(momentum=0.9),
        lambda layers: layers.ReLU(),
    ),
    "batch_norm_frozen": build_frozen_norm,
    "layer_norm": chain(
        lambda layers: layers.Dense(7),
        lambda layers: layers.LayerNormalization(gamma_regularizer="l2"),
        lambda layers: layers.LeakyReLU(),
    ),
    "rms_norm": chain(
        lambda layers: layers.Dense(7),
        lambda layers: layers.RMSNormalization(),
        lambda layers: layers.ELU(0.5),
    ),
    "unit_norm": chain(
        lambda layers: layers.Dense(7, kernel_constraint="max_norm", bias_constraint="non_neg"),
        lambda layers: layers.UnitNormalization(),
        lambda layers: layers.PReLU(),
    ),
    "normalized_input": chain(
        lambda layers: layers.Normalization(mean=[0.5] * K, variance=[2.0] * K),
        lambda layers: layers.Dense(7, activation="relu"),
        lambda layers: layers.ActivityRegularization(0.01, 0.02),
        lambda layers: layers.RepeatVector(2),
        lambda layers: layers.Flatten(),
    ),
    "rows_of_columns": build_rows_of_columns,
    "merges": build_merges,
    "own_layers": build_own_layers,
}
