"""Element by element: arithmetic, powers, exponentials, trigonometry, rounding."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pronghorn.ops._values import (
    are_whole,
    as_fractions,
    common_dtype,
    named_op,
    pointwise,
    scalar_op,
    unwrap,
)

__all__ = [
    "abs",
    "absolute",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "divide",
    "divide_no_nan",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "power",
    "reciprocal",
    "relu",
    "round",
    "rsqrt",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "true_divide",
    "trunc",
]


def add(x1: Any, x2: Any) -> Any:
    """x1 + x2."""
    return scalar_op("add", x1, x2)


def subtract(x1: Any, x2: Any) -> Any:
    """x1 - x2."""
    return scalar_op("sub", x1, x2)


def multiply(x1: Any, x2: Any) -> Any:
    """x1 · x2."""
    return scalar_op("mul", x1, x2)


def divide(x1: Any, x2: Any) -> Any:
    """x1 / x2."""
    return scalar_op("div", x1, x2)


def divide_no_nan(x1: Any, x2: Any) -> Any:
    """x1 / x2, and 0 where x2 = 0; the derivative is 0 there as well."""
    is_zero = scalar_op("eq", x2, 0.0)
    safe = scalar_op("select", is_zero, 1.0, x2)
    return scalar_op("select", is_zero, 0.0, divide(x1, safe))


def power(x1: Any, x2: Any) -> Any:
    """x1 to the power of x2."""
    return scalar_op("pow", x1, x2)


def maximum(x1: Any, x2: Any) -> Any:
    """The larger of x1 and x2; at a tie the gradient is shared equally."""
    return scalar_op("maximum", x1, x2)


def minimum(x1: Any, x2: Any) -> Any:
    """The smaller of x1 and x2; at a tie the gradient is shared equally."""
    return scalar_op("minimum", x1, x2)


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """min(max(x, x_min), x_max)."""
    return minimum(maximum(x, x_min), x_max)


def negative(x: Any) -> Any:
    """-x."""
    return scalar_op("neg", x)


def absolute(x: Any) -> Any:
    """|x|; its derivative at 0 is 0."""
    return scalar_op("abs", x)


def sign(x: Any) -> Any:
    """-1, 0 or 1; its derivative is 0."""
    return scalar_op("sign", x)


def reciprocal(x: Any) -> Any:
    """1 / x."""
    return scalar_op("div", 1.0, x)


def square(x: Any) -> Any:
    """x²; of truth values a whole number."""
    return _of_whole(np.multiply, x, x) if are_whole(x) else scalar_op("mul", x, x)


def sqrt(x: Any) -> Any:
    """The square root."""
    return scalar_op("sqrt", x)


def rsqrt(x: Any) -> Any:
    """1 / sqrt(x)."""
    return scalar_op("rsqrt", x)


def exp(x: Any) -> Any:
    """e^x."""
    return scalar_op("exp", x)


def exp2(x: Any) -> Any:
    """2^x."""
    return exp(multiply(x, math.log(2.0)))


def expm1(x: Any) -> Any:
    """e^x - 1, exact near 0."""
    return scalar_op("expm1", x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return scalar_op("log", x)


def log1p(x: Any) -> Any:
    """log(1 + x), exact near 0."""
    return scalar_op("log1p", x)


def log2(x: Any) -> Any:
    """The logarithm to base 2."""
    return multiply(log(x), 1.0 / math.log(2.0))


def log10(x: Any) -> Any:
    """The logarithm to base 10."""
    return multiply(log(x), 1.0 / math.log(10.0))


@pointwise
def logaddexp(x1: Any, x2: Any) -> Any:
    """log(e^x1 + e^x2), without overflow."""
    return maximum(x1, x2) + softplus(negative(absolute(x1 - x2)))


# Trigonometric and hyperbolic functions, each from those of the scalar table.


def sin(x: Any) -> Any:
    """The sine of x in radians."""
    return scalar_op("sin", x)


def cos(x: Any) -> Any:
    """The cosine of x in radians."""
    return scalar_op("cos", x)


@pointwise
def tan(x: Any) -> Any:
    """sin(x) / cos(x)."""
    return sin(x) / cos(x)


def arctan(x: Any) -> Any:
    """The angle in (-π/2, π/2) whose tangent is x."""
    return scalar_op("atan", x)


@pointwise
def arcsin(x: Any) -> Any:
    """The angle in [-π/2, π/2] whose sine is x: arctan(x / sqrt(1 - x²))."""
    return arctan(x / sqrt((1.0 - x) * (1.0 + x)))


@pointwise
def arccos(x: Any) -> Any:
    """The angle in [0, π] whose cosine is x: 2 arctan(sqrt((1 - x) / (1 + x)))."""
    return 2.0 * arctan(sqrt((1.0 - x) / (1.0 + x)))


@pointwise
def sinh(x: Any) -> Any:
    """(e^x - e^-x) / 2."""
    return 0.5 * (expm1(x) - expm1(negative(x)))


@pointwise
def cosh(x: Any) -> Any:
    """(e^x + e^-x) / 2."""
    return 0.5 * (exp(x) + exp(negative(x)))


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return named_op("tanh", x)


@pointwise
def arcsinh(x: Any) -> Any:
    """sign(x) log(|x| + sqrt(x² + 1)), exact near 0."""
    size = absolute(x)
    # Chosen by sides: a product with sign(x) would have the slope 0 at 0.
    value = log1p(size + size * size / (1.0 + sqrt(size * size + 1.0)))
    return scalar_op("select", scalar_op("ge", x, 0.0), value, negative(value))


@pointwise
def arccosh(x: Any) -> Any:
    """log(x + sqrt(x² - 1))."""
    return log(x + sqrt((x - 1.0) * (x + 1.0)))


@pointwise
def arctanh(x: Any) -> Any:
    """log((1 + x) / (1 - x)) / 2, exact near 0."""
    return 0.5 * (log1p(x) - log1p(negative(x)))


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), without overflow."""
    return named_op("sigmoid", x)


def relu(x: Any) -> Any:
    """max(x, 0); its derivative at 0 is 0."""
    return named_op("relu", x)


def softplus(x: Any) -> Any:
    """log(1 + e^x), without overflow."""
    return named_op("softplus", x)


def erf(x: Any) -> Any:
    """2/√π ∫₀ˣ e^-t² dt."""
    return named_op("erf", x)


# Rounding: the derivative is 0 everywhere.


def floor(x: Any) -> Any:
    """The largest whole number that is not above x."""
    return scalar_op("floor", x)


def ceil(x: Any) -> Any:
    """The smallest whole number that is not below x."""
    return negative(floor(negative(as_fractions(x))))


def trunc(x: Any) -> Any:
    """x without its fraction: towards 0."""
    x = unwrap(x)
    if are_whole(x):
        return np.array(x)
    return scalar_op("select", scalar_op("ge", x, 0.0), floor(x), ceil(x))


def round(x: Any, decimals: int = 0) -> Any:
    """The nearest number with so many decimals; of two equally near, the even one."""
    if decimals == 0:
        return scalar_op("round", x)
    scale = float(np.power(10.0, decimals))
    return divide(scalar_op("round", multiply(x, scale)), scale)


def floor_divide(x1: Any, x2: Any) -> Any:
    """floor(x1 / x2); whole numbers of whole ones."""
    if are_whole(x1, x2):
        return _of_whole(np.floor_divide, x1, x2)
    return floor(divide(x1, x2))


def mod(x1: Any, x2: Any) -> Any:
    """x1 - x2 · floor(x1 / x2): the remainder has the sign of x2."""
    if are_whole(x1, x2):
        return _of_whole(np.mod, x1, x2)
    return subtract(x1, multiply(x2, floor_divide(x1, x2)))


def _of_whole(function: Any, x1: Any, x2: Any) -> Any:
    """A function of NumPy on whole numbers; truth values are 0 and 1 of 32 bits."""
    kind = common_dtype([x1, x2])
    kind = np.dtype(np.int32) if kind.kind == "b" else kind
    with np.errstate(all="ignore"):
        return function(*(np.asarray(x).astype(kind, copy=False) for x in (x1, x2)))


abs = absolute
true_divide = divide
