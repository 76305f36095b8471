"""Laws that hold for every layer; one that is registered needs an example to be tested."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pronghorn
import tolerances
from contract.layer_examples import EXAMPLES, REGISTERED, ROWS, Example
from gradient.differences import differentiate, evaluate
from pronghorn import Model, config, layers, utils
from pronghorn.ir import graph as g
from pronghorn.ir.grad import gradients
from pronghorn.layers._emission import emit

everyone = pytest.mark.parametrize("name", EXAMPLES)
forms = pytest.mark.parametrize("training", [False, True], ids=["inference", "training"])
copies = pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))],
    ids=["deepcopy", "pickle"],
)
# An InputLayer stands where a model begins, not within it.
INNER = [name for name in EXAMPLES if name != "InputLayer"]
inner = pytest.mark.parametrize("name", INNER)
# Those whose config is the arguments of the constructor; models describe their layers.
OF_ARGUMENTS = [name for name in EXAMPLES if not isinstance(EXAMPLES[name].make(), Model)]
SMOOTH = [name for name in INNER if EXAMPLES[name].is_smooth]


def test_every_registered_layer_has_an_example() -> None:
    assert sorted(EXAMPLES) == REGISTERED


def run(layer: Any, x: Any, training: bool = False) -> Any:
    utils.set_random_seed(9)
    return layer(x, training=training)


def connect(example: Example) -> Any:
    """A model of the layer and a Dense on its output."""
    inputs = example.inputs()
    layer = example.make()
    y = layers.Flatten()(layer(inputs if len(inputs) > 1 else inputs[0]))
    return Model(inputs if len(inputs) > 1 else inputs[0], layers.Dense(2)(y))


@everyone
def test_output_has_the_shape_that_was_computed(name: str) -> None:
    example = EXAMPLES[name]
    layer, x = example.make(), example.draw()
    shapes = [(None, *shape) for shape in example.shapes]
    shape = layer.compute_output_shape(shapes if len(shapes) > 1 else shapes[0])
    assert layer.built
    assert layer(x).shape == (ROWS, *shape[1:])


@everyone
def test_config_goes_there_and_back(name: str) -> None:
    example = EXAMPLES[name]
    layer = example.make()
    text = json.dumps(layers.serialize(layer))
    again = layers.deserialize(json.loads(text))
    assert type(again) is type(layer)
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())
    x = example.draw()
    expected = run(layer, x)
    again(x)
    again.set_weights(layer.get_weights())
    assert (run(again, x) == expected).all()


@pytest.mark.parametrize("name", OF_ARGUMENTS)
def test_keys_that_ask_for_nothing_are_passed_over(name: str) -> None:
    layer = EXAMPLES[name].make()
    written = {**layer.get_config(), "of_another_version": None, "and_another": False}
    assert type(layer).from_config(written).get_config() == layer.get_config()
    with pytest.raises(pronghorn.errors.ParameterError, match="of_another_version"):
        type(layer).from_config({**layer.get_config(), "of_another_version": 1})


@forms
@everyone
def test_native_agrees_with_reference(name: str, training: bool) -> None:
    example = EXAMPLES[name]
    layer, x = example.make(), example.draw()
    layer(x)
    weights = layer.get_weights()
    outcomes = []
    for engine in ("reference", "native"):
        # Made anew: what a layer with a seed draws differs from call to call.
        layer = example.make()
        layer(x)
        layer.set_weights(weights)
        with config.use_engine(engine):
            outcomes.append([run(layer, x, training), *layer.get_weights()])
    for own, expected in zip(*outcomes, strict=True):
        tolerances.WEIGHTS_VS_REFERENCE.check(own, expected)


@forms
@pytest.mark.parametrize("name", SMOOTH)
def test_derivative_is_that_of_differences(name: str, training: bool) -> None:
    example = EXAMPLES[name]
    layer, x = example.make(), example.draw()
    inputs = x if isinstance(x, list) else [x]
    layer(x)
    with emit(training) as emission:
        nodes = [g.input_node(f"x{i}", (None, *a.shape[1:])) for i, a in enumerate(inputs)]
        output = layer(nodes if len(nodes) > 1 else nodes[0])
    # Not the plain sum: a softmax and a normalized row always have the same one.
    total = g.sum_axes(output * output * output, tuple(range(output.rank)))
    found = gradients({total: g.constant(np.array(1.0))}, nodes)
    arrays: dict[str, Any] = {f"x{i}": a.astype(np.float64) for i, a in enumerate(inputs)}
    arrays |= {key: variable.numpy() for key, variable in emission.variables.items()}
    rows = len(inputs[0])

    def value(at: Any) -> float:
        return float(evaluate({"total": total}, {**arrays, "x0": at}, rows)["total"])

    expected = differentiate(value, arrays["x0"])
    actual = evaluate({"gradient": found[0]}, arrays, rows)["gradient"]
    tolerances.GRADIENT_OF_DRAWN.check(actual, expected)


@copies
@everyone
def test_copy_computes_the_same_with_weights_of_its_own(
    name: str, duplicate: Callable[[Any], Any]
) -> None:
    example = EXAMPLES[name]
    layer, x = example.make(), example.draw()
    expected = run(layer, x, True)
    weights = layer.get_weights()
    again = duplicate(layer)
    assert again.get_config() == layer.get_config()
    again.set_weights([w + 1.0 for w in weights])
    for own, before in zip(layer.get_weights(), weights, strict=True):
        assert (own == before).all()
    fresh = example.make()
    fresh(x)
    again.set_weights(fresh.get_weights())
    layer.set_weights(fresh.get_weights())
    assert (run(again, x, True) == run(layer, x, True)).all()
    assert run(layer, x, True).shape == expected.shape


@inner
def test_training_twice_gives_the_same_bits(name: str) -> None:
    example = EXAMPLES[name]
    x, y = example.draw(rows=23), np.random.default_rng(1).normal(size=(23, 2))
    outcomes = []
    for _ in range(2):
        utils.set_random_seed(4)
        model = connect(example)
        model.compile("adam", "mse")
        history = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
        outcomes.append([*history.history["loss"], *(w.tobytes() for w in model.get_weights())])
    assert outcomes[0] == outcomes[1]
    assert np.isfinite(outcomes[0][0])


@inner
def test_frozen_it_keeps_its_weights(name: str) -> None:
    example = EXAMPLES[name]
    model = connect(example)
    for layer in model.layers[:-1]:
        layer.trainable = False
    held = [w for layer in model.layers[:-1] for w in layer.weights]
    before = [w.numpy() for w in held]
    model.compile("sgd", "mse")
    model.fit(example.draw(), np.ones((ROWS, 2)), verbose=0)
    for variable, numbers in zip(held, before, strict=True):
        assert (variable.numpy() == numbers).all(), variable.path
