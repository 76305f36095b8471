"""Weights of single values, (n, t) beside values (n, t, …), as real Keras takes them."""

from __future__ import annotations

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


def test_metric_of_rows_refuses_weights_of_values() -> None:
    model = make_model(pronghorn, pronghorn.losses.MeanSquaredError())
    model.compile("sgd", "mse", weighted_metrics=[pronghorn.metrics.AUC()])
    with pytest.raises(ShapeError, match="one weight a row"):
        model.evaluate(
            X, (TARGETS["mse"] > 0) * 1.0, sample_weight=make_weights((ROWS, STEPS)), verbose=0
        )
