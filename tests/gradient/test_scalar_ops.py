"""Every row of SCALAR_OPS: its derivative against central differences, its meaning by numbers."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

import tolerances
from gradient.differences import differentiate
from pronghorn.ir.formula import Formula, single
from pronghorn.ir.scalar import SCALAR_OPS, apply, input_expr

PLANE = [(0.7, -1.3), (-2.1, 0.4), (1.6, 1.1), (-0.8, -0.9)]
LINE = [(-2.3,), (-0.4,), (0.3,), (1.9,)]
POSITIVE = [(0.4,), (0.7,), (3.5,)]
ABOVE_MINUS_ONE = [(-0.6,), (0.1,), (2.0,)]

# Points away from kinks and poles by more than the differences reach.
POINTS: dict[str, list[tuple[float, ...]]] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "maximum", "minimum"), PLANE),
    **dict.fromkeys(("gt", "ge", "lt", "le", "eq", "ne"), PLANE),
    "select": [(1.0, 0.3, -0.7), (0.0, 0.3, -0.7), (-2.0, 1.5, 2.5)],
    **dict.fromkeys(("neg", "abs", "sign", "exp", "expm1", "tanh", "sigmoid", "relu"), LINE),
    **dict.fromkeys(("softplus", "erf", "sin", "cos", "atan", "floor", "round"), LINE),
    "pow": [(0.7, -1.3), (2.1, 0.4), (1.6, 3.0), (0.8, -2.0)],
    **dict.fromkeys(("log", "sqrt", "rsqrt"), POSITIVE),
    "log1p": ABOVE_MINUS_ONE,
}
CASES = [(op, point) for op, points in POINTS.items() for point in points]


def value(formula: Formula, *operands: Any) -> Any:
    return formula.evaluate([np.float64(x) for x in operands], {}, 1.0)[0]


def test_every_operation_has_points() -> None:
    assert set(POINTS) == set(SCALAR_OPS)


@pytest.mark.parametrize(("op", "point"), CASES)
def test_derivative_is_the_difference_quotient(op: str, point: tuple[float, ...]) -> None:
    formula, cotangent = single(op), 1.7
    wanted = tuple(range(formula.inputs))
    backward, known = formula.vjp(wanted)
    given = [np.float64(x) for x in (*point, value(formula, *point), cotangent)]
    results = iter(backward.evaluate(given, {}, 1.0))
    slopes = differentiate(lambda x: cotangent * float(value(formula, *x)), np.array(point))
    # The condition of a select is a choice, not a number: it has no derivative to compare.
    for i in wanted[op == "select" :]:
        found = float(next(results)) if known[i] else 0.0
        tolerances.GRADIENT_VS_DIFFERENCES.check(found, slopes[i], f"{op}, operand {i}")


@pytest.mark.parametrize(
    ("op", "at", "expected"),
    [
        # At a kink: relu and abs as in Keras on JAX; a tie of maximum is shared, as in JAX.
        ("relu", (0.0,), (0.0,)),
        ("abs", (0.0,), (0.0,)),
        ("maximum", (1.5, 1.5), (0.5, 0.5)),
        ("minimum", (1.5, 1.5), (0.5, 0.5)),
        # Where x is not positive the exponent has no slope: (-2)³ = -8 with 3 · (-2)² = 12.
        ("pow", (-2.0, 3.0), (12.0, 0.0)),
        ("pow", (0.0, 2.0), (0.0, 0.0)),
        ("pow", (0.0, 1.0), (1.0, 0.0)),
    ],
)
def test_derivative_at_a_kink(op: str, at: tuple[float, ...], expected: tuple[float, ...]) -> None:
    formula = single(op)
    backward, _ = formula.vjp(tuple(range(formula.inputs)))
    given = [np.float64(x) for x in (*at, value(formula, *at), 1.0)]
    assert tuple(float(r) for r in backward.evaluate(given, {}, 1.0)) == expected


ELEMENTARY = {
    "exp": (mpmath.exp, [-700.0, -1e-9, 0.0, 1.0, 700.0]),
    "expm1": (mpmath.expm1, [-40.0, -1e-12, 0.0, 1e-9, 3.0]),
    "log": (mpmath.log, [1e-300, 0.5, 1.0, 1e300]),
    "log1p": (mpmath.log1p, [-0.999, -1e-13, 1e-15, 4.0]),
    "sqrt": (mpmath.sqrt, [0.0, 1e-300, 2.0]),
    "rsqrt": (lambda x: 1 / mpmath.sqrt(x), [1e-300, 0.25, 3.0]),
    "tanh": (mpmath.tanh, [-30.0, -1e-9, 0.0, 0.5]),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), [-700.0, -40.0, -1e-9, 0.0, 3.0, 800.0]),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), [-700.0, -30.0, 0.0, 2.0, 800.0]),
    "erf": (mpmath.erf, [-6.0, -0.3, 0.0, 1e-9, 2.0]),
    "sin": (mpmath.sin, [-40.0, -1e-9, 0.0, 0.5, 1e4]),
    "cos": (mpmath.cos, [-40.0, -1e-9, 0.0, 0.5, 1e4]),
    "atan": (mpmath.atan, [-1e9, -0.5, 0.0, 1e-9, 3.0]),
}


@pytest.mark.parametrize(
    ("op", "x"), [(op, x) for op, (_, points) in ELEMENTARY.items() for x in points]
)
def test_meaning_is_the_function_to_the_last_digits(op: str, x: float) -> None:
    with mpmath.workdps(40):
        expected = float(ELEMENTARY[op][0](mpmath.mpf(x)))
    tolerances.MEANING_VS_MPMATH.check(value(single(op), x), expected, f"{op}({x})")


@pytest.mark.parametrize(
    ("op", "operands", "expected"),
    [
        ("gt", (2.0, 1.0), 1.0), ("gt", (1.0, 1.0), 0.0), ("gt", (math.nan, 1.0), 0.0),
        ("ge", (1.0, 1.0), 1.0), ("ge", (0.0, 1.0), 0.0),
        ("lt", (1.0, 2.0), 1.0), ("lt", (1.0, 1.0), 0.0),
        ("le", (1.0, 1.0), 1.0), ("le", (2.0, 1.0), 0.0),
        ("eq", (0.0, -0.0), 1.0), ("eq", (math.nan, math.nan), 0.0),
        ("ne", (math.nan, math.nan), 1.0), ("ne", (3.0, 3.0), 0.0),
        ("select", (0.0, 7.0, 8.0), 8.0), ("select", (-0.0, 7.0, 8.0), 8.0),
        ("select", (-3.0, 7.0, 8.0), 7.0), ("select", (math.nan, 7.0, 8.0), 7.0),
        ("relu", (-2.0,), 0.0), ("relu", (2.5,), 2.5),
        ("sign", (-2.0,), -1.0), ("sign", (0.0,), 0.0),
        ("floor", (-1.5,), -2.0), ("floor", (2.9,), 2.0), ("floor", (-3.0,), -3.0),
        # Halves go to the even neighbour, as in IEEE 754 and NumPy.
        ("round", (0.5,), 0.0), ("round", (1.5,), 2.0), ("round", (-2.5,), -2.0),
        ("round", (2.4,), 2.0), ("pow", (2.0, 10.0), 1024.0), ("pow", (-2.0, 3.0), -8.0),
        ("pow", (0.0, 0.0), 1.0), ("pow", (4.0, -0.5), 0.5),
        ("maximum", (2.0, -3.0), 2.0), ("minimum", (2.0, -3.0), -3.0),
    ],
)  # fmt: skip
def test_meaning_in_worked_numbers(op: str, operands: tuple[float, ...], expected: float) -> None:
    assert float(value(single(op), *operands)) == expected


@pytest.mark.parametrize("op", ["relu", "maximum", "minimum", "sigmoid", "softplus", "abs", "erf"])
def test_a_nan_stays_visible(op: str) -> None:
    formula = single(op)
    assert math.isnan(value(formula, *(math.nan,) + (0.0,) * (formula.inputs - 1)))


def test_operations_in_a_row_are_differentiated_together() -> None:
    # f(x, y) = tanh(x y) / (1 + x²), worked by the product rule at (0.5, -1.2):
    # u = tanh(-0.6), u' = 1 - u²; df/dx = y u' / 1.25 - u · 2x / 1.25², df/dy = x u' / 1.25
    x, y = input_expr(0), input_expr(1)
    formula = Formula(2, (apply("tanh", x * y) / (1.0 + x * x),))
    backward, known = formula.vjp((0, 1))
    assert known == (True, True)
    u = math.tanh(-0.6)
    slope = 1 - u * u
    given = [np.float64(v) for v in (0.5, -1.2, u / 1.25, 1.0)]
    dx, dy = backward.evaluate(given, {}, 1.0)
    tolerances.MEANING_VS_MPMATH.check(dx, -1.2 * slope / 1.25 - u / 1.25**2, "d/dx")
    tolerances.MEANING_VS_MPMATH.check(dy, 0.5 * slope / 1.25, "d/dy")
