"""Outputs, gradients and moved averages of layers are those of Keras, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tolerances
from golden.kinds.cases import read_cases
from gradient.differences import evaluate
from pronghorn import config, layers
from pronghorn.ir import graph as g
from pronghorn.ir.grad import gradients
from pronghorn.layers._emission import emit
from pronghorn.models import Model  # noqa: F401 - the registry of layers holds it

CASES = read_cases("layers")
FORMS = pytest.mark.parametrize("form", ["inference", "training"])
cases = pytest.mark.parametrize("case", CASES)


def make(case: dict[str, Any]) -> Any:
    """The layer of a case with its weights, and its inputs."""
    layer = getattr(layers, case["name"])(**case["kwargs"])
    inputs = [np.asarray(x) for x in case["inputs"]]
    shapes = [(None, *x.shape[1:]) for x in inputs]
    layer.build(shapes if len(shapes) > 1 else shapes[0])
    layer.built = True
    layer.set_weights(case["weights"])
    return layer, inputs


@cases
def test_weights_have_the_names_and_the_order_of_keras(case: dict[str, Any]) -> None:
    layer, _ = make(case)
    assert [w.name for w in layer.weights] == case["names"]
    trainable = {w.name for w in layer.trainable_weights}
    assert [w.name in trainable for w in layer.weights] == case["trainable"]


@FORMS
@cases
def test_values_are_those_of_keras(case: dict[str, Any], form: str) -> None:
    layer, inputs = make(case)
    expected = case[form]
    with emit(form == "training") as emission:
        nodes = [g.input_node(f"x{i}", (None, *x.shape[1:])) for i, x in enumerate(inputs)]
        output = layer(nodes if len(nodes) > 1 else nodes[0])
    cotangent = g.input_node("cotangent", output.shape)
    total = g.sum_axes(output * cotangent, tuple(range(output.rank)))
    names = {variable: name for name, variable in emission.variables.items()}
    wanted = [emission.parameter(w) for w in layer.trainable_weights if w in names]
    wanted += nodes if expected["of_inputs"] else []
    found = gradients({total: g.constant(np.array(1.0))}, wanted)
    kept = [emission.value(w) for w in layer.weights if not w.trainable and w in names]
    values = {"output": output}
    values |= {f"gradient{i}": node for i, node in enumerate(found) if node is not None}
    values |= {f"kept{i}": node for i, node in enumerate(kept)}
    arrays = {f"x{i}": x for i, x in enumerate(inputs)}
    arrays |= {name: w.numpy() for name, w in emission.variables.items()}
    arrays["cotangent"] = np.asarray(expected["cotangent"])

    actual = evaluate(values, arrays, len(inputs[0]))
    tolerances.KINDS_VS_KERAS.check(actual["output"], expected["output"], "output")
    of_all = [*expected["of_weights"], *expected["of_inputs"]]
    assert len(of_all) == len(found)
    for i, gradient in enumerate(of_all):
        own = actual.get(f"gradient{i}", np.zeros(np.shape(gradient)))
        tolerances.KINDS_VS_KERAS.check(own, gradient, f"gradient {i}")
    for i in range(len(kept)):
        tolerances.KINDS_VS_KERAS.check(actual[f"kept{i}"], expected["kept_after"][i], f"kept {i}")


@FORMS
@cases
@pytest.mark.parametrize("engine", ["reference", "native"])
def test_called_on_arrays_it_gives_the_same(case: dict[str, Any], form: str, engine: str) -> None:
    layer, inputs = make(case)
    with config.use_engine(engine):
        output = layer(inputs if len(inputs) > 1 else inputs[0], training=form == "training")
    tolerances.OUTPUTS_VS_KERAS.check(output, case[form]["output"])
    kept = [w for w in layer.weights if not w.trainable]
    for variable, expected in zip(kept, case[form]["kept_after"], strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(variable.numpy(), expected, variable.path)
