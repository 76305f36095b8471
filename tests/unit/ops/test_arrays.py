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
from pronghorn.errors import GraphError, ParameterError
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
    "isclose": lambda o: o.isclose(ODD, ODD.copy(), equal_nan=True),
    "isclose without nan": lambda o: o.isclose(ODD, ODD[:, ::-1]),
    "allclose": lambda o: o.allclose(X, X + 1e-9),
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


@pytest.mark.parametrize("k", [0, 6])
def test_top_k_of_too_many(k: int) -> None:
    with pytest.raises(ParameterError, match="from 1 to the length"):
        ops.top_k(X, k)


@pytest.mark.parametrize("kind", ["int32", "uint8", "float16", "float32", "bool"])
@pytest.mark.parametrize("name", ["ones_like", "zeros_like"])
def test_dtype_is_kept(name: str, kind: str, keras: ModuleType) -> None:
    array = np.ones(3, kind)
    assert getattr(ops, name)(array).dtype.name == str(getattr(keras.ops, name)(array).dtype)
