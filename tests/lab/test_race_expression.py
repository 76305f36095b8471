"""Formulas that users type: what the grammar reads, what it means, what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pronghorn.errors import ParameterError
from pronghorn.lab._expression import FUNCTIONS, read_expression
from pronghorn.lab._surfaces import Slope, own_surface
from pronghorn.lab._terms import replace, tidy, write
from tolerances import KINDS_VS_KERAS, WORKED_IN_FLOAT32

X, Y = -2.0, 3.0
# Worked by hand, or by Python's own arithmetic and math module.
MEANINGS = {
    "x^2 + 2y": 10.0,
    "-x^2": -4.0,
    "(-x)^3": 8.0,
    "2^3^2": 512.0,
    "x**2": 4.0,
    "x^-2": 0.25,
    "x^0": 1.0,
    "x^5": -32.0,
    "1 - 2 - 3": -4.0,
    "12 / 2 / 3": 2.0,
    "2(x + 1)(y - 1)": -4.0,
    "1/2x": -1.0,
    "--x": -2.0,
    "+y": 3.0,
    "3e-1 * y": 0.3 * Y,
    ".5y": 1.5,
    "e^-x + x^2": math.exp(2.0) + 4.0,
    "pi*y": math.pi * Y,
    "max(x, y) - min(x, y)": 5.0,
    "abs(x)": 2.0,
    "ln(e)": 1.0,
    "sin(x)^2 + cos(x)^2": 1.0,
    "sqrt(y + 1) · 2 − 1": 3.0,
    "(1 − x)² + 100(y − x²)²": 109.0,
}


@pytest.mark.parametrize("text", MEANINGS)
def test_formula_means_what_people_mean(text: str) -> None:
    value = read_expression(text, ["x", "y"])(x=X, y=Y)
    KINDS_VS_KERAS.check(value, MEANINGS[text])


# The functions as Python's math module has them; the others by their definitions.
MATH = {
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "erf")},
    **{name: getattr(math, name) for name in ("sinh", "cosh", "tanh", "floor", "atan")},
    "ln": math.log,
    "arctan": math.atan,
    "abs": abs,
    "round": round,
    "max": max,
    "min": min,
    "sign": lambda x: math.copysign(1.0, x),
    "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "softplus": lambda x: math.log1p(math.exp(x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_that_of_mathematics(name: str) -> None:
    _, count = FUNCTIONS[name]
    operands = [0.75, 0.25][:count]
    text = f"{name}({', '.join(map(str, operands))} + 0x)" if count == 1 else f"{name}(0.75, 0.25)"
    KINDS_VS_KERAS.check(read_expression(text, ["x"])(x=1.0), float(MATH[name](*operands)))


def test_arrays_give_arrays() -> None:
    found = read_expression("x * y", ["x", "y"])(x=np.array([1.0, 2.0]), y=np.array([3.0, 4.0]))
    assert found.tolist() == [3.0, 8.0]


def test_names_are_those_that_stand_in_it() -> None:
    assert read_expression("y + 2y", ["x", "y"]).names == ("y",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "received the end"),
        ("x +", "received the end"),
        ("(x", "expected '\\)'"),
        ("x y", "'y' at character 3"),
        ("z", "variables x, y"),
        ("sin x", "'\\(' after sin"),
        ("max(x)", "2 operands of max, received 1"),
        ("1e999", "a finite number"),
        ("x; y", "';' at character 2"),
        ("x.real", "'.' at character 2"),
        ("x[0]", "'\\[' at character 2"),
        ("lambda: 1", "':' at character 7"),
        ("__import__('os')", '"\'" at character 12'),
        ("(" * 30 + "x" + ")" * 30, "at most 24 levels"),
        ("x^" * 60 + "x", "at most 24 powers"),
        ("x+" * 200 + "x", "at most 400 characters"),
    ],
    ids=str,
)
def test_other_texts_are_refused(text: str, says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        read_expression(text, ["x", "y"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x^2-(y-1)", "x^2 − (y − 1)"),
        ("x/(y*2)", "x / (y · 2)"),
        ("-(x+y)^2", "−(x + y)^2"),
        ("2*x*sin(x*y)", "2 x sin(x y)"),
        ("(x*2)^-y", "(x · 2)^(−y)"),
    ],
)
def test_term_is_written_with_the_brackets_it_needs(text: str, written: str) -> None:
    assert write(read_expression(text, ["x", "y"]).term) == written


def test_replace_takes_the_largest_part_first() -> None:
    term = read_expression("sqrt(x + 1) * (x + 1)", ["x"]).term
    inner = read_expression("x + 1", ["x"]).term
    root = ("sqrt", inner)
    found = replace(term, {inner: ("name", "u"), root: ("name", "r")})
    assert found == ("mul", ("name", "r"), ("name", "u"))


def test_tidy_writes_squares() -> None:
    assert write(tidy(read_expression("x * x + 2(x*x)", ["x"]).term)) == "x^2 + 2 x^2"


# d/dx and d/dy, worked on paper, at (1, 2).
SLOPES = {
    "x^2 * y^3": (16.0, 12.0),
    "x / y": (0.5, -0.25),
    "exp(x) * sin(y)": (math.e * math.sin(2.0), math.e * math.cos(2.0)),
    "relu(x - y) + x": (1.0, 0.0),
    "floor(x)": (0.0, 0.0),
}


@pytest.mark.parametrize("text", SLOPES)
def test_slope_of_a_formula(text: str) -> None:
    surface = own_surface(text, ((-3.0, 3.0), (-3.0, 3.0)), (0.0, 0.0))
    WORKED_IN_FLOAT32.check(Slope(surface, 1).at([[1.0, 2.0]])[0], SLOPES[text])
