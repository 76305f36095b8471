"""Steps that do not count: where the mask of an Embedding goes, and where it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pronghorn import Input, Model, Sequential, layers
from pronghorn.errors import GraphError

# Rows of E by number, and two texts of which 0 fills the second up.
TABLE = np.array([[9.0, 9.0], [1.0, 2.0], [3.0, 6.0]])
ROWS = np.array([[1, 2, 1, 2], [2, 1, 0, 0], [0, 0, 0, 0]])
# (1 + 3 + 1 + 3) / 4 and (2 + 6 + 2 + 6) / 4; (3 + 1) / 2 and (6 + 2) / 2; no step at all.
MEANS = [[2.0, 4.0], [2.0, 4.0], [0.0, 0.0]]


def embed(x: Any, mask_zero: bool = True) -> Any:
    return layers.Embedding(3, 2, mask_zero=mask_zero, weights=TABLE)(x)


BETWEEN: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda h: h,
    "Dropout": layers.Dropout(0.5),
    "Activation": layers.Activation("linear"),
    "Dense": layers.Dense(2, use_bias=False, kernel_initializer="identity"),
    "a model": Sequential([layers.Dropout(0.5), layers.Identity()]),
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_average_leaves_out_what_fills_up_behind(between: Callable[[Any], Any]) -> None:
    x = Input((4,))
    model = Model(x, layers.GlobalAveragePooling1D()(between(embed(x))))
    assert model.predict(ROWS, verbose=0).tolist() == MEANS


def test_every_step_counts_without_a_mask() -> None:
    x = Input((4,))
    model = Model(x, layers.GlobalAveragePooling1D()(embed(x, mask_zero=False)))
    # (3 + 1 + 9 + 9) / 4 and (6 + 2 + 9 + 9) / 4
    assert model.predict(ROWS[1:2], verbose=0).tolist() == [[5.5, 6.5]]


def test_mask_may_be_given() -> None:
    steps, mask = TABLE[ROWS], ROWS != 0
    assert layers.GlobalAveragePooling1D()(steps, mask=mask).tolist() == MEANS


def test_flatten_ends_a_mask() -> None:
    model = Sequential([Input((4,)), layers.Embedding(3, 2, mask_zero=True, weights=TABLE)])
    model.add(layers.Flatten())
    assert model.predict(ROWS[1:2], verbose=0).tolist() == [
        [3.0, 6.0, 1.0, 2.0, 9.0, 9.0, 9.0, 9.0]
    ]


def test_what_fills_up_gets_no_gradient() -> None:
    x = Input((4,))
    pooled = layers.GlobalAveragePooling1D()(embed(x))
    model = Model(x, layers.Dense(1, kernel_initializer="ones")(pooled))
    _, gradients = model.compute_gradients(ROWS[1:2], np.array([[0.0]]), loss="mse")
    gradient = next(iter(gradients.values()))
    # The output is 2 + 4; d (6)² / d mean = 12, half of it for each of the two steps.
    assert gradient.tolist() == [[0.0, 0.0], [6.0, 6.0], [6.0, 6.0]]


@pytest.mark.parametrize(
    ("between", "says"),
    [
        (layers.BatchNormalization(name="norm"), "norm"),
        (layers.Softmax(name="soft"), "soft"),
        (lambda h: layers.Add(name="sum")([h, h]), "sum"),
        (layers.Dropout(0.5), "loss of the output"),
    ],
    ids=["BatchNormalization", "Softmax", "Add", "loss"],
)
def test_what_would_heed_a_mask_is_refused(between: Callable[[Any], Any], says: str) -> None:
    with pytest.raises(GraphError, match=f"{says}.*mask_zero"):
        x = Input((4,))
        model = Model(x, between(embed(x)))
        model.compile("sgd", "mse")
        model.fit(ROWS, np.zeros((3, 4, 2)), verbose=0)
