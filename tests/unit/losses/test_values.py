"""Losses against real Keras: rows, gradients, reductions."""

from typing import Any

import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import losses, ops
from pronghorn._core.errors import GraphError, ParameterError, ShapeError
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.grad import gradients
from pronghorn.ir.graph import Graph, constant, input_node, parameter
from tolerances import KINDS_VS_KERAS

CASES = read_cases("losses")


def make(case: dict[str, Any], **kwargs: Any) -> losses.Loss:
    loss: losses.Loss = getattr(losses, case["name"])(**case["kwargs"], **kwargs)
    return loss


def pair(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(case["y_true"]), np.asarray(case["y_pred"])


@pytest.mark.parametrize("case", CASES)
def test_rows_are_those_of_keras(case: dict[str, Any]) -> None:
    KINDS_VS_KERAS.check(make(case).call(*pair(case)), case["rows"])


@pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"]
)
@pytest.mark.parametrize("case", CASES)
def test_reductions_are_those_of_keras(case: dict[str, Any], reduction: str) -> None:
    loss = make(case, reduction=reduction)
    plain, weighted = case["reduced"][reduction]
    KINDS_VS_KERAS.check(loss(*pair(case)), plain)
    weights = np.asarray(case["weights"])
    KINDS_VS_KERAS.check(loss(*pair(case), sample_weight=weights), weighted)
    KINDS_VS_KERAS.check(loss(*pair(case), sample_weight=weights[:, None]), weighted)


@pytest.mark.parametrize("reduction", ["none", None])
def test_no_reduction_keeps_the_rows(reduction: str | None) -> None:
    loss = losses.MeanSquaredError(reduction=reduction)
    assert loss([[0.0], [0.0]], [[1.0], [2.0]], sample_weight=[1, 3]).tolist() == [1.0, 12.0]


def test_weights_of_zero_do_not_divide_by_zero() -> None:
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss([[0.0]], [[1.0]], sample_weight=[0.0]) == 0.0


@pytest.mark.parametrize("case", CASES)
def test_rows_and_gradients_in_a_graph_are_those_of_keras(case: dict[str, Any]) -> None:
    t, p = pair(case)
    k = p.shape[1]
    # p reaches the loss as x @ identity, so that it has a gradient.
    predictions = input_node("x", (None, k)) @ parameter("eye", (k, k))
    rows = make(case).call(input_node("y", (None, *t.shape[1:])), predictions)
    assert rows.shape == (None,)
    (gradient,) = gradients({rows: constant(np.ones(1))}, [predictions])
    assert gradient is not None
    engine = engine_named("reference")
    store = engine.store((k, k))
    store.write(np.eye(k))
    graph = Graph(outputs={"rows": rows, "gradient": gradient})
    program = engine.lower(graph, {"eye": store}, len(p))
    traced = program.trace(Feed({"x": p, "y": t}, np.arange(len(p)), len(p)), scalars={})
    KINDS_VS_KERAS.check(traced["rows"], case["rows"])
    KINDS_VS_KERAS.check(traced["gradient"], case["gradient"])


@pytest.mark.parametrize("name", ["mse", "MSE", "mean_squared_error"])
def test_names_give_functions_as_in_keras(name: str) -> None:
    assert losses.get(name) is losses.mean_squared_error


def test_class_name_gives_an_object_as_in_keras() -> None:
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)


@pytest.mark.parametrize(
    "identifier",
    [
        "bce",
        losses.binary_crossentropy,
        losses.BinaryCrossentropy,
        losses.BinaryCrossentropy(),
        {"class_name": "BinaryCrossentropy", "config": {}},
    ],
    ids=["name", "function", "class", "object", "config"],
)
def test_resolve_always_gives_the_object(identifier: Any) -> None:
    assert type(losses.resolve(identifier)) is losses.BinaryCrossentropy


def test_resolve_wraps_functions() -> None:
    def twice(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(2.0 * (y_pred - y_true), axis=-1)

    loss = losses.resolve(twice)
    assert loss is not None
    assert loss.name == "twice"
    assert loss(np.zeros((2, 1)), np.array([[1.0], [2.0]])) == 3.0  # (2 + 4) / 2


@pytest.mark.parametrize(
    ("y_shape", "p_shape", "cls"),
    [
        ((None, 1), (None, 1), losses.BinaryCrossentropy),
        ((None,), (None, 1), losses.BinaryCrossentropy),
        ((None,), (None, 3), losses.SparseCategoricalCrossentropy),
        ((None, 1), (None, 3), losses.SparseCategoricalCrossentropy),
        ((None, 3), (None, 3), losses.CategoricalCrossentropy),
    ],
)
def test_crossentropy_is_chosen_by_shape(
    y_shape: tuple[int | None, ...], p_shape: tuple[int | None, ...], cls: type
) -> None:
    assert type(losses.resolve_crossentropy(y_shape, p_shape)) is cls


def test_a_rank_apart_is_the_same() -> None:
    flat, column = np.array([1.0, 2.0]), np.array([[3.0], [5.0]])
    # ((1 − 3)² , (2 − 5)²) = (4, 9)
    assert losses.mean_squared_error(flat, column).tolist() == [4.0, 9.0]
    assert losses.mean_squared_error(column, flat).tolist() == [4.0, 9.0]


def test_labels_come_in_a_column_too() -> None:
    p = [[0.5, 0.5], [0.25, 0.75]]
    flat = losses.sparse_categorical_crossentropy([1, 0], p)
    column = losses.sparse_categorical_crossentropy([[1], [0]], p)
    np.testing.assert_array_equal(flat, column)


def test_classes_on_another_axis() -> None:
    t, p = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.2, 0.6], [0.8, 0.4]])
    expected = losses.categorical_crossentropy(t.T, p.T)
    np.testing.assert_array_equal(losses.categorical_crossentropy(t, p, axis=0), expected)


def test_classes_on_another_axis_are_refused_in_a_graph() -> None:
    t, p = input_node("t", (None, 2)), input_node("p", (None, 2))
    with pytest.raises(GraphError, match="axis=-1"):
        losses.categorical_crossentropy(t, p, axis=0)


def test_repeated_column_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"shape \(2, 3\).*received targets of shape \(2, 1\)"):
        losses.mean_squared_error(np.zeros((2, 1)), np.zeros((2, 3)))


def test_one_hot_rows_for_labels_are_refused() -> None:
    with pytest.raises(ShapeError, match="use categorical_crossentropy"):
        losses.sparse_categorical_crossentropy(np.eye(3), np.full((3, 3), 1 / 3))


def test_a_single_class_is_refused() -> None:
    with pytest.raises(ShapeError, match="Use binary_crossentropy"):
        losses.categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1)))


@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        ("MeanSquaredError", {"reduction": "average"}),
        ("BinaryCrossentropy", {"label_smoothing": 1.5}),
        ("CategoricalCrossentropy", {"from_logits": "yes"}),
        ("SparseCategoricalCrossentropy", {"ignore_class": "no"}),
        ("SparseCategoricalCrossentropy", {"axis": 0.5}),
    ],
)
def test_bad_arguments_are_refused(cls: str, kwargs: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=f"{cls} {next(iter(kwargs))}: expected"):
        getattr(losses, cls)(**kwargs)


def test_functions_are_serialized_by_name() -> None:
    assert losses.serialize(losses.mean_squared_error) == "mean_squared_error"
    assert losses.deserialize("mean_squared_error") is losses.mean_squared_error
