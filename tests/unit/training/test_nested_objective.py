"""Losses and metrics nested as the outputs of a model are: their numbers and names in logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import ParameterError

X, ZEROS = np.ones((2, 2)), np.zeros((2, 1))

OUTPUTS: dict[str, Callable[..., Any]] = {
    "dicts": lambda a, b, c: {"p": {"o": a, "r": b}, "q": c},
    "lists": lambda a, b, c: [[a, b], c],
    "a dict in a list": lambda a, b, c: [{"o": a, "r": b}, c],
    "a list in a dict": lambda a, b, c: {"p": [a, b], "q": c},
    "a dict of one": lambda a, b, c: {"p": {"o": a}, "q": c},
    "one": lambda a, b, c: {"p": {"o": a}},
}


def make_model(outputs: Callable[..., Any]) -> Any:
    """Predictions of 2.5, 4.5 and 6.5 for targets of 0."""
    x = keras.Input((2,))
    ends = [
        keras.layers.Dense(
            1,
            name=name,
            kernel_initializer=keras.initializers.Constant(number),
            bias_initializer=keras.initializers.Constant(0.5),
        )(x)
        for number, name in ((1, "da"), (2, "db"), (3, "dc"))
    ]
    return keras.Model(x, outputs(*ends))


# Observed with keras 3.15.1 on JAX: what evaluate returns, and its names, sorted.
CASES: list[tuple[str, dict[str, Any], list[float], str]] = [
    (
        "dicts",
        {"loss": {"q": "mse", "p": {"r": "mae", "o": "mse"}}},
        [53.0, 42.25, 4.5, 6.25],
        "loss p/o_loss p/r_loss q_loss",
    ),
    ("dicts", {"loss": {"p": {"r": "mae"}}}, [4.5], "loss"),
    (
        "dicts",
        {"loss": {"p": {"r": "mae", "o": None}, "q": "mse"}},
        [46.75, 4.5, 42.25],
        "loss p/r_loss q_loss",
    ),
    (
        "dicts",
        {
            "loss": {"p": {"o": "mse", "r": "mse"}, "q": "mse"},
            "metrics": {"p": {"o": ["mae"], "r": None}, "q": "mae"},
        },
        [68.75, 6.25, 20.25, 42.25, 2.5, 6.5],
        "da_mae dc_mae loss p/o_loss p/r_loss q_loss",
    ),
    (
        "dicts",
        {
            "loss": {"p": {"o": "mse", "r": "mse"}, "q": "mse"},
            "loss_weights": {"p": {"o": 2.0, "r": 3.0}, "q": 0.5},
        },
        [94.375, 6.25, 20.25, 42.25],
        "loss p/o_loss p/r_loss q_loss",
    ),
    (
        "lists",
        {"loss": [["mse", "mae"], "mse"], "metrics": [["mae", "mse"], "mae"]},
        [53.0, 6.25, 4.5, 42.25, 2.5, 20.25, 6.5],
        "0/da_loss 0/db_loss da_mae db_mse dc_loss dc_mae loss",
    ),
    (
        "a dict in a list",
        {
            "loss": [{"o": "mse", "r": "mae"}, "mae"],
            "metrics": [{"o": ["mae"], "r": ["mse"]}, ["mse"]],
        },
        [17.25, 6.25, 4.5, 6.5, 2.5, 20.25, 42.25],
        "0/o_loss 0/r_loss da_mae db_mse dc_loss dc_mse loss",
    ),
    (
        "a list in a dict",
        {
            "loss": {"p": ["mse", "mae"], "q": "mse"},
            "metrics": {"p": ["mae", "mse"], "q": ["mae"]},
        },
        [53.0, 6.25, 4.5, 42.25, 2.5, 20.25, 6.5],
        "da_mae db_mse dc_mae loss p/da_loss p/db_loss q_loss",
    ),
    (
        "a dict of one",
        {"loss": {"p": {"o": "mse"}, "q": "mae"}},
        [12.75, 6.25, 6.5],
        "loss p/o_loss q_loss",
    ),
    (
        "one",
        {"loss": {"p": {"o": "mse"}}, "metrics": {"p": {"o": ["mae"]}}},
        [6.25, 2.5],
        "loss mae",
    ),
]


@pytest.mark.parametrize(("outputs", "asked", "scores", "names"), CASES)
def test_scores_are_those_of_keras(
    outputs: str, asked: dict[str, Any], scores: list[float], names: str
) -> None:
    model = make_model(OUTPUTS[outputs])
    model.compile("sgd", **asked)
    targets = OUTPUTS[outputs](ZEROS, ZEROS, ZEROS)
    assert np.atleast_1d(model.evaluate(X, targets, verbose=0)).tolist() == scores
    assert list(model.evaluate(X, targets, verbose=0, return_dict=True)) == names.split()


class Forked(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.ends = [keras.layers.Dense(1) for _ in range(3)]

    def call(self, x: Any) -> Any:
        return OUTPUTS["dicts"](*(end(x) for end in self.ends))


def test_a_model_that_is_not_built_takes_them() -> None:
    model = Forked()
    loss = {"p": {"o": "mse", "r": "mae"}, "q": "mae"}
    model.compile("sgd", loss, metrics={"p": {"o": ["mae"], "r": None}, "q": ["mse"]})
    history = model.fit(X, OUTPUTS["dicts"](ZEROS, ZEROS, ZEROS), verbose=0).history
    # Of a call written by hand the outputs have no names: observed with keras 3.15.1 on JAX.
    assert sorted(history) == ["loss", "mae", "mse", "p/o_loss", "p/r_loss", "q_loss"]


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ({"p": {"o": "mse", "z": "mse"}}, r"loss\['p'\]: .* keys 'o', 'r', received 'o', 'z'"),
        ({"p": {"o": "mse"}, "z": "mse"}, r"loss: .* keys 'p', 'q', received 'p', 'z'"),
        ({"p": "mse", "q": "mse"}, r"loss\['p'\]: .* keys 'o', 'r', received 'mse'"),
    ],
    ids=["inner key", "outer key", "one for two"],
)
def test_what_is_nested_otherwise_is_refused(loss: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        make_model(OUTPUTS["dicts"]).compile("sgd", loss)
