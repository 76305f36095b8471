"""What users write over `keras.ops` trains natively, to the losses that Keras reaches."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity import own_functions as own
from pronghorn.errors import PronghornError

BATCH = 6  # the last batch of the 16 rows has 4


def train(k: ModuleType, build: own.Build, y: Any, **options: Any) -> tuple[dict[str, Any], Any]:
    model = build(k)
    history = model.fit(own.X, y, batch_size=BATCH, shuffle=False, verbose=0, **options).history
    return history, model.get_weights()


# Weights of rows fit losses with a value a row, or with one for the batch.
WEIGHTED = [f"loss: {name}" for name in own.LOSSES if name not in ("matrix", "columns")]
CASES = [
    *(pytest.param(name, None, id=name) for name in own.OF_ROWS),
    *(pytest.param(name, own.ROW_WEIGHTS, id=f"{name}, weighted") for name in WEIGHTED),
]


@pytest.mark.parametrize(("name", "weights"), CASES)
def test_three_steps_are_those_of_keras(
    name: str, weights: Any, keras: ModuleType, subject: ModuleType
) -> None:
    build = own.OF_ROWS[name]
    expected, kernels = train(keras, build, own.Y, sample_weight=weights)
    actual, found = train(subject, build, own.Y, sample_weight=weights)
    assert list(actual) == list(expected)
    for key, values in expected.items():
        tolerances.OUTPUTS_VS_KERAS.check(actual[key], values, key)
    for i, kernel in enumerate(kernels):
        tolerances.WEIGHTS_VS_KERAS.check(found[i], kernel, f"weight {i}")


def test_labels_inside_a_loss(keras: ModuleType, subject: ModuleType) -> None:
    expected, kernels = train(keras, own.focal, own.LABELS)
    actual, found = train(subject, own.focal, own.LABELS)
    tolerances.LOSS_VS_KERAS.check(actual["loss"], expected["loss"])
    for i, kernel in enumerate(kernels):
        tolerances.WEIGHTS_VS_KERAS.check(found[i], kernel, f"weight {i}")


# What cannot be traced, and what the message says in its place.
UNTRACED: dict[str, tuple[Any, str]] = {
    "numpy function": (lambda o, x: np.mean(x, axis=-1, keepdims=True) + x, "pronghorn.ops.mean"),
    "numpy reduction": (lambda o, x: x - np.add.reduce(x), "pronghorn.ops.sum"),
    "asarray": (lambda o, x: np.asarray(x), "pronghorn.ops"),
    "if": (lambda o, x: x if x > 0 else -x, "pronghorn.ops.where"),
    "and": (lambda o, x: o.where(x > 0 and x < 1, x, 0.0), "pronghorn.ops.where"),
    "float": (lambda o, x: x * float(x), "pronghorn.ops"),
    "loop": (lambda o, x: sum(part for part in x), "pronghorn.ops.unstack"),
    "rows": (lambda o, x: x[0], "the whole batch"),
}


@pytest.mark.parametrize(("function", "says"), UNTRACED.values(), ids=UNTRACED)
def test_what_cannot_be_traced_is_refused_by_name(
    function: Any, says: str, subject: ModuleType
) -> None:
    with pytest.raises((PronghornError, TypeError), match=says):
        own.chain(subject, subject.layers.Dense(3, activation=lambda x: function(subject.ops, x)))


def test_numpy_functions_of_the_table_are_traced(subject: ModuleType) -> None:
    """np.exp and its like find their operation: their value is the same."""
    layer = subject.layers.Lambda(lambda x: np.exp(x) * np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    expected = np.exp(own.X) * np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    tolerances.OPS_VS_KERAS.check(layer(own.X), expected.astype(np.float32))
