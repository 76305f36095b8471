"""Activations against real Keras and against mpmath, on arrays, traced and in graphs."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import activations
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.formula import trace
from pronghorn.ir.graph import Graph, input_node
from tolerances import KINDS_VS_KERAS, KINDS_VS_MPMATH

CASES = read_cases("activations")
POINTWISE = [case for case in CASES if case.values[0]["name"] != "softmax"]


def make(case: dict[str, Any]) -> Callable[[Any], Any]:
    function = activations.get(case["name"])
    return lambda x: function(x, **case["kwargs"])


@pytest.mark.parametrize("case", CASES)
def test_values_are_those_of_keras(case: dict[str, Any]) -> None:
    x = np.asarray(case["x"])
    KINDS_VS_KERAS.check(make(case)(x), case["y"])


@pytest.mark.parametrize("case", POINTWISE)
def test_traced_formula_has_the_values_of_keras(case: dict[str, Any]) -> None:
    (y,) = trace(make(case), 1).evaluate([np.asarray(case["x"])], {}, 1.0)
    KINDS_VS_KERAS.check(y, case["y"])


@pytest.mark.parametrize("case", POINTWISE)
def test_derivative_is_that_of_keras(case: dict[str, Any]) -> None:
    formula = trace(make(case), 1)
    x = np.asarray(case["x"])
    (y,) = formula.evaluate([x], {}, 1.0)
    backward, known = formula.vjp((0,))
    assert known == (True,)
    (slope,) = backward.evaluate([x, y, np.ones_like(x)], {}, 1.0)
    KINDS_VS_KERAS.check(np.broadcast_to(slope, x.shape), case["slope"])


@pytest.mark.parametrize("case", CASES)
def test_in_a_graph_it_has_the_values_of_keras(case: dict[str, Any]) -> None:
    x = np.asarray(case["x"])
    rows = x.reshape(len(x), -1)
    node = make(case)(input_node("x", (None, rows.shape[1])))
    program = engine_named("reference").lower(Graph(outputs={"y": node}), {}, len(x))
    feed = Feed({"x": rows}, np.arange(len(x)), len(x))
    y = program.trace(feed, scalars={})["y"]
    KINDS_VS_KERAS.check(np.asarray(y).reshape(x.shape), case["y"])


@pytest.mark.parametrize("case", POINTWISE)
def test_float32_in_float32_out(case: dict[str, Any]) -> None:
    assert make(case)(np.asarray(case["x"], np.float32)).dtype == np.float32


EXACT: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "exponential": mpmath.exp,
    "softsign": lambda x: x / (1 + abs(x)),
}
HARD = [-700.0, -40.0, -1e-8, -1e-300, 0.0, 1e-300, 1e-8, 0.5, 40.0, 700.0]


@pytest.mark.parametrize("name", EXACT)
def test_hard_points_are_exact(name: str) -> None:
    with mpmath.workdps(50):
        expected = [float(EXACT[name](mpmath.mpf(x))) for x in HARD]
    KINDS_VS_MPMATH.check(activations.get(name)(np.array(HARD)), expected)


# Limits: each activation at ±infinity, and NaN stays NaN.
LIMITS = {
    "relu": (0.0, np.inf),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softplus": (0.0, np.inf),
    "elu": (-1.0, np.inf),
    "hard_sigmoid": (0.0, 1.0),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name: str) -> None:
    y = activations.get(name)(np.array([-np.inf, np.inf, np.nan]))
    assert (y[0], y[1]) == LIMITS[name]
    assert np.isnan(y[2])


def test_far_points_of_elu_have_finite_derivatives() -> None:
    formula = trace(activations.elu, 1)
    x = np.array([1000.0])  # e^1000 overflows: the branch not taken must not matter
    backward, _ = formula.vjp((0,))
    (y,) = formula.evaluate([x], {}, 1.0)
    assert backward.evaluate([x, y, np.ones(1)], {}, 1.0)[0].tolist() == [1.0]


def test_softmax_does_not_overflow() -> None:
    y = activations.softmax(np.array([[1000.0, 1000.0, -1000.0]]))
    assert y.tolist() == [[0.5, 0.5, 0.0]]


def test_softmax_takes_another_axis() -> None:
    x = np.array([[0.0, 5.0], [0.0, 5.0]])
    assert activations.softmax(x, axis=0).tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_none_is_linear_and_swish_is_silu() -> None:
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu


def test_a_callable_is_itself() -> None:
    assert activations.get(np.cos) is np.cos
