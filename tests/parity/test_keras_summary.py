"""The table of a model, and what a layer is asked for before it is built: as in Keras."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

X = np.ones((4, 3), "float32")


def summarize(model: Any) -> list[str]:
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    return [line.rstrip() for line in "\n".join(lines).splitlines() if line.strip()]


def make_trained(k: ModuleType, optimizer: str) -> Any:
    model = k.Sequential([k.Input((3,)), k.layers.Dense(1200), k.layers.Dense(1)], name="net")
    for i, layer in enumerate(model.layers):
        layer.name = f"layer_{i}"
    model.compile(optimizer, "mse")
    model.fit(X, X[:, :1], verbose=0)
    return model


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_summary_of_a_trained_model(optimizer: str, keras: ModuleType, subject: ModuleType) -> None:
    expected = summarize(make_trained(keras, optimizer))
    assert summarize(make_trained(subject, optimizer)) == expected


@pytest.mark.parametrize("name", ["input", "output", "inputs", "outputs"])
def test_what_comes_with_building_is_not_there_before(
    name: str, keras: ModuleType, subject: ModuleType
) -> None:
    for k in (keras, subject):
        model = k.Sequential([k.layers.Dense(2)])
        assert not hasattr(model, name)
    for k in (keras, subject):
        layer = k.layers.Dense(2)
        layer(X)
        assert getattr(layer, name, None) is None


def penalize(k: ModuleType, rate: float) -> float:
    scale = k.Variable(rate, trainable=False)
    layer = k.layers.Dense(
        1, kernel_initializer="ones", kernel_regularizer=lambda w: scale * k.ops.sum(w**2)
    )
    model = k.Sequential([k.Input((3,)), layer])
    model.compile("sgd", "mse")
    return float(model.evaluate(X, X[:, :1], verbose=0))


def test_a_regularizer_may_read_a_variable(keras: ModuleType, subject: ModuleType) -> None:
    # (3 − 1)² + rate · 3
    assert penalize(subject, 0.5) == penalize(keras, 0.5) == 5.5
