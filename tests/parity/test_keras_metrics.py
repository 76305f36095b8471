"""Metrics within fit and evaluate give what Keras gives: built-in ones and your own."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances

rng = np.random.default_rng(17)
X = rng.normal(size=(44, 5)).astype("float32")
W = rng.uniform(0.0, 2.0, 44).astype("float32")
LABELS = rng.integers(0, 3, 44)
TARGETS = {
    "binary": (LABELS[:, None] == 1).astype("float32"),
    "categorical": np.eye(3, dtype="float32")[LABELS],
    "sparse": LABELS,
    "regression": (X[:, :3] * 2 + 1).astype("float32"),
}
OUTPUTS = {
    "binary": (1, "sigmoid", "binary_crossentropy"),
    "categorical": (3, "softmax", "categorical_crossentropy"),
    "sparse": (3, "softmax", "sparse_categorical_crossentropy"),
    "regression": (3, None, "mse"),
}


def hits(k: ModuleType) -> Any:
    class Hits(k.metrics.Metric):  # type: ignore[misc,name-defined]
        """Two variables, assigned and added to; weights in use."""

        def __init__(self, name: str = "hits", **kwargs: Any) -> None:
            super().__init__(name=name, **kwargs)
            self.total = self.add_weight(shape=(), initializer="zeros", name="total")
            self.count = self.add_variable(shape=(), initializer="zeros", name="count")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            right = k.ops.cast(k.ops.equal(y_true, k.ops.round(y_pred)), "float32")
            right = k.ops.mean(right, axis=-1)
            ones = k.ops.ones_like(right)
            if sample_weight is not None:
                right, ones = right * sample_weight, ones * sample_weight
            self.total.assign_add(k.ops.sum(right))
            self.count.assign(self.count + k.ops.sum(ones))

        def result(self) -> Any:
            return k.ops.divide_no_nan(self.total, self.count)

        def reset_state(self) -> None:
            self.total.assign(0.0)
            self.count.assign(0.0)

    return Hits()


def per_class(k: ModuleType) -> Any:
    class PerClass(k.metrics.Metric):  # type: ignore[misc,name-defined]
        """A vector of a variable, without a reset of its own; the result is an array."""

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.found = self.add_weight(shape=(3,), initializer="zeros", name="found")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.found.assign(self.found + k.ops.sum(y_true * y_pred, axis=0))

        def result(self) -> Any:
            return self.found / 10.0

    return PerClass()


def harmonic(k: ModuleType) -> Any:
    class Harmonic(k.metrics.Metric):  # type: ignore[misc,name-defined]
        """Made of other metrics."""

        def __init__(self, name: str = "harmonic") -> None:
            super().__init__(name=name)
            self.precision = k.metrics.Precision(thresholds=0.4)
            self.recall = k.metrics.Recall(thresholds=0.4)

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.precision.update_state(y_true, y_pred, sample_weight)
            self.recall.update_state(y_true, y_pred, sample_weight)

        def result(self) -> Any:
            p, r = self.precision.result(), self.recall.result()
            return 2 * p * r / (p + r + 1e-7)

        def reset_state(self) -> None:
            self.precision.reset_state()
            self.recall.reset_state()

    return Harmonic()


def table(k: ModuleType) -> Any:
    class Table(k.metrics.Metric):  # type: ignore[misc,name-defined]
        """Several values at once."""

        def __init__(self, name: str = "table") -> None:
            super().__init__(name=name)
            self.error = self.add_weight(shape=(), initializer="zeros", name="error")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            error = k.ops.sum(k.ops.abs(y_true - y_pred))
            self.error.assign(k.ops.maximum(self.error, error))

        def result(self) -> Any:
            return {"worst_batch": self.error + 0.0, "twice": self.error * 2.0}

    return Table()


def row_function(k: ModuleType) -> Any:
    def distance(y_true: Any, y_pred: Any) -> Any:
        return k.ops.sqrt(k.ops.sum(k.ops.square(y_true - y_pred), axis=-1))

    return distance


def batch_function(k: ModuleType) -> Any:
    def explained(y_true: Any, y_pred: Any) -> Any:
        """One number a batch, as in many an old script."""
        residual = k.ops.sum(k.ops.square(y_true - y_pred))
        spread = k.ops.sum(k.ops.square(y_true - k.ops.mean(y_true)))
        return 1 - residual / (spread + 1e-7)

    return explained


Make = Callable[[ModuleType], Any]
# Kind of targets: metrics, and those that weigh their rows.
CASES: dict[str, tuple[list[Make | str], list[Make | str]]] = {
    "binary": (
        [
            hits,
            harmonic,
            lambda k: k.metrics.AUC(name="roc"),
            lambda k: k.metrics.AUC(curve="PR", name="pr"),
            lambda k: k.metrics.TruePositives([0.3, 0.5], name="tp"),
            lambda k: k.metrics.FalseNegatives(name="fn"),
            lambda k: k.metrics.MeanMetricWrapper(row_function(k), name="wrapped"),
            "Precision",
        ],
        [hits, "AUC", "Precision", "Recall"],
    ),
    "categorical": (
        [
            per_class,
            lambda k: k.metrics.AUC(multi_label=True, name="auc"),
            lambda k: k.metrics.TopKCategoricalAccuracy(2, name="top"),
            lambda k: k.metrics.Precision(top_k=2, name="precision"),
            lambda k: k.metrics.Recall(class_id=1, name="recall"),
            lambda k: k.metrics.F1Score(),
            lambda k: k.metrics.F1Score("macro", 0.4, name="macro"),
            lambda k: k.metrics.FBetaScore("weighted", 2.0, name="two"),
        ],
        ["f1_score"],
    ),
    "sparse": (
        [lambda k: k.metrics.SparseTopKCategoricalAccuracy(2), "accuracy", "accuracy"],
        ["accuracy", "accuracy"],
    ),
    "regression": (
        [
            table,
            row_function,
            batch_function,
            lambda k: k.losses.Huber(),
            "r2_score",
            "mse",
            "mae",
            "cosine_similarity",
            "root_mean_squared_error",
            "mse",
        ],
        [row_function, "r2_score", "mse", "mse"],
    ),
}


def run(k: ModuleType, kind: str) -> Any:
    units, activation, loss = OUTPUTS[kind]
    model = k.Sequential([k.Input((5,)), k.layers.Dense(units, activation=activation)])
    model.set_weights([np.linspace(-1, 1, 5 * units).reshape(5, units), np.zeros(units)])
    plain, weighted = ([m if isinstance(m, str) else m(k) for m in part] for part in CASES[kind])
    model.compile(k.optimizers.SGD(0.05), loss, metrics=plain, weighted_metrics=weighted)
    y = TARGETS[kind]
    history = model.fit(
        X,
        y,
        batch_size=16,
        epochs=2,
        shuffle=False,
        verbose=0,
        sample_weight=W,
        validation_data=(X[:20], y[:20], W[:20]),
    ).history
    scores = model.evaluate(X, y, batch_size=16, sample_weight=W, verbose=0, return_dict=True)
    return history, scores


@pytest.mark.parametrize("kind", CASES)
def test_values_in_fit_and_evaluate(kind: str, keras: ModuleType, subject: ModuleType) -> None:
    expected, actual = run(keras, kind), run(subject, kind)
    check = tolerances.METRICS_VS_KERAS_TRAINED.check
    assert sorted(actual[0]) == sorted(expected[0])
    for name, values in expected[0].items():
        check(np.asarray(actual[0][name]), np.asarray(values), name)
    assert sorted(actual[1]) == sorted(expected[1])
    for name, value in expected[1].items():
        check(np.asarray(actual[1][name]), np.asarray(value), name)
