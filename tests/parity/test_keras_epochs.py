"""Epochs of a given number of steps over batches that a program makes: as many as Keras's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

X = np.ones((16, 4), "float32")
Y = X.sum(axis=1)


def make_batches(k: ModuleType, count: int) -> Any:
    class Batches(k.utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return count

        def __getitem__(self, i: int) -> Any:
            return X[4 * i : 4 * i + 4], Y[4 * i : 4 * i + 4]

    return Batches()


def make_model(k: ModuleType) -> Any:
    model = k.Sequential([k.Input((4,)), k.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(k: ModuleType, count: int, steps: int, epochs: int) -> Any:
    model, batches = make_model(k), make_batches(k, count)
    history = model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=0)
    return int(model.optimizer.iterations), history.epoch, len(history.history["loss"])


# The last three have epochs that end early, with a warning.
@pytest.mark.filterwarnings("ignore:.*ran out of (batches|data)")
@pytest.mark.parametrize(
    "case", [(4, 4, 3), (4, 2, 3), (4, 1, 6), (4, 3, 4), (3, 2, 5), (4, 5, 3)], ids=str
)
def test_steps_per_epoch(case: Any, keras: ModuleType, subject: ModuleType) -> None:
    assert train(subject, *case) == train(keras, *case)


def validate(k: ModuleType, steps: int) -> Any:
    data = make_batches(k, 4)
    history = make_model(k).fit(
        X, Y, validation_data=data, validation_steps=steps, epochs=4, verbose=0
    )
    return len(history.history["val_loss"])


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_validation_steps(steps: int, keras: ModuleType, subject: ModuleType) -> None:
    assert validate(subject, steps) == validate(keras, steps) == 4
