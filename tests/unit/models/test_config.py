"""Models as JSON and back, copies, and the printed summary."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from pronghorn import layers
from pronghorn.errors import ParameterError, UnknownNameError

X = np.random.default_rng(2).normal(size=(6, 3)).astype("float32")


def make_chain() -> Any:
    return keras.Sequential(
        [
            keras.Input((3,), name="table"),
            layers.Dense(4, activation="relu", kernel_regularizer="l2", name="hidden"),
            layers.Dropout(0.5, name="drop"),
            layers.Dense(2, name="out"),
        ],
        name="chain",
    )


def make_graph() -> Any:
    x = keras.Input((3,), name="x")
    layer = layers.Dense(3, activation="tanh", name="shared")
    both = layers.Add(name="sum")([layer(layer(x)), x])
    return keras.Model(x, layers.Dense(2, name="out")(both), name="graph")


def make_nested() -> Any:
    return keras.Sequential([keras.Input((3,)), make_graph(), layers.Dense(1)], name="nested")


@pytest.mark.parametrize("make", [make_chain, make_graph, make_nested])
def test_json_round_trip(make: Any, engine: str) -> None:
    model = make()
    again = keras.models.model_from_json(model.to_json())
    assert type(again) is type(model)
    assert again.to_json() == model.to_json()
    again.set_weights(model.get_weights())
    assert (again.predict(X, verbose=0) == model.predict(X, verbose=0)).all()


def test_json_is_in_the_form_of_keras() -> None:
    """The keys that keras 3.15.1 writes for the same network."""
    config = json.loads(make_graph().to_json())
    assert config["class_name"] == "Model" or config["class_name"] == "Functional"
    shared = next(part for part in config["config"]["layers"] if part["name"] == "shared")
    assert shared["class_name"] == "Dense"
    second = shared["inbound_nodes"][1]["args"][0]
    flat = second[0] if isinstance(second, list) else second
    assert flat["class_name"] == "__keras_tensor__"
    assert flat["config"]["keras_history"] == ["shared", 0, 0]
    assert config["config"]["input_layers"] == ["x", 0, 0]
    assert config["config"]["output_layers"] == ["out", 0, 0]


def test_clone_has_new_weights() -> None:
    model = make_chain()
    clone = keras.models.clone_model(model)
    assert [v.shape for v in clone.weights] == [v.shape for v in model.weights]
    assert (clone.get_weights()[0] != model.get_weights()[0]).any()


@pytest.mark.parametrize(
    "copy_model",
    [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["deepcopy", "pickle"],
)
def test_copy_goes_its_own_way(copy_model: Any, engine: str) -> None:
    model = make_graph()
    model.compile("adam", "mse")
    y = X[:, :2]
    model.fit(X, y, epochs=2, verbose=0)
    twin = copy_model(model)
    before = model.predict(X, verbose=0)
    tolerances.WEIGHTS_VS_REFERENCE.check(twin.predict(X, verbose=0), before)
    twin.fit(X, y, verbose=0)
    assert (model.predict(X, verbose=0) == before).all()
    # The copy took over the optimizer's state: one more step on both gives the same again. (The
    # reference engine has float64 weights, of which a copy takes the float32 part.)
    model.fit(X, y, verbose=0)
    tolerances.WEIGHTS_VS_REFERENCE.check(model.predict(X, verbose=0), twin.predict(X, verbose=0))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("no json", ParameterError),
        ('{"class_name": "Conv2D", "config": {}}', UnknownNameError),
        ('{"class_name": "Sequential", "config": {"layers": 3}}', ParameterError),
    ],
    ids=["json", "class", "layers"],
)
def test_refused_json(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        keras.models.model_from_json(text)


def test_summary_of_a_chain() -> None:
    lines: list[str] = []
    model = make_chain()
    model.summary(print_fn=lines.append, line_length=60)
    # keras 3.15.1 prints this table for the same model (summary(print_fn=..., line_length=60)).
    assert lines == [
        'Model: "chain"\n'
        "┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓\n"
        "┃ Layer (type)             ┃ Output Shape      ┃   Param # ┃\n"
        "┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩\n"
        "│ hidden (Dense)           │ (None, 4)         │        16 │\n"
        "├──────────────────────────┼───────────────────┼───────────┤\n"
        "│ drop (Dropout)           │ (None, 4)         │         0 │\n"
        "├──────────────────────────┼───────────────────┼───────────┤\n"
        "│ out (Dense)              │ (None, 2)         │        10 │\n"
        "└──────────────────────────┴───────────────────┴───────────┘\n"
        " Total params: 26 (104.00 B)\n"
        " Trainable params: 26 (104.00 B)\n"
        " Non-trainable params: 0 (0.00 B)\n"
    ]


def test_summary_says_what_is_trained() -> None:
    lines: list[str] = []
    model = make_chain()
    model.layers[0].trainable = False
    model.summary(print_fn=lines.append, line_length=60, show_trainable=True)
    # Rows of the table that keras 3.15.1 prints (summary(show_trainable=True, line_length=60)).
    assert "│ hidden (Dense)        │ (None, 4)        │      16 │  N  │\n" in lines[0]
    assert "│ drop (Dropout)        │ (None, 4)        │       0 │  -  │\n" in lines[0]
    assert "│ out (Dense)           │ (None, 2)        │      10 │  Y  │\n" in lines[0]


def test_summary_counts_the_optimizer_like_keras() -> None:
    # Adam keeps two numbers a weight, the iteration and the learning rate: 3 · 26 + 2 = 80.
    model = make_chain()
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    assert " Total params: 80 (320.00 B)" in lines[0]
    assert " Optimizer params: 54 (216.00 B)" in lines[0]


def test_summary_shows_connections() -> None:
    lines: list[str] = []
    make_graph().summary(print_fn=lines.append, line_length=100)
    assert "shared[1][0], x[0][0]" in lines[0]


def test_summary_of_some_layers() -> None:
    lines: list[str] = []
    make_chain().summary(print_fn=lines.append, layer_range=["drop", "out"])
    assert "drop" in lines[0] and "hidden" not in lines[0]
    with pytest.raises(ParameterError, match="hidden"):
        make_chain().summary(layer_range=["hiden", "out"])
