"""Constraints against real Keras, and where a training step carries them out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from golden.kinds.cases import read_cases
from pronghorn import constraints, ops
from pronghorn._core.errors import ParameterError, ShapeError, UnknownNameError
from pronghorn.engines.base import Feed
from pronghorn.engines.reference import ENGINE, ReferenceStore
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Graph
from tolerances import KINDS_VS_KERAS, OPTIMIZERS_VS_KERAS

CASES = read_cases("constraints")


@pytest.mark.parametrize("case", CASES)
def test_arrays(case: dict[str, Any]) -> None:
    found = getattr(constraints, case["name"])(**case["kwargs"])(np.asarray(case["w"]))
    KINDS_VS_KERAS.check(found, case["found"])


@pytest.mark.parametrize("case", CASES)
def test_symbolic_values(case: dict[str, Any]) -> None:
    w = np.asarray(case["w"])
    store = ReferenceStore(w.shape)
    store.value = w
    constraint = getattr(constraints, case["name"])(**case["kwargs"])
    graph = Graph(writes={"w": constraint(g.parameter("w", w.shape))})
    ENGINE.lower(graph, {"w": store}, 1).run(Feed({}, np.zeros(1, np.int64), 1), scalars={})
    KINDS_VS_KERAS.check(store.value, case["found"])


def train(constraint: Any, engine: str) -> list[Any]:
    """Three steps of a layer whose kernel (4, 3) is constrained, from weights of size 1."""
    with keras.config.use_engine(engine):
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        layer = model.layers[0]
        layer.weights[0].constraint = constraint
        model.set_weights([np.linspace(-2.0, 2.0, 12).reshape(4, 3), np.zeros(3)])
        model.compile(keras.optimizers.Adam(0.1), "mse")
        x = np.linspace(-1.0, 1.0, 24, dtype=np.float32).reshape(6, 4)
        model.fit(x, x[:, :3], batch_size=2, shuffle=False, verbose=0)
        found: list[Any] = model.get_weights()
        return found


@pytest.mark.parametrize("engine", ["native", "reference"])
class TestTraining:
    def test_norms_of_columns(self, engine: str) -> None:
        kernel, _ = train(constraints.UnitNorm(), engine)
        OPTIMIZERS_VS_KERAS.check(np.linalg.norm(kernel, axis=0), np.ones(3))

    def test_no_element_below_zero(self, engine: str) -> None:
        kernel, _ = train(constraints.NonNeg(), engine)
        assert kernel.min() == 0.0
        assert kernel.max() > 1.0

    def test_function_of_ones_own(self, engine: str) -> None:
        kernel, _ = train(lambda w: ops.clip(w, -0.5, 0.5), engine)
        assert np.abs(kernel).max() <= 0.5  # from 2: three steps of Adam move it by 0.3

    def test_only_its_weight_changes(self, engine: str) -> None:
        bias = [train(c, engine)[1] for c in (lambda w: w, None)]
        np.testing.assert_array_equal(*bias)

    def test_another_shape_is_refused(self, engine: str) -> None:
        with pytest.raises(ShapeError, match=r"constraint of .*: expected a symbolic value of"):
            train(lambda w: ops.sum(w), engine)


@pytest.mark.parametrize(
    "name",
    ["max_norm", "MaxNorm", "non_neg", "NonNeg", "unit_norm", "UnitNorm", "min_max_norm"],
)
def test_names_of_keras(name: str) -> None:
    found = constraints.get(name)
    assert type(found).__name__.lower() == name.replace("_", "").lower()


def test_lower_case_is_the_class() -> None:
    assert constraints.max_norm is constraints.MaxNorm
    assert constraints.get(constraints.max_norm(3)).max_value == 3


def test_get_takes_functions_and_nothing() -> None:
    assert constraints.get(None) is None
    assert constraints.get(abs) is abs


@pytest.mark.parametrize("identifier", ["maxnorm", 3], ids=str)
def test_get_refuses_the_rest(identifier: Any) -> None:
    with pytest.raises((ParameterError, UnknownNameError)):
        constraints.get(identifier)


@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        ("MaxNorm", {"max_value": -1.0}),
        ("MaxNorm", {"axis": "rows"}),
        ("UnitNorm", {"axis": []}),
        ("MinMaxNorm", {"rate": 1.5}),
        ("MinMaxNorm", {"min_value": None}),
    ],
    ids=str,
)
def test_bad_arguments_are_refused(cls: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{cls} {next(iter(kwargs))}: expected"):
        getattr(constraints, cls)(**kwargs)


@pytest.mark.parametrize("cls", ["MaxNorm", "UnitNorm", "MinMaxNorm"])
def test_axis_that_the_weight_does_not_have_is_refused(cls: str) -> None:
    constraint = getattr(constraints, cls)(axis=(0, 2))
    with pytest.raises(ShapeError, match=r"an axis of a weight of shape \(2, 3\), received axis"):
        constraint(np.ones((2, 3)))
