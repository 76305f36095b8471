"""Nets of every shape the first slice knows, each built through the Keras-shaped API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from parity import layer_nets
from parity.draws import draw_integers, draw_uniform, draw_weights

N, K, C = 29, 6, 3  # rows, inputs, classes: 29 rows in batches of 8 leave a last batch of 5


@dataclass(frozen=True)
class Case:
    """One net, its data and the arguments of its fit."""

    build: Callable[[ModuleType], Any]
    x: Any
    y: Any
    fit: dict[str, Any] = field(default_factory=dict)
    evaluate: dict[str, Any] = field(default_factory=dict)


X = draw_uniform(31, N, K)
X_BYTES = draw_integers(32, 256, N, 2, 3).astype(np.uint8)
X_SIDE = draw_uniform(33, N, 4)
REAL = draw_uniform(34, N, 2)
LABELS = draw_integers(35, C, N)
ONE_HOT = np.eye(C, dtype=np.float32)[LABELS]
BITS = draw_integers(36, 2, N, 1).astype(np.float32)
ROW_WEIGHTS = draw_uniform(37, N, low=0.0, high=3.0)
X_VAL, LABELS_VAL = draw_uniform(38, 11, K), draw_integers(39, C, 11)
WEIGHTS_VAL = draw_uniform(40, 11, low=0.0, high=2.0)
CLASS_WEIGHT = {0: 0.5, 2: 4.0}


def finish(
    k: ModuleType,
    model: Any,
    loss: Any,
    metrics: Any = None,
    limits: dict[str, float] | None = None,
    **compile_args: Any,
) -> Any:
    """Give the model fixed weights and compile it; ``limits`` are those of the gradients."""
    drawn = draw_weights(17, [tuple(w.shape) for w in model.get_weights()])
    # A variance is none below zero.
    names = [weight.name for weight in model.weights]
    model.set_weights(
        [abs(w) + 0.5 if "variance" in n else w for n, w in zip(names, drawn, strict=True)]
    )
    optimizer = k.optimizers.Adam(learning_rate=0.01, **(limits or {}))
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics, **compile_args)
    return model


def classify(
    k: ModuleType,
    *hidden: Any,
    loss: str = "sparse_categorical_crossentropy",
    metrics: Any = ("accuracy",),
) -> Any:
    """A chain: the hidden layers, then softmax over the classes."""
    layers = [k.layers.Input((K,)), *hidden, k.layers.Dense(C, activation="softmax")]
    return finish(k, k.Sequential(layers), loss, list(metrics) if metrics else None)


def build_activation(name: str) -> Callable[[ModuleType], Any]:
    return lambda k: classify(k, k.layers.Dense(7, activation=name))


def build_regularized(k: ModuleType) -> Any:
    regularizers = k.regularizers
    return classify(
        k,
        k.layers.Dense(
            7,
            activation="tanh",
            kernel_regularizer=regularizers.L1(0.02),
            bias_regularizer=regularizers.L2(0.1),
        ),
        k.layers.Dense(5, activation="relu", kernel_regularizer=regularizers.L1L2(0.01, 0.03)),
        k.layers.Dense(4, kernel_regularizer="l2", bias_regularizer="l1"),
    )


def build_layered(k: ModuleType) -> Any:
    """Activations as layers of their own; the last one is a Softmax layer under its loss."""
    layers = k.layers
    model = k.Sequential(
        [
            layers.Input((K,)),
            layers.Dense(8),
            layers.ReLU(max_value=0.6, negative_slope=0.1, threshold=0.05),
            layers.Dense(6, use_bias=False),
            layers.Activation("tanh"),
            layers.Dropout(0.0),
            layers.Dense(C),
            layers.Softmax(),
        ]
    )
    return finish(k, model, "categorical_crossentropy", ["accuracy"])


def build_image(k: ModuleType) -> Any:
    """Bytes that stay bytes up to the first layer."""
    layers = k.layers
    model = k.Sequential(
        [
            layers.Input((2, 3)),
            layers.Rescaling(1 / 255, offset=-0.5),
            layers.Flatten(),
            layers.Dense(5, activation="relu"),
            layers.Dense(C, activation="softmax"),
        ]
    )
    return finish(k, model, "sparse_categorical_crossentropy", ["acc"])


def build_skip(k: ModuleType) -> Any:
    """A residual sum, then the input again beside its result."""
    x = k.Input((K,), name="table")
    h = k.layers.Dense(5, activation="relu")(x)
    r = k.layers.Dense(5, activation="tanh")(h)
    s = k.layers.Add()([h, r])
    wide = k.layers.Concatenate()([s, x])
    out = k.layers.Dense(C, activation="softmax")(wide)
    return finish(k, k.Model(x, out), "sparse_categorical_crossentropy", ["accuracy"])


def build_shared(k: ModuleType) -> Any:
    """One layer used twice: its gradient is the sum over both uses."""
    x = k.Input((K,))
    layer = k.layers.Dense(K, activation="tanh")
    out = k.layers.Dense(2)(layer(layer(x)))
    return finish(k, k.Model(x, out), "mse", ["mae"])


def build_two_ways(k: ModuleType) -> Any:
    """Two inputs and two outputs with a loss each, the second of them on a side branch."""
    left, right = k.Input((K,), name="left"), k.Input((4,), name="right")
    joint = k.layers.Concatenate()([k.layers.Dense(6, activation="relu")(left), right])
    body = k.layers.Dense(5, activation="tanh")(joint)
    kind = k.layers.Dense(C, activation="softmax", name="kind")(body)
    size = k.layers.Dense(2, name="size")(joint)
    return finish(
        k,
        k.Model([left, right], [kind, size]),
        ["sparse_categorical_crossentropy", "mse"],
        [["accuracy"], ["mae"]],
        loss_weights=[1.0, 0.3],
    )


def build_binary(k: ModuleType) -> Any:
    layers = [k.layers.Input((K,)), k.layers.Dense(5, activation="relu")]
    model = k.Sequential([*layers, k.layers.Dense(1, activation="sigmoid")])
    return finish(k, model, "binary_crossentropy", ["accuracy", "mse"])


def build_regression(k: ModuleType) -> Any:
    layers = [k.layers.Input((K,)), k.layers.Dense(5, activation="elu"), k.layers.Dense(2)]
    metrics = ["mae", "mse", k.metrics.MeanAbsoluteError(name="distance")]
    return finish(k, k.Sequential(layers), "mse", metrics)


def build_limited(**limits: float) -> Callable[[ModuleType], Any]:
    """Columns of a given length, no negative bias, and gradients of a limited norm."""

    def build(k: ModuleType) -> Any:
        layers = k.layers
        hidden = layers.Dense(
            7,
            activation="relu",
            kernel_constraint=k.constraints.MaxNorm(0.9),
            bias_constraint="non_neg",
        )
        last = layers.Dense(2, kernel_constraint="unit_norm")
        return finish(k, k.Sequential([layers.Input((K,)), hidden, last]), "mse", limits=limits)

    return build


ACTIVATIONS = [
    "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "softplus",
]  # fmt: skip

CASES: dict[str, Case] = {
    **{f"hidden_{name}": Case(build_activation(name), X, LABELS) for name in ACTIVATIONS},
    "no_bias": Case(
        lambda k: classify(k, k.layers.Dense(7, activation="relu", use_bias=False)), X, LABELS
    ),
    "regularized": Case(build_regularized, X, LABELS, {"validation_data": (X_VAL, LABELS_VAL)}),
    "activation_layers": Case(build_layered, X, ONE_HOT),
    "image_bytes": Case(build_image, X_BYTES, LABELS),
    "skip": Case(build_skip, X, LABELS),
    "shared_layer": Case(build_shared, X, REAL),
    "two_inputs_two_outputs": Case(
        build_two_ways,
        [X, X_SIDE],
        [LABELS, REAL],
        {"validation_data": ([X[:9], X_SIDE[:9]], [LABELS[:9], REAL[:9]])},
    ),
    **{
        name: Case(
            lambda k, build=build: finish(  # type: ignore[misc]
                k, build(k), "sparse_categorical_crossentropy", ["accuracy"]
            ),
            layer_nets.TABLE,
            layer_nets.LABELS,
        )
        for name, build in layer_nets.CLASSIFIERS.items()
    },
    "words": Case(
        lambda k: finish(k, layer_nets.build_words(k), "sparse_categorical_crossentropy"),
        layer_nets.WORDS,
        layer_nets.LABELS,
    ),
    "batch_norm_twice": Case(
        lambda k: finish(k, layer_nets.build_shared_norm(k), "mse"),
        layer_nets.TABLE,
        layer_nets.REAL,
    ),
    "binary": Case(build_binary, X, BITS),
    "regression": Case(build_regression, X, REAL),
    "constrained": Case(build_limited(), X, REAL),
    "clipped": Case(build_limited(clipnorm=0.1), X, REAL),
    "clipped_together": Case(build_limited(global_clipnorm=0.1), X, REAL),
    "no_hidden": Case(classify, X, LABELS),
    "no_metrics": Case(lambda k: classify(k, metrics=None), X, LABELS),
    "row_weights": Case(
        classify, X, LABELS, {"sample_weight": ROW_WEIGHTS}, {"sample_weight": ROW_WEIGHTS}
    ),
    "class_weights": Case(classify, X, LABELS, {"class_weight": CLASS_WEIGHT}),
    "class_weights_one_hot": Case(
        lambda k: classify(k, loss="categorical_crossentropy"),
        X,
        ONE_HOT,
        {"class_weight": CLASS_WEIGHT},
    ),
    "batch_larger_than_data": Case(classify, X, LABELS, {"batch_size": 64}),
    "batch_of_one": Case(classify, X[:7], LABELS[:7], {"batch_size": 1}),
    "default_batch": Case(classify, np.tile(X, (3, 1)), np.tile(LABELS, 3), {"batch_size": None}),
    "validation_split": Case(classify, X, LABELS, {"validation_split": 0.3}),
    "validation_split_weighted": Case(
        classify, X, LABELS, {"validation_split": 0.25, "sample_weight": ROW_WEIGHTS}
    ),
    "validation_data_weighted": Case(
        classify, X, LABELS, {"validation_data": (X_VAL, LABELS_VAL, WEIGHTS_VAL)}
    ),
    "validation_beats_split": Case(
        classify, X, LABELS, {"validation_data": (X_VAL, LABELS_VAL), "validation_split": 0.5}
    ),
    "later_epochs": Case(classify, X, LABELS, {"initial_epoch": 1, "epochs": 3}),
    "double_precision_input": Case(classify, X.astype(np.float64), LABELS.astype(np.float64)),
    "labels_in_a_column": Case(classify, X, LABELS[:, None]),
}
