"""Names of Keras 2 and of tf.keras, beside today's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import initializers, losses


@pytest.mark.parametrize(
    ("old", "today"),
    [("normal", "RandomNormal"), ("uniform", "RandomUniform"), ("one", "Ones"), ("zero", "Zeros")],
)
def test_initializer(old: str, today: str) -> None:
    assert getattr(initializers, old) is getattr(initializers, today)


# Values 1 and 4 of two rows, from targets 0 and predictions 1 and 2.
@pytest.mark.parametrize(
    ("name", "expected"), [("AUTO", 2.5), ("SUM_OVER_BATCH_SIZE", 2.5), ("SUM", 5.0)]
)
def test_reduction(name: str, expected: float) -> None:
    loss = losses.MeanSquaredError(reduction=getattr(losses.Reduction, name))
    assert loss(np.zeros((2, 1)), np.array([[1.0], [2.0]])) == expected


def test_no_reduction_keeps_the_rows() -> None:
    loss = losses.MeanSquaredError(reduction=losses.Reduction.NONE)
    assert loss(np.zeros((2, 1)), np.array([[1.0], [2.0]])).tolist() == [1.0, 4.0]


def test_metric_forgets_by_its_old_name() -> None:
    metric = keras.metrics.Mean()
    metric.update_state([3.0])
    metric.reset_states()
    assert metric.result() == 0.0


def test_layer_and_model_say_their_path_and_types() -> None:
    model: Any = keras.Sequential([keras.layers.Dense(1, name="out")], name="net")
    assert (model.path, model.layers[0].path) == ("net", "out")
