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
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, broadcast_to, constant, input_node, parameter
from tolerances import KINDS_VS_KERAS, KINDS_VS_MPMATH

CASES = read_cases("activations")
POINTWISE = [case for case in CASES if "slope" in case.values[0]]


def make(case: dict[str, Any]) -> Callable[[Any], Any]:
    function = getattr(activations, case["name"])
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
    "log_sigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "squareplus": lambda x: (x + mpmath.sqrt(x * x + 4)) / 2,
    "arctan": mpmath.atan,
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
    "relu6": (0.0, 6.0),
    "hard_tanh": (-1.0, 1.0),
    "celu": (-1.0, np.inf),
    "log_sigmoid": (-np.inf, 0.0),
    "soft_shrink": (-np.inf, np.inf),
    "hard_shrink": (-np.inf, np.inf),
    "sparse_plus": (0.0, np.inf),
    "sparse_sigmoid": (0.0, 1.0),
    "arctan": (-np.pi / 2, np.pi / 2),
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


def test_binary_step_is_1_from_0_on_and_has_no_slope() -> None:
    assert activations.binary_step(np.array([-1e-30, 0.0, 2.0])).tolist() == [0.0, 1.0, 1.0]
    _, known = trace(activations.binary_step, 1).vjp((0,))
    assert known == (False,)


def test_arctan_has_the_slope_of_arctan() -> None:
    x = np.array([-2.0, 0.0, 3.0])
    formula = trace(activations.arctan, 1)
    backward, _ = formula.vjp((0,))
    (slope,) = backward.evaluate([x, np.arctan(x), np.ones(3)], {}, 1.0)
    KINDS_VS_KERAS.check(slope, [0.2, 1.0, 0.1])  # 1 / (1 + x²)


# The nearest point of the simplex, worked by hand: (2, 1.5, 0): τ = (3.5 − 1) / 2 = 1.25, and so
# on. Equal elements share equally; a lead of 1 takes all.
SPARSEMAX = {
    "two stay": ([2.0, 1.5, 0.0], [0.75, 0.25, 0.0]),
    "all stay": ([0.1, 0.2, 0.3], [7 / 30, 10 / 30, 13 / 30]),
    "equal": ([5.0, 5.0, 5.0], [1 / 3, 1 / 3, 1 / 3]),
    "a lead of 1": ([3.0, 2.0, -4.0], [1.0, 0.0, 0.0]),
}


@pytest.mark.parametrize(("x", "expected"), SPARSEMAX.values(), ids=SPARSEMAX)
def test_sparsemax_is_the_nearest_point_of_the_simplex(x: list[float], expected: Any) -> None:
    KINDS_VS_KERAS.check(activations.sparsemax(np.array([x])), [expected])
    column = activations.sparsemax(np.array(x)[:, None], axis=0)
    KINDS_VS_KERAS.check(column, np.array(expected)[:, None])


def test_sparsemax_of_a_graph_has_the_derivative_of_a_projection() -> None:
    # On the support of s elements dy_i / dx_j = [i = j] − 1 / s; here s = 2 and the cotangent is
    # (1, 0, 0): (1 − 1/2, −1/2, 0).
    x = input_node("x", (None, 3)) @ parameter("eye", (3, 3))
    y = activations.sparsemax(x)
    first = broadcast_to(constant(np.array([1.0, 0.0, 0.0])), (None, 3))
    (gradient,) = gradients({y: first}, [x])
    assert gradient is not None
    engine = engine_named("reference")
    store = engine.store((3, 3))
    store.write(np.eye(3))
    program = engine.lower(Graph(outputs={"y": y, "g": gradient}), {"eye": store}, 1)
    feed = Feed({"x": np.array([[2.0, 1.5, 0.0]])}, np.arange(1), 1)
    traced = program.trace(feed, scalars={})
    KINDS_VS_KERAS.check(traced["y"], [[0.75, 0.25, 0.0]])
    KINDS_VS_KERAS.check(traced["g"], [[0.5, -0.5, 0.0]])


def test_none_is_linear_and_swish_is_silu() -> None:
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.silu
    assert activations.get("hard_swish") is activations.hard_silu


def test_a_callable_is_itself() -> None:
    assert activations.get(np.cos) is np.cos
