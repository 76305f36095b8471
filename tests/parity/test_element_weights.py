"""Weights of single values, (n, t) beside values (n, t, …), as real Keras takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pronghorn
from parity import peers
from pronghorn.errors import ShapeError
from tolerances import CURVES_VS_KERAS, METRICS_VS_KERAS

ROWS, STEPS, CLASSES = 24, 3, 4
RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(ROWS, 5)).astype("float32")
KERNEL = RANDOM.normal(size=(5, STEPS * CLASSES)).astype("float32")
LABELS = RANDOM.integers(0, CLASSES, (ROWS, STEPS))
TARGETS = {
    "mse": RANDOM.normal(size=(ROWS, STEPS, CLASSES)).astype("float32"),
    "binary_crossentropy": RANDOM.integers(0, 2, (ROWS, STEPS, CLASSES)).astype("float32"),
    "categorical_crossentropy": np.eye(CLASSES, dtype="float32")[LABELS],
    "sparse_categorical_crossentropy": LABELS,
}
METRICS = {
    "mse": ["mae", "root_mean_squared_error", "cosine_similarity"],
    "binary_crossentropy": ["binary_accuracy"],
    "categorical_crossentropy": ["accuracy", "categorical_crossentropy"],
    "sparse_categorical_crossentropy": ["accuracy", "sparse_top_k_categorical_accuracy"],
}


def make_weights(shape: tuple[int, ...]) -> Any:
    weights = np.random.default_rng(3).uniform(0.0, 2.0, shape).astype("float32")
    weights[::5] = 0.0
    return weights


def make_model(keras: Any, loss: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(STEPS * CLASSES),
            keras.layers.Reshape((STEPS, CLASSES)),
            keras.layers.Softmax(),
        ]
    )
    model.set_weights([KERNEL, np.zeros(STEPS * CLASSES, "float32")])
    name = loss if isinstance(loss, str) else "mse"
    model.compile(keras.optimizers.SGD(0.1), loss, weighted_metrics=METRICS[name])
    return model


@pytest.mark.parametrize(
    ("loss", "shape"),
    [
        pytest.param("mse", (ROWS,), id="mse-rows"),
        pytest.param("mse", (ROWS, 1), id="mse-columns"),
        *(pytest.param(loss, (ROWS, STEPS), id=f"{loss}-values") for loss in TARGETS),
    ],
)
def test_training_is_that_of_keras(loss: str, shape: tuple[int, ...]) -> None:
    if shape == (ROWS,):
        # Keras lines weights (n,) up with the last axis of values (n, t); here they weigh rows.
        ours, theirs = make_weights(shape), make_weights(shape)[:, None]
    else:
        ours = theirs = make_weights(shape)
    options = {"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0}
    expected = make_model(peers.import_keras(), loss).fit(
        X, TARGETS[loss], sample_weight=theirs, **options
    )
    found = make_model(pronghorn, loss).fit(X, TARGETS[loss], sample_weight=ours, **options)
    assert found.history.keys() == expected.history.keys()
    for key, values in expected.history.items():
        CURVES_VS_KERAS.check(found.history[key], values, key)


@pytest.mark.parametrize("loss", ["mse", "sparse_categorical_crossentropy"])
def test_evaluation_is_that_of_keras(loss: str) -> None:
    weights = make_weights((ROWS, STEPS))
    options = {"batch_size": 7, "return_dict": True, "verbose": 0, "sample_weight": weights}
    expected = make_model(peers.import_keras(), loss).evaluate(X, TARGETS[loss], **options)
    found = make_model(pronghorn, loss).evaluate(X, TARGETS[loss], **options)
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        METRICS_VS_KERAS.check(found[key], value, key)


@pytest.mark.parametrize("name", ["MeanAbsoluteError", "BinaryAccuracy", "CategoricalAccuracy"])
def test_metric_on_arrays_is_that_of_keras(name: str) -> None:
    y, p = TARGETS["categorical_crossentropy"], RANDOM.uniform(size=(ROWS, STEPS, CLASSES))
    weights = make_weights((ROWS, STEPS))
    expected = getattr(peers.import_keras().metrics, name)()(y, p, sample_weight=weights)
    found = getattr(pronghorn.metrics, name)()(y, p, sample_weight=weights)
    METRICS_VS_KERAS.check(found, np.asarray(expected))


@pytest.mark.parametrize("shape", [(ROWS, 2), (ROWS, STEPS, CLASSES)])
def test_weights_that_fit_no_value_are_refused(shape: tuple[int, ...]) -> None:
    model = make_model(pronghorn, "mse")
    before = model.get_weights()
    with pytest.raises(ShapeError, match="sample_weight"):
        model.fit(X, TARGETS["mse"], sample_weight=np.ones(shape), verbose=0)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


# Quarters, of which sums are exact in Keras's float32 too.
def draw_quarters(shape: tuple[int, ...]) -> Any:
    return np.random.default_rng(3).integers(0, 9, shape).astype("float32") / 4


BITS = RANDOM.integers(0, 2, (ROWS, STEPS, CLASSES)).astype("float32")
SHARES = RANDOM.uniform(size=BITS.shape).astype("float32")
SHAPES = {1: [(), (ROWS,)], 2: [(), (ROWS,), (ROWS, 1), (ROWS, STEPS), (1, STEPS)]}
SHAPES[3] = [(), (ROWS, STEPS), (ROWS, STEPS, 1), (ROWS, STEPS, CLASSES)]
METRICS_OF_VALUES: dict[str, Callable[[Any], Any]] = {
    "auc": lambda k: k.metrics.AUC(num_thresholds=9),
    "auc of thresholds": lambda k: k.metrics.AUC(thresholds=[-0.5, 0.1, 0.7], curve="PR"),
    "precision": lambda k: k.metrics.Precision(),
    "recall": lambda k: k.metrics.Recall([0.2, 0.6]),
    "negatives": lambda k: k.metrics.TrueNegatives(),
    "best": lambda k: k.metrics.SensitivityAtSpecificity(0.5, num_thresholds=9),
    "root": lambda k: k.metrics.RootMeanSquaredError(),
    "accuracy": lambda k: k.metrics.BinaryAccuracy(),
    "wrapper": lambda k: k.metrics.MeanMetricWrapper(lambda y, p: k.ops.abs(y - p)),
}
ONLY_OF_COLUMNS: dict[str, Callable[[Any], Any]] = {
    "r2": lambda k: k.metrics.R2Score(None),
    "curves of labels": lambda k: k.metrics.AUC(multi_label=True, num_thresholds=9),
}


def narrow(values: Any, rank: int) -> Any:
    return values[(slice(None),) * rank + (0,) * (3 - rank)]


@pytest.mark.parametrize(
    ("make", "rank", "shape"),
    [
        pytest.param(make, rank, shape, id=f"{name}-{rank}-{shape}")
        for kinds, ranks in ((METRICS_OF_VALUES, (1, 2, 3)), (ONLY_OF_COLUMNS, (2,)))
        for name, make in kinds.items()
        for rank in ranks
        for shape in SHAPES[rank]
    ],
)
def test_metrics_on_arrays_are_those_of_keras(
    make: Callable[[Any], Any], rank: int, shape: tuple[int, ...]
) -> None:
    y, p, weights = narrow(BITS, rank), narrow(SHARES, rank), draw_quarters(shape)
    results = []
    for library in (peers.import_keras(), pronghorn):
        metric = make(library)
        metric.update_state(y, p, sample_weight=weights)
        # Another batch, of which one weight for all would count otherwise than rows.
        metric.update_state(y[:9], p[:9], sample_weight=weights[:9] if weights.ndim else weights)
        results.append(np.asarray(metric.result()))
    METRICS_VS_KERAS.check(results[1], results[0])


@pytest.mark.parametrize("shape", [(), (ROWS,), (ROWS, 1), (ROWS, STEPS)])
@pytest.mark.parametrize("name", ["Mean", "Sum"])
def test_given_values_are_weighed_as_by_keras(name: str, shape: tuple[int, ...]) -> None:
    weights = draw_quarters(shape)
    expected, found = (
        getattr(library.metrics, name)()(BITS[:, :, 0], sample_weight=weights)
        for library in (peers.import_keras(), pronghorn)
    )
    METRICS_VS_KERAS.check(found, np.asarray(expected))


@pytest.mark.parametrize("shape", [(ROWS,), (ROWS, STEPS)])
def test_ignored_labels_have_no_weight(shape: tuple[int, ...]) -> None:
    labels, p = (LABELS, SHARES) if len(shape) == 2 else (LABELS[:, 0], SHARES[:, 0])
    expected, found = (
        library.metrics.SparseCategoricalCrossentropy(ignore_class=1)(
            labels, p, sample_weight=draw_quarters(shape)
        )
        for library in (peers.import_keras(), pronghorn)
    )
    METRICS_VS_KERAS.check(found, np.asarray(expected))


@pytest.mark.parametrize("name", METRICS_OF_VALUES)
def test_metrics_in_models_are_those_of_keras(name: str) -> None:
    weights = draw_quarters(BITS.shape)
    results = []
    for library in (peers.import_keras(), pronghorn):
        model = make_model(library, "mse")
        model.compile(
            "sgd",
            lambda y, p, k=library: k.ops.abs(y - p),
            weighted_metrics=[METRICS_OF_VALUES[name](library)],
        )
        options = {"batch_size": 7, "verbose": 0, "sample_weight": weights}
        results.append(model.evaluate(X, BITS, **options))
    for found, expected in zip(results[1], results[0], strict=True):
        METRICS_VS_KERAS.check(found, expected)


@pytest.mark.parametrize("name", ["auc", "precision", "root"])
def test_weights_of_values_that_fit_none_are_refused(name: str) -> None:
    metric = METRICS_OF_VALUES[name](pronghorn)
    with pytest.raises(ShapeError, match="sample_weight: expected weights of shape"):
        metric.update_state(BITS, SHARES, sample_weight=np.ones((ROWS, STEPS + 1)))
    assert metric.count == 0
