"""What losses make of unusual arguments: weights of classes, types, one value for the batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pronghorn import layers, losses, mixed_precision, models
from pronghorn.errors import ShapeError
from tolerances import KINDS_VS_KERAS, LOSS_VS_REFERENCE

LOG_2 = float(np.log(2.0))
# Each row costs alpha of its class · (1 - 0.5)² · log 2.
HALVES = np.full((2, 2), 0.5)


@pytest.mark.parametrize("alpha", [[1.0, 3.0], (1, 3), np.array([1.0, 3.0])], ids=str)
def test_alpha_of_each_class(alpha: Any) -> None:
    rows = losses.categorical_focal_crossentropy(np.eye(2), HALVES, alpha=alpha)
    KINDS_VS_KERAS.check(rows, [LOG_2 / 4, 3 * LOG_2 / 4])
    loss = losses.CategoricalFocalCrossentropy(alpha=alpha)
    KINDS_VS_KERAS.check(loss(np.eye(2), HALVES), LOG_2 / 2)
    assert loss.get_config()["alpha"] == [1.0, 3.0]


def test_alpha_of_each_class_in_a_model_and_its_file(tmp_path: Path) -> None:
    model = models.Sequential([layers.Input((1,)), layers.Dense(2, activation="softmax")])
    # Inputs of 0 make both classes equally likely, so the loss is that of HALVES.
    model.compile("sgd", losses.CategoricalFocalCrossentropy(alpha=[1.0, 3.0]))
    model.save(tmp_path / "model.keras")
    for found in (model, models.load_model(tmp_path / "model.keras")):
        value = found.evaluate(np.zeros((2, 1)), np.eye(2), verbose=0)
        LOSS_VS_REFERENCE.check(value, LOG_2 / 2)


def test_alpha_of_each_class_needs_all_classes() -> None:
    with pytest.raises(ShapeError, match=r"alpha: expected a number, or 3 of them"):
        losses.CategoricalFocalCrossentropy(alpha=[1.0, 2.0])(np.eye(3), np.full((3, 3), 1 / 3))


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight"])
def test_one_value_for_the_batch_is_weighed_and_not_divided(reduction: str) -> None:
    # Keras: mean((0 - 1)², (0 - 3)²) = 5, times the weight.
    loss = losses.MeanSquaredError(reduction=reduction)
    assert float(loss(np.zeros(2), np.array([1.0, 3.0]), sample_weight=0.5)) == 2.5


@pytest.mark.parametrize("kind", ["uint8", "bool", "float16"])
def test_own_loss_meets_floats(kind: str) -> None:
    class Difference(losses.Loss):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            assert (y_true.dtype, y_pred.dtype) == (np.float32, np.float32)
            return y_true - y_pred

    # 0 - 1 would be 255 as a byte.
    assert float(Difference()(np.zeros((1, 1), kind), np.ones((1, 1), kind))) == -1.0


@pytest.mark.parametrize(
    ("given", "found"), [(None, "float32"), (mixed_precision.Policy("mixed_float16"), "float16")]
)
def test_dtype_is_named(given: Any, found: str) -> None:
    loss = losses.MeanSquaredError(dtype=given)
    assert loss.dtype == found
    assert ("dtype" in loss.get_config()) is (given is not None)
