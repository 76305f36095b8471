"""Models in models, in files of real Keras 3 and in files for it: each call gives its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import keras as real
import numpy as np
import pytest

import pronghorn
from tolerances import OUTPUTS_ACROSS_FILES

# Keras's own variables lack an argument that this NumPy asks for.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*"),
]
rng = np.random.default_rng(0)
A, B = rng.normal(size=(2, 5, 3)).astype("float32")
ways = pytest.mark.parametrize(
    ("source", "target"),
    [(pronghorn, real), (real, pronghorn), (pronghorn, pronghorn)],
    ids=["to_keras", "from_keras", "own"],
)


def make_inner(k: ModuleType, *, name: str, units: int = 3) -> Any:
    x = k.Input((3,))
    return k.Model(x, k.layers.Dense(units, name=f"{name}_dense")(x), name=name)


def make_encoder(k: ModuleType) -> Any:
    x = k.Input((3,), name="a")
    return k.Model(x, make_inner(k, name="inner")(x), name="net")


def make_first_call_an_output(k: ModuleType) -> Any:
    a, b, inner = k.Input((3,), name="a"), k.Input((3,), name="b"), make_inner(k, name="inner")
    first = inner(a)
    return k.Model([a, b], [first, k.layers.Dense(1, name="top")(inner(b))], name="net")


def make_both_calls_outputs(k: ModuleType) -> Any:
    a, inner = k.Input((3,), name="a"), make_inner(k, name="inner")
    left = k.layers.Dense(3, activation="relu", name="left")(a)
    right = k.layers.Dense(3, activation="tanh", name="right")(a)
    return k.Model(a, [inner(left), inner(right)], name="net")


def make_last_call_an_output(k: ModuleType) -> Any:
    a, inner = k.Input((3,), name="a"), make_inner(k, name="inner")
    return k.Model(a, inner(k.layers.Dense(3, name="between")(inner(a))), name="net")


def make_several_outputs(k: ModuleType) -> Any:
    x = k.Input((3,), name="x")
    ends = {"p": k.layers.Dense(2, name="p")(x), "q": k.layers.Dense(2, name="q")(x)}
    inner = k.Model(x, list(ends.values()), name="inner")
    a, b = k.Input((3,), name="a"), k.Input((3,), name="b")
    (p, _), (_, q) = inner(a), inner(b)
    return k.Model([a, b], [q, p], name="net")


def make_deep(k: ModuleType) -> Any:
    """Connected layers in connected layers in connected layers."""
    x, inner = k.Input((3,), name="x"), make_inner(k, name="inner")
    middle = k.Model(x, [inner(x), inner(k.layers.Dense(3, name="d")(x))], name="middle")
    a, b = k.Input((3,), name="a"), k.Input((3,), name="b")
    return k.Model([a, b], [*middle(a), *middle(b)], name="net")


def make_through_chain(k: ModuleType) -> Any:
    """Connected layers in a chain in connected layers."""
    parts = [k.Input((3,)), make_encoder(k), k.layers.Dense(3, name="d")]
    chain = k.Sequential(parts, name="chain")
    a, b = k.Input((3,), name="a"), k.Input((3,), name="b")
    return k.Model([a, b], [chain(a), k.layers.Dense(2, name="top")(chain(b))], name="outer")


NETS = [
    make_encoder,
    make_first_call_an_output,
    make_both_calls_outputs,
    make_last_call_an_output,
    make_several_outputs,
    make_deep,
    make_through_chain,
]
nets = pytest.mark.parametrize("make", NETS, ids=lambda make: make.__name__[5:])


def check_same_outputs(model: Any, again: Any) -> None:
    rows = [A, B] if len(model.inputs) == 2 else A
    expected, found = (each.predict(rows, verbose=0) for each in (model, again))
    if not isinstance(expected, list):
        found, expected = [found], [expected]
    for p, q in zip(found, expected, strict=True):
        OUTPUTS_ACROSS_FILES.check(p, q)


@ways
@nets
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_files(
    make: Callable[[ModuleType], Any],
    ending: str,
    source: ModuleType,
    target: ModuleType,
    tmp_path: Path,
) -> None:
    model = make(source)
    model.save(tmp_path / f"model{ending}")
    check_same_outputs(model, target.models.load_model(tmp_path / f"model{ending}"))


@ways
@nets
def test_json(make: Callable[[ModuleType], Any], source: ModuleType, target: ModuleType) -> None:
    model = make(source)
    again = target.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    check_same_outputs(model, again)


few = pytest.mark.parametrize(
    "make", [make_encoder, make_first_call_an_output, make_both_calls_outputs]
)


@few
def test_ends_are_numbered_as_by_keras(make: Callable[[ModuleType], Any]) -> None:
    ours, theirs = (json.loads(make(k).to_json())["config"] for k in (pronghorn, real))
    for end in ("input_layers", "output_layers"):
        assert ours[end] == theirs[end]


@few
def test_numbers_from_zero_are_read(make: Callable[[ModuleType], Any]) -> None:
    model = make(pronghorn)
    described = json.loads(model.to_json())
    ends = described["config"]["output_layers"]
    for end in [ends] if isinstance(ends[0], str) else ends:
        end[1] -= end[0] == "inner"
    again = pronghorn.models.model_from_json(json.dumps(described))
    again.set_weights(model.get_weights())
    check_same_outputs(model, again)


def test_keras_2_counts_calls_from_1_everywhere() -> None:
    """Of two calls of connected layers the last is the output; Keras 2 wrote lists."""
    inner = {
        "name": "inner",
        "layers": [
            _describe_2("InputLayer", "x", [], batch_input_shape=[None, 3]),
            _describe_2("Dense", "dense", [[["x", 0, 0, {}]]], units=3),
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["dense", 0, 0]],
    }
    nodes = [[["a", 0, 0, {}]], [["between", 0, 0, {}]]]
    layers = [
        _describe_2("InputLayer", "a", [], batch_input_shape=[None, 3]),
        {"class_name": "Model", "config": inner, "name": "inner", "inbound_nodes": nodes},
        _describe_2("Dense", "between", [[["inner", 1, 0, {}]]], units=3),
    ]
    config = {"name": "net", "layers": layers, "input_layers": [["a", 0, 0]]}
    described = {"class_name": "Model", "config": {**config, "output_layers": [["inner", 2, 0]]}}
    again = pronghorn.models.model_from_json(json.dumps(described))
    model = make_last_call_an_output(pronghorn)
    again.set_weights(model.get_weights())
    check_same_outputs(model, again)


def _describe_2(class_name: str, name: str, nodes: list[Any], **config: Any) -> dict[str, Any]:
    inner = {"name": name, **config}
    return {"class_name": class_name, "config": inner, "name": name, "inbound_nodes": nodes}


@ways
@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_optimizer_of_an_inner_model(
    ending: str, source: ModuleType, target: ModuleType, tmp_path: Path
) -> None:
    """A model that was trained alone before another took it goes on as it stopped."""

    def make(k: ModuleType) -> Any:
        inner = make_inner(k, name="inner")
        inner.compile("adam", "mse")
        inner.fit(A, B, epochs=2, verbose=0)
        x = k.Input((3,), name="a")
        model = k.Model(x, k.layers.Dense(1, name="top")(inner(x)), name="net")
        model.compile("adam", "mse")
        model.fit(A, B[:, :1], verbose=0)
        return model

    path, model = tmp_path / f"net{ending}", make(source)
    if ending == ".keras":
        model.save(path)
        again = target.models.load_model(path)
    else:
        model.save_weights(path)
        again = make(target)
        again.load_weights(path)
    before, after = (m.get_layer("inner").optimizer for m in (model, again))
    assert int(after.iterations) == 2
    arrays = [[np.asarray(v) for v in optimizer.variables] for optimizer in (before, after)]
    for old, new in zip(*arrays, strict=True):
        OUTPUTS_ACROSS_FILES.check(new, old)
