"""Regularizers against real Keras, on arrays and in graphs."""

from typing import Any

import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import config, layers, models, ops, regularizers
from pronghorn._core.errors import ParameterError, ShapeError
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, constant, input_node, parameter
from tolerances import KINDS_VS_KERAS, LOSS_VS_REFERENCE

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


@pytest.mark.parametrize("cls", ["L1", "L2"])
def test_the_argument_of_keras_2_is_taken(cls: str) -> None:
    made = getattr(regularizers, cls)(l=0.25)
    assert made.get_config() == {cls.lower(): 0.25}
    with pytest.raises(ParameterError, match="expected the argument"):
        getattr(regularizers, cls)(factor=0.25)


def test_rows_at_right_angles_cost_nothing() -> None:
    assert regularizers.OrthogonalRegularizer(1.0)(np.diag([2.0, 3.0])) == 0.0
    assert regularizers.OrthogonalRegularizer(1.0)(np.ones((1, 4))) == 0.0


def test_a_vector_has_no_rows_to_compare() -> None:
    with pytest.raises(ShapeError, match="two axes"):
        regularizers.OrthogonalRegularizer()(np.ones(3))


def quartic(w: Any) -> Any:
    return 0.5 * ops.sum(ops.square(ops.square(w)))


class Quartic(regularizers.Regularizer):
    def __call__(self, w: Any) -> Any:
        return quartic(w)


PENALTIES = {
    "function": quartic,
    "subclass": Quartic(),
    "orthogonal rows": regularizers.OrthogonalRegularizer(0.5),
    "orthogonal columns": regularizers.OrthogonalRegularizer(0.5, mode="columns"),
}


@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("penalty", PENALTIES.values(), ids=PENALTIES)
def test_penalties_over_ops_count_and_train(penalty: Any, engine: str) -> None:
    """The loss of a net with the penalty is that without it and the penalty of its kernel."""
    x, y = np.eye(3, dtype=np.float32), np.ones((3, 2), np.float32)
    kernel = np.array([[0.5, -1.0], [2.0, 1.0], [1.0, 0.25]], np.float32)
    with config.use_engine(engine):
        losses = []
        for regularizer in (None, penalty):
            layer = layers.Dense(2, use_bias=False, kernel_regularizer=regularizer)
            model = models.Sequential([layers.Input((3,)), layer])
            model.compile("sgd", "mse")
            model.set_weights([kernel])
            losses.append(model.evaluate(x, y, verbose=0))
        expected = losses[0] + float(penalty(kernel.astype("float64")))
        LOSS_VS_REFERENCE.check(losses[1], expected)
        model.fit(x, y, epochs=30, verbose=0)
        assert model.evaluate(x, y, verbose=0) < losses[1]


@pytest.mark.parametrize("engine", ["reference", "native"])
def test_a_function_penalises_outputs_by_the_row(engine: str) -> None:
    x, y = np.eye(2, dtype=np.float32), np.zeros((2, 2), np.float32)
    with config.use_engine(engine):
        layer = layers.Dense(2, use_bias=False, activity_regularizer=quartic)
        model = models.Sequential([layers.Input((2,)), layer])
        model.compile("sgd", "mse")
        model.set_weights([np.array([[1.0, 0.0], [0.0, 2.0]], np.float32)])
        # mse (1 + 4) / 4; penalty 0.5 (1 + 16) over 2 rows
        assert model.evaluate(x, y, verbose=0) == 1.25 + 4.25
