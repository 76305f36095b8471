"""Values and derivatives of `pronghorn.ops` are those of `keras.ops` on JAX."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tolerances
from gradient.differences import evaluate
from parity import peers
from pronghorn import config, layers, ops
from pronghorn.ir import graph as g
from pronghorn.ir.grad import gradients
from unit.ops.cases import (
    DEEP,
    ELEMENTWISE,
    FLAT,
    PRODUCTS,
    REDUCED,
    SHAPED,
    STEPS,
    TIED,
    TIES,
    Case,
    V,
)


def with_input(cases: Mapping[str, Case], x: Any) -> list[Any]:
    return [pytest.param(case, x, id=name) for name, case in cases.items()]


CASES = [
    *with_input(ELEMENTWISE, FLAT),
    *with_input(REDUCED, DEEP),
    *with_input(SHAPED, DEEP),
    *with_input(PRODUCTS, DEEP),
    *with_input(TIES, TIED),
]
# Functions that are constant between their jumps, and results that are no function of x.
JUMPS: dict[str, Case] = {
    **{name: (lambda o, x, name=name: getattr(o, name)(x * 2.0)) for name in STEPS},  # type: ignore[misc]
    "round to decimals": lambda o, x: o.round(x, 1),
    "isposinf": lambda o, x: o.isposinf(o.where(x > 0, np.inf, x)),
    "isneginf": lambda o, x: o.isneginf(o.where(x > 0, -np.inf, x)),
    "heaviside": lambda o, x: o.heaviside(o.round(x), V),
    "comparison": lambda o, x: o.equal(o.round(x), 0.0),
    "operator": lambda o, x: o.round(x) == 0,
    "and": lambda o, x: o.logical_and(x > 0, x < 1),
    "or": lambda o, x: o.logical_or(x < 0, x > 1),
    "xor": lambda o, x: o.logical_xor(x < 0, x > 1),
    "all": lambda o, x: o.all(x > 0, axis=-1),
    "any": lambda o, x: o.any(x > 0, axis=-1),
    "count_nonzero": lambda o, x: o.count_nonzero(o.relu(x), axis=-1),
    "argmax": lambda o, x: o.argmax(x, axis=-1),
    "argmin": lambda o, x: o.argmin(x, axis=-1),
    "argmax over the batch": lambda o, x: o.argmax(x, axis=0),
    "argmin over the batch, kept": lambda o, x: o.argmin(x, axis=0, keepdims=True),
    "argmax of all": lambda o, x: o.argmax(x),
    "argmax of equal ones": lambda o, x: o.argmax(o.sign(x), axis=0),
    "any over the batch": lambda o, x: o.any(x > 1, axis=0),
    "all of all": lambda o, x: o.all(x > -9),
    "argmax kept": lambda o, x: o.argmax(x, axis=-1, keepdims=True),
    "cast to int": lambda o, x: o.cast(x * 3.0, "int32"),
    "cast to bool": lambda o, x: o.cast(o.relu(x), "bool"),
    "digitize": lambda o, x: o.digitize(x, np.array([-0.5, 0.0, 1.0], np.float32)),
    "digitize by falling bounds": lambda o, x: o.digitize(x, np.array([0.5, -0.5], np.float32)),
    "searchsorted": lambda o, x: o.searchsorted(np.array([-0.5, 0.0], np.float32), x),
    "searchsorted behind": lambda o, x: o.searchsorted(
        np.array([-1.0, 1.0], np.float32), o.round(x), side="right"
    ),
    "norm 0": lambda o, x: o.norm(o.relu(x), ord=0, axis=-1),
    "floor_divide": lambda o, x: o.floor_divide(x, 0.3),
    "one_hot": lambda o, x: o.one_hot(o.argmax(x, axis=-1), 3),
    "multi_hot": lambda o, x: o.multi_hot(o.cast(o.abs(x), "int32"), 4),
    "zeros_like": lambda o, x: o.zeros_like(x) + o.ones_like(x) + o.full_like(x, 0.5),
    "isclose": lambda o, x: o.isclose(x, o.round(x), rtol=0.1, atol=0.1),
    "size": lambda o, x: o.size(x) * o.ones_like(x),
    "stop_gradient": lambda o, x: o.stop_gradient(x * x),
}


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return peers.import_keras()


class Own(layers.Layer):
    """A case as the call of a layer."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case

    def call(self, x: Any) -> Any:
        return self.case(ops, x)


def expect(keras: ModuleType, case: Case, x: Any) -> Any:
    return np.asarray(case(keras.ops, keras.ops.convert_to_tensor(x)))


@pytest.mark.parametrize(("case", "x"), [*CASES, *with_input(JUMPS, FLAT)])
def test_arrays(case: Case, x: Any, keras: ModuleType) -> None:
    tolerances.OPS_VS_KERAS.check(case(ops, x), expect(keras, case, x))


def symbolic(case: Case, x: Any) -> tuple[g.Node, g.Node]:
    node = g.input_node("x", (None, *x.shape[1:]))
    return node, g.as_node(case(ops, node))


@pytest.mark.parametrize(("case", "x"), [*CASES, *with_input(JUMPS, FLAT)])
def test_symbolic_values(case: Case, x: Any, keras: ModuleType) -> None:
    _, result = symbolic(case, x)
    found = evaluate({"y": result}, {"x": x}, rows=len(x))["y"]
    tolerances.OPS_VS_KERAS.check(found, expect(keras, case, x))


@pytest.mark.parametrize(("case", "x"), [*CASES, *with_input(JUMPS, FLAT)])
def test_native_engine_agrees(case: Case, x: Any, keras: ModuleType) -> None:
    with config.use_engine("native"):
        found = Own(case)(x)
    tolerances.OPS_VS_KERAS.check(found, expect(keras, case, x))


@pytest.mark.parametrize(("case", "x"), CASES)
def test_derivative_is_that_of_jax(case: Case, x: Any, keras: ModuleType) -> None:
    import jax

    node, result = symbolic(case, x)
    shape = expect(keras, case, x).shape
    weights = np.random.default_rng(5).normal(size=shape).astype(np.float32)
    cotangent = g.input_node(
        "w", tuple(None if a is None else b for a, b in zip(result.shape, shape, strict=True))
    )
    if not result.has_batch:
        cotangent = g.constant(weights)
    (slope,) = gradients({result: cotangent}, [node])
    assert slope is not None
    found = evaluate({"dx": slope}, {"x": x, "w": weights}, rows=len(x))["dx"]
    expected = jax.grad(lambda value: (case(keras.ops, value) * weights).sum())(x)
    tolerances.OP_SLOPES_VS_KERAS.check(found, np.asarray(expected))
