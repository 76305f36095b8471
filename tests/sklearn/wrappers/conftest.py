"""Data and a build function that the tests of the wrappers share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification

from pronghorn import Input, Sequential, layers


@pytest.fixture(scope="session")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    """Three classes with a float32 X of (120, 6)."""
    x, y = make_classification(120, 6, n_informative=4, n_classes=3, class_sep=2.0, random_state=0)
    return x.astype(np.float32), y


@pytest.fixture
def build() -> Any:
    """A build function for three classes, with two arguments of its own; not compiled.

    Made inside a function, so that other processes are sent its code and not its name.
    """

    def build_model(n_hidden: int = 1, n_neurons: int = 16) -> Any:
        hidden = [layers.Dense(n_neurons, activation="relu") for _ in range(n_hidden)]
        return Sequential([Input((6,)), *hidden, layers.Dense(3, activation="softmax")])

    return build_model
