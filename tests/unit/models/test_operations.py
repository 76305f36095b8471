"""Operators and functions of ops between layers: each is a layer of the model."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from parity import peers
from parity.draws import draw_uniform, draw_weights
from pronghorn import layers, models, ops
from pronghorn.errors import GraphError, ParameterError, UnknownNameError

X = draw_uniform(95, 6, 4)
Y = draw_uniform(96, 6, 1)
MEAN, VARIANCE = np.float32([0.1, -0.2, 0.3, 0.0]), np.float32([1.0, 2.0, 0.5, 1.5])

# Of the library, the input (n, 4) and a hidden value (n, 4).
CASES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "residual": lambda k, x, h: h + x,
    "numbers": lambda k, x, h: 1.0 - 2.0 * h / 3.0 - x**2,
    "sigmoid by hand": lambda k, x, h: 1.0 / (1.0 + k.ops.exp(-h)),
    "parts": lambda k, x, h: k.ops.concatenate([h[:, :2], x[:, 1:], h[..., :1]], axis=-1),
    "split": lambda k, x, h: k.ops.split(h, 2, axis=-1)[1],
    "reduction": lambda k, x, h: h - k.ops.mean(h, axis=-1, keepdims=True),
    "choice": lambda k, x, h: k.ops.where(h > 0.1, x, h),
    "list": lambda k, x, h: k.ops.reshape(k.ops.stack([x, h], axis=-1), (-1, 8)),
    "keyword": lambda k, x, h: k.ops.softmax(x=h, axis=-1),
    "relu": lambda k, x, h: k.ops.relu(k.ops.maximum(h, x)),
    "einsum": lambda k, x, h: k.ops.einsum("nk,nk->nk", x, h),
    "pad": lambda k, x, h: k.ops.pad(h, ((0, 0), (1, 0)), constant_values=2.0),
    "weights": lambda k, x, h: h - k.ops.expand_dims(k.ops.average(x, -1, x * x), -1),
    "positions": lambda k, x, h: k.ops.take(h, np.array([2, 0, 1, 1]), axis=-1),
    "differences": lambda k, x, h: k.ops.diff(h, axis=-1),
    "conditions": lambda k, x, h: k.ops.select([h > 0.1, x > 0.0], [x, h], 0.5),
    "statistics": lambda k, x, h: k.ops.batch_normalization(h, MEAN, VARIANCE, axis=-1),
}


def build(k: Any, case: Callable[[Any, Any, Any], Any]) -> Any:
    x = k.Input((4,), name="x")
    h = k.layers.Dense(4, name="hidden")(x)
    model = k.Model(x, k.layers.Dense(1, name="end")(case(k, x, h)))
    model.set_weights(draw_weights(97, [tuple(w.shape) for w in model.get_weights()]))
    model.compile("sgd", "mse")
    return model


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_trains_as_in_keras(case: Callable[[Any, Any, Any], Any]) -> None:
    ours, theirs = build(keras, case), build(peers.import_keras(), case)
    losses = [
        model.fit(X, Y, epochs=2, shuffle=False, verbose=0).history["loss"]
        for model in (ours, theirs)
    ]
    tolerances.LOSS_VS_KERAS.check(*losses)
    found, expected = (model.predict(X, verbose=0) for model in (ours, theirs))
    tolerances.OUTPUTS_VS_KERAS.check(found, expected)


COPIES: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "clone": models.clone_model,
    "json": lambda model: models.model_from_json(model.to_json()),
}


@pytest.mark.parametrize("copy_model", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("case", ["parts", "keyword", "choice"])
def test_copies_compute_the_same(case: str, copy_model: Callable[[Any], Any]) -> None:
    model = build(keras, CASES[case])
    twin = copy_model(model)
    twin.set_weights(model.get_weights())
    assert np.array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_open_in_keras_and_come_back(case: Any, tmp_path: Path) -> None:
    k = peers.import_keras()
    model = build(keras, case)
    expected = model.predict(X, verbose=0)
    model.save(tmp_path / "ours.keras")
    theirs = k.models.load_model(tmp_path / "ours.keras")
    tolerances.OUTPUTS_VS_KERAS.check(theirs.predict(X, verbose=0), expected)
    theirs.save(tmp_path / "theirs.keras")
    again = models.load_model(tmp_path / "theirs.keras")
    tolerances.OUTPUTS_VS_KERAS.check(again.predict(X, verbose=0), expected)


def test_arrays_come_first_or_last() -> None:
    x = keras.Input((4,))
    w = draw_uniform(98, 4, 2)
    model = keras.Model(x, np.arange(2.0) - (np.ones(4) * x) @ w)
    tolerances.OPS_VS_KERAS.check(model.predict(X, verbose=0), np.arange(2.0) - X @ w)


def test_names_are_those_of_the_operations() -> None:
    keras.utils.clear_session()
    x = keras.Input((4,))
    model = keras.Model(x, ops.tanh(x * 2.0) * x)
    assert [layer.name for layer in model.operations][1:] == ["multiply", "tanh", "multiply_1"]


def test_weights_between_layers_are_refused() -> None:
    weight = layers.Dense(4)
    weight.build((None, 4))
    with pytest.raises(ParameterError, match="subclass of Layer"):
        keras.Input((4,)) * weight.kernel


def test_iteration_and_truth_are_refused() -> None:
    x = keras.Input((4,))
    with pytest.raises(TypeError):
        list(x)
    with pytest.raises(GraphError):
        bool(x > 0)


def test_unknown_operation_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="multiply"):
        layers.Operation("multiplly")
