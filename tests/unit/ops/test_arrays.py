"""What only arrays have is that of `keras.ops`, and symbolic values are refused."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from parity import peers
from pronghorn import ops
from pronghorn.errors import GraphError, ParameterError, ShapeError
from pronghorn.ir import graph as g

X = np.random.default_rng(4).normal(size=(4, 5)).astype(np.float32)
TIED = np.array([[3.0, 1.0, 3.0, 2.0], [0.0, 0.0, 1.0, 1.0]], np.float32)
GAPS = np.array([[np.nan, 1.0, np.nan], [-3.0, np.nan, np.nan], [2.0, 0.5, np.nan]], np.float32)
ODD = np.array([[np.nan, 1.0, np.inf], [-np.inf, np.nan, 2.0]], np.float32)

OF_ONE: dict[str, Callable[[Any, Any], Any]] = {
    "sort": lambda o, x: o.sort(x, axis=0),
    "argsort": lambda o, x: o.argsort(x, axis=-1),
    "top_k": lambda o, x: o.top_k(x, 2),
    "median": lambda o, x: o.median(x, axis=1, keepdims=True),
    "quantile": lambda o, x: o.quantile(x, [0.25, 0.5], axis=0),
    "quantile below": lambda o, x: o.quantile(x, 0.3, method="lower"),
    "percentile": lambda o, x: o.percentile(x, 30.0, axis=-1),
    "take_along_axis": lambda o, x: o.take_along_axis(x, o.argsort(x, axis=-1), axis=-1),
    "digitize": lambda o, x: o.digitize(x, np.array([0.0, 1.0])),
    "nonzero": lambda o, x: o.nonzero(o.relu(x)),
    "diag": lambda o, x: o.diag(x[0], k=1),
    "vsplit": lambda o, x: o.vsplit(x, 2),
    "flipud": lambda o, x: o.flipud(x),
    "array_split of unequal parts": lambda o, x: o.array_split(x, 3, axis=1),
    **{
        f"norm {order}": (lambda o, x, order=order: o.norm(x, ord=order))  # type: ignore[misc]
        for order in [2, -2, "nuc"]
    },
    "norm 2 of some": lambda o, x: o.norm(
        o.stack([x, x + 1.0]), ord=2, axis=(-1, 0), keepdims=True
    ),
    "pad by mean": lambda o, x: o.pad(x, ((1, 1), (0, 2)), mode="mean"),
    "pad of all sides": lambda o, x: o.pad(x, 1, constant_values=2.0),
    "where": lambda o, x: o.where(x > 1),
    "roll of all by two": lambda o, x: o.roll(x, (1, 2)),
    "dstack of vectors": lambda o, x: o.dstack([x[0], x[1]]),
}
OF_NONE: dict[str, Callable[[Any], Any]] = {
    "searchsorted": lambda o: o.searchsorted(np.array([1.0, 2.0]), np.array([1.0, 3.0]), "right"),
    "meshgrid": lambda o: o.meshgrid(np.arange(2.0), np.arange(3.0), indexing="ij"),
    "tri": lambda o: o.tri(3, 4, k=1),
    "logspace": lambda o: o.logspace(0.0, 2.0, 5),
    "nan_to_num": lambda o: o.nan_to_num(ODD, nan=0.5, neginf=-2.0),
    "nansum": lambda o: o.nansum(np.where(np.isinf(ODD), 0.0, ODD), axis=1),
    **{
        f"{name} {axis}": (lambda o, name=name, axis=axis: getattr(o, name)(GAPS, axis=axis))  # type: ignore[misc]
        for name in ["nanmax", "nanmin", "nanprod", "nanvar", "nanstd"]
        for axis in [None, 0, 1]
    },
    "numbers at places": lambda o: o.where(X > 0, 1.0, 0.0),
    "isclose": lambda o: o.isclose(ODD, ODD.copy(), equal_nan=True),
    "isclose without nan": lambda o: o.isclose(ODD, ODD[:, ::-1]),
    "allclose": lambda o: o.allclose(X, X + 1e-9),
    "sum of a truth value": lambda o: o.sum(True),
    "largest of none": lambda o: o.max(np.zeros((0, 3), np.float32), axis=0, initial=2.0),
    "all of none": lambda o: o.all(np.zeros((0, 3))),
    "numbers one above the other": lambda o: o.vstack([1.0, 2.0]),
    "numbers in a row": lambda o: o.hstack([1.0, 2.0]),
    "crossentropy along another axis": lambda o: o.categorical_crossentropy(
        X[:2], TIED[:, :2].T @ TIED[:, :1] * X[:2], from_logits=True, axis=0
    ),
    "labels along another axis": lambda o: o.sparse_categorical_crossentropy(
        np.array([1, 0, 3, 3]), X[:, :4], from_logits=True, axis=0
    ),
    "cumsum of all": lambda o: o.cumsum(X),
    "arctan2 on the axes": lambda o: o.arctan2(
        np.array([0.0, 1.0, 0.0, -1.0, 0.0]), np.array([1.0, 0.0, -1.0, 0.0, 0.0])
    ),
}


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return peers.import_keras()


def check(found: Any, expected: Any) -> None:
    is_several = isinstance(expected, list | tuple)
    pairs = zip(found, expected, strict=True) if is_several else [(found, expected)]
    for one, other in pairs:
        tolerances.OPS_VS_KERAS.check(np.asarray(one, float), np.asarray(other, float))


@pytest.mark.parametrize("x", [X, TIED], ids=["distinct", "ties"])
@pytest.mark.parametrize("case", OF_ONE.values(), ids=OF_ONE)
def test_array(case: Callable[[Any, Any], Any], x: Any, keras: ModuleType) -> None:
    check(case(ops, x), case(keras.ops, x))


@pytest.mark.parametrize("case", OF_NONE.values(), ids=OF_NONE)
def test_constants(case: Callable[[Any], Any], keras: ModuleType) -> None:
    check(case(ops), case(keras.ops))


@pytest.mark.parametrize("name", ["sort", "argsort", "median", "nonzero"])
def test_symbolic_values_are_refused(name: str) -> None:
    with pytest.raises(GraphError, match=f"ops.{name}: expected an array.*NumPy"):
        getattr(ops, name)(g.input_node("x", (None, 3)))


def test_singular_values_of_a_symbolic_matrix_are_refused() -> None:
    with pytest.raises(
        GraphError, match=r"ops\.norm of ord 'nuc': expected an array, since singular"
    ):
        ops.norm(g.input_node("x", (None, 3)), ord="nuc")


@pytest.mark.parametrize(("order", "shape"), [("nuc", (3,)), (3, (2, 2)), (1, (2, 2, 2))])
def test_norm_of_another_order(order: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(ParameterError, match=rf"ops.norm: expected ord None.*ord={order!r} over"):
        ops.norm(np.ones(shape), ord=order)


def test_padding_by_the_mean_of_a_symbolic_value_is_refused() -> None:
    with pytest.raises(GraphError, match=r"ops\.pad of a symbolic value: expected mode one of"):
        ops.pad(g.input_node("x", (None, 3)), ((0, 0), (1, 1)), mode="mean")


def test_padding_by_reflection_takes_no_constant() -> None:
    with pytest.raises(ParameterError, match=r"ops\.pad: expected constant_values with mode"):
        ops.pad(X, 1, mode="reflect", constant_values=0.0)


def test_axes_do_not_go_to_one_place() -> None:
    with pytest.raises(ShapeError, match=r"ops\.moveaxis: expected as many places as axes"):
        ops.moveaxis(X, [0, 1], [0])


@pytest.mark.parametrize("name", ["tile", "repeat"])
def test_only_one_row_repeats_for_the_batch(name: str) -> None:
    counts = {"tile": ((None, 1),), "repeat": (None, 0)}[name]
    with pytest.raises(GraphError, match=f"ops.{name} by the number of rows: expected a value of"):
        getattr(ops, name)(X, *counts)


@pytest.mark.parametrize("k", [0, 6])
def test_top_k_of_too_many(k: int) -> None:
    with pytest.raises(ParameterError, match="from 1 to the length"):
        ops.top_k(X, k)


# One argument; those of two are given it twice.
OF_ANY_DTYPE = [
    "all", "any", "argmax", "argmin", "ceil", "copy", "count_nonzero", "cumprod", "cumsum", "exp",
    "fabs", "flip", "floor", "isnan", "logical_not", "max", "mean", "min", "nan_to_num", "nanmax",
    "nanmin", "nansum", "ones_like", "prod", "ravel", "reciprocal", "sqrt", "square", "squeeze",
    "stop_gradient", "sum", "transpose", "trunc", "var", "zeros_like",
]  # fmt: skip
OF_TWO = [
    "add", "append", "divide", "equal", "floor_divide", "greater", "heaviside", "hypot",
    "logical_and", "logical_or", "maximum", "minimum", "mod", "multiply", "not_equal", "power",
]  # fmt: skip
OF_NUMBERS = ["abs", "dot", "matmul", "negative", "ptp", "round", "sign", "subtract"]
ONES = {kind: np.ones(3, kind) for kind in ["int32", "uint8", "float16", "float32", "bool"]}


def call(o: Any, name: str, *given: Any) -> Any:
    is_one = name in OF_ANY_DTYPE or (
        name in OF_NUMBERS and name not in ("dot", "matmul", "subtract")
    )
    return getattr(o, name)(*(given[:1] if is_one else given))


@pytest.mark.parametrize("kind", ONES)
@pytest.mark.parametrize("name", [*OF_ANY_DTYPE, *OF_TWO])
def test_dtype_is_that_of_keras(name: str, kind: str, keras: ModuleType) -> None:
    found, expected = (call(o, name, ONES[kind], ONES[kind]) for o in (ops, keras.ops))
    # NumPy counts in 64 bits what JAX does not have.
    assert np.asarray(found).dtype.name.replace("64", "32") == str(expected.dtype)


@pytest.mark.parametrize("kind", ["int32", "float16", "float32"])
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_dtype_of_signed_numbers(name: str, kind: str, keras: ModuleType) -> None:
    found, expected = (call(o, name, ONES[kind], ONES[kind]) for o in (ops, keras.ops))
    assert np.asarray(found).dtype.name == str(expected.dtype)


PAIRS = {
    "array and number": ("int32", 2),
    "array and fraction": ("int32", 0.5),
    "bytes and integers": ("uint8", "int32"),
    "integers and floats": ("int32", "float16"),
    "truth values and number": ("bool", 2),
    "two floats": ("float16", "float32"),
    "number of NumPy and of Python": (np.float16(1.0), 0.5),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_dtypes_meet_as_in_keras(pair: tuple[Any, Any], keras: ModuleType) -> None:
    given = [ONES[part] if isinstance(part, str) else part for part in pair]
    assert ops.add(*given).dtype.name == str(keras.ops.add(*given).dtype)


@pytest.mark.parametrize("name", ["convert_to_tensor", "array"])
def test_what_is_written_to_an_array_later_does_not_change_the_tensor(name: str) -> None:
    x = np.ones(3, np.float32)
    tensor = getattr(ops, name)(x)
    x[:] = 9.0
    assert tensor.tolist() == [1.0, 1.0, 1.0]


def test_comparisons_choose_and_combine() -> None:
    large, even = ops.greater(TIED, 1.5), ops.equal(ops.mod(TIED, 2.0), 0.0)
    # Of 3 1 3 2 0 0 1 1 only 2 is above 1.5 and even; the others that are even are below.
    assert TIED[large & even].tolist() == [2.0]
    assert TIED[~large & even].tolist() == [0.0, 0.0]
