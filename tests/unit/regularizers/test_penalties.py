"""Regularizers against real Keras, on arrays and in graphs."""

from typing import Any

import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import regularizers
from pronghorn._core.errors import ParameterError
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, constant, input_node, parameter
from tolerances import KINDS_VS_KERAS

CASES = read_cases("regularizers")


def make(case: dict[str, Any]) -> Any:
    return getattr(regularizers, case["name"])(**case["kwargs"])


@pytest.mark.parametrize("case", CASES)
def test_penalty_is_that_of_keras(case: dict[str, Any]) -> None:
    KINDS_VS_KERAS.check(make(case)(np.asarray(case["w"])), case["value"])


@pytest.mark.parametrize("case", CASES)
def test_in_a_graph_it_is_the_same(case: dict[str, Any]) -> None:
    w = np.asarray(case["w"])
    engine = engine_named("reference")
    store = engine.store(w.shape)
    store.write(w)
    penalty = make(case)(parameter("w", w.shape))
    # A row of data, so that there is a batch to run.
    shown = input_node("x", (None, 1)) * 0.0 + penalty
    program = engine.lower(Graph(outputs={"y": shown}), {"w": store}, 1)
    y = program.trace(Feed({"x": np.ones((1, 1))}, np.arange(1), 1), scalars={})["y"]
    KINDS_VS_KERAS.check(np.asarray(y)[0, 0], case["value"])


def test_gradient_is_sign_and_twice_the_weight() -> None:
    # d/dw (0.5 |w| + 0.25 w²) = 0.5 sign(w) + 0.5 w: at −2, 0, 3 that is −1.5, 0, 2.
    w = np.array([-2.0, 0.0, 3.0])
    engine = engine_named("reference")
    store = engine.store(w.shape)
    store.write(w)
    node = parameter("w", w.shape)
    penalty = regularizers.L1L2(l1=0.5, l2=0.25)(node)
    (gradient,) = gradients({penalty: constant(np.array(1.0))}, [node])
    assert gradient is not None
    shown = input_node("x", (None, 3)) * 0.0 + gradient
    program = engine.lower(Graph(outputs={"g": shown}), {"w": store}, 1)
    g = program.trace(Feed({"x": np.ones((1, 3))}, np.arange(1), 1), scalars={})["g"]
    assert np.asarray(g).tolist() == [[-1.5, 0.0, 2.0]]


@pytest.mark.parametrize("name", ["l1_l2", "l1l2", "L1L2"])
def test_both_spellings_of_l1_l2(name: str) -> None:
    assert isinstance(regularizers.get(name), regularizers.L1L2)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1", None])
@pytest.mark.parametrize(("cls", "key"), [("L1", "l1"), ("L2", "l2"), ("L1L2", "l2")])
def test_bad_factors_are_refused(cls: str, key: str, value: Any) -> None:
    with pytest.raises(ParameterError, match=rf"{cls} {key}: expected a number in \[0, inf\)"):
        getattr(regularizers, cls)(**{key: value})
