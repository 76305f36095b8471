"""Metrics against real Keras and scikit-learn; the forms in which compile takes them."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, mean_squared_error

from golden.kinds.cases import read_cases
from pronghorn import losses, metrics, ops
from pronghorn._core.errors import DataError, ParameterError, ShapeError, UnknownNameError
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.graph import Graph, input_node
from pronghorn.ir.passes import stabilise
from pronghorn.layers._emission import emit
from pronghorn.training._measures import total_sums
from tolerances import KINDS_VS_KERAS, METRICS_VS_KERAS, WORKED_IN_FLOAT64

CASES = read_cases("metrics")


def make(case: dict[str, Any]) -> metrics.Metric:
    metric: metrics.Metric = getattr(metrics, case["name"])(**case["kwargs"])
    return metric


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("case", CASES)
def test_results_are_those_of_keras(case: dict[str, Any], weighted: bool) -> None:
    t, p, w = (np.asarray(case[key]) for key in ("y_true", "y_pred", "weights"))
    metric = make(case)
    for rows, expected in zip(
        (slice(0, 4), slice(4, 7)),
        case["results"]["weighted" if weighted else "plain"],
        strict=True,
    ):
        metric.update_state(t[rows], p[rows], sample_weight=w[rows] if weighted else None)
        KINDS_VS_KERAS.check(metric.result(), expected)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("engine", ["reference", "native"])
@pytest.mark.parametrize("case", CASES)
def test_sums_of_an_engine_give_the_result_of_keras(
    case: dict[str, Any], engine: str, weighted: bool
) -> None:
    t, p, w = (np.asarray(case[key]) for key in ("y_true", "y_pred", "weights"))
    metric = make(case)
    nodes = [
        input_node(name, (None, *a.shape[1:])) for name, a in zip("tpw", (t, p, w), strict=True)
    ]
    with emit(training=False) as emission:
        metric.update_state(*nodes[:2], sample_weight=nodes[2] if weighted else None)
    totals, tallies = total_sums({"m": metric}, emission)
    graph = stabilise(Graph(totals=totals, tallies=tallies))
    program = engine_named(engine).lower(graph, {}, 4)
    feed = Feed(dict(zip("tpw", (t, p, w), strict=True)), np.arange(7), 4)
    assert program.run(feed, scalars={}).status == "ok"
    sums = {**program.totals(), **program.tallies()}
    metric.replace(sums["metric:m"], sums.get("count:m", 7), 7)
    expected = case["results"]["weighted" if weighted else "plain"][-1]
    tolerance = KINDS_VS_KERAS if engine == "reference" else METRICS_VS_KERAS
    tolerance.check(metric.result(), expected)


def test_accuracy_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    t, p = rng.integers(0, 4, 200), rng.random((200, 4))
    ours = metrics.SparseCategoricalAccuracy()(t, p)
    assert ours == WORKED_IN_FLOAT64.approx(accuracy_score(t, p.argmax(axis=1)))


def test_mse_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    t, p = rng.random((50, 3)), rng.random((50, 3))
    assert metrics.MeanSquaredError()(t, p) == WORKED_IN_FLOAT64.approx(mean_squared_error(t, p))


def test_sums_are_float64() -> None:
    # Ten million ones and a half: float32 sums stop at 2^24 = 16,777,216.
    mean = metrics.Mean()
    mean.add(2.0**24, 2.0**24)
    mean.update_state(np.ones(3, np.float32))
    assert mean.total == 2.0**24 + 3


def test_reset_forgets() -> None:
    mean = metrics.Mean()
    mean.update_state([3.0])
    mean.reset_state()
    assert mean.result() == 0.0
    mean.update_state([5.0])
    assert mean.result() == 5.0


def test_mean_of_rows_with_several_numbers() -> None:
    # rows (1 + 3) / 2 = 2 and (5 + 7) / 2 = 6, weights 1 and 3: (2 + 18) / 4
    assert metrics.Mean()([[1.0, 3.0], [5.0, 7.0]], sample_weight=[1, 3]) == 5.0


def test_mean_takes_a_single_number() -> None:
    assert metrics.Mean()(4.0) == 4.0


def test_first_of_equal_maxima_counts() -> None:
    assert metrics.SparseCategoricalAccuracy()([0, 1], [[0.5, 0.5], [0.5, 0.5]]) == 0.5


SHAPES = [
    ((None, 1), (None, 1), "BinaryAccuracy"),
    ((None,), (None, 1), "BinaryAccuracy"),
    ((None,), (None, 3), "SparseCategoricalAccuracy"),
    ((None, 1), (None, 3), "SparseCategoricalAccuracy"),
    ((None, 3), (None, 3), "CategoricalAccuracy"),
    # Two outputs with two binary targets count as categorical, whatever the loss (Keras 3).
    ((None, 2), (None, 2), "CategoricalAccuracy"),
]


@pytest.mark.parametrize("name", ["accuracy", "acc", "ACC"])
@pytest.mark.parametrize(("y_shape", "p_shape", "expected"), SHAPES)
def test_accuracy_is_chosen_by_shape(y_shape: Any, p_shape: Any, expected: str, name: str) -> None:
    metric = metrics.resolve(name, y_shape, p_shape)
    assert type(metric).__name__ == expected
    assert metric.name == name


@pytest.mark.parametrize(("y_shape", "p_shape", "accuracy"), SHAPES)
def test_crossentropy_is_chosen_by_shape(y_shape: Any, p_shape: Any, accuracy: str) -> None:
    metric = metrics.resolve("ce", y_shape, p_shape)
    assert type(metric).__name__ == accuracy.replace("Accuracy", "Crossentropy")
    assert metric.name == "ce"


def test_resolve_names_a_string_as_typed() -> None:
    metric = metrics.resolve("mae", (None, 1), (None, 1))
    assert (type(metric).__name__, metric.name) == ("MeanAbsoluteError", "mae")


def test_resolve_takes_functions() -> None:
    def largest(y_true: Any, y_pred: Any) -> Any:
        return ops.max(ops.absolute(y_true - y_pred), axis=-1)

    metric = metrics.resolve(largest, (None, 2), (None, 2))
    assert metric.name == "largest"
    assert metric(np.zeros((1, 2)), np.array([[1.0, -3.0]])) == 3.0


def test_resolve_takes_our_own_functions() -> None:
    metric = metrics.resolve(losses.mean_squared_error, (None, 1), (None, 1))
    assert type(metric) is metrics.MeanSquaredError


def test_resolve_keeps_objects() -> None:
    metric = metrics.BinaryAccuracy(name="mine")
    assert metrics.resolve(metric, (None, 1), (None, 1)) is metric


def test_name_accuracy_alone_is_plain_equality_as_in_keras() -> None:
    assert type(metrics.get("accuracy")) is metrics.Accuracy
    with pytest.raises(UnknownNameError, match="accuracy"):
        metrics.get("acc")


def test_wrapper_goes_through_its_config() -> None:
    wrapper = metrics.MeanMetricWrapper(losses.binary_crossentropy, name="b", from_logits=True)
    again = metrics.deserialize(metrics.serialize(wrapper))
    pair = (np.ones((2, 1)), np.array([[0.0], [2.0]]))
    assert again(*pair) == wrapper(*pair)
    assert again.name == "b"


def test_wrong_number_of_weights_is_refused_and_nothing_added() -> None:
    metric = metrics.MeanSquaredError()
    with pytest.raises(DataError, match="one weight for each of 2 rows"):
        metric.update_state([[0.0], [0.0]], [[1.0], [1.0]], sample_weight=[1, 2, 3])
    assert metric.count == 0


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ShapeError):
        metrics.CategoricalAccuracy()([0, 1], [[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(ShapeError):
        metrics.SparseCategoricalAccuracy()(np.eye(2), np.eye(2))


@pytest.mark.parametrize("threshold", [np.nan, np.inf, "half"])
def test_threshold_of_accuracy_is_a_number(threshold: Any) -> None:
    with pytest.raises(ParameterError, match="BinaryAccuracy threshold"):
        metrics.BinaryAccuracy(threshold=threshold)


@pytest.mark.parametrize(
    ("threshold", "expected"),
    # Of targets 1, 0, 1 and predictions -2, -2.5, 3 those above the threshold count as 1.
    [(0, 2 / 3), (-2.25, 1.0), (3.0, 1 / 3)],
)
def test_threshold_of_accuracy_may_be_that_of_logits(threshold: float, expected: float) -> None:
    metric = metrics.BinaryAccuracy(threshold=threshold)
    value = metric([[1.0], [0.0], [1.0]], [[-2.0], [-2.5], [3.0]])
    assert value == WORKED_IN_FLOAT64.approx(expected)


@pytest.mark.parametrize("name", ["Precision", "FalseNegatives"])
@pytest.mark.parametrize(
    ("given", "used"), [(None, [0.5]), (0, [0.0]), (0.7, [0.7]), ([0.2, 1], [0.2, 1.0])]
)
def test_thresholds_are_a_list_and_stay_in_the_config_as_given(
    name: str, given: Any, used: list[float]
) -> None:
    metric = getattr(metrics, name)(given)
    assert metric.thresholds == used
    assert metric.get_config()["thresholds"] == given
    assert type(metric).from_config(metric.get_config()).thresholds == used


@pytest.mark.parametrize("given", [-0.1, [0.5, 1.1], []])
def test_thresholds_lie_within_0_and_1(given: Any) -> None:
    with pytest.raises(ParameterError, match="Recall thresholds"):
        metrics.Recall(given)


def test_no_prediction_of_0_is_above_the_first_threshold() -> None:
    # Keras 3.15.1 gives 0.75 too: a hit of four has the prediction 0, and so is never found.
    metric = metrics.SensitivityAtSpecificity(0.0, num_thresholds=5)
    assert metric([1, 1, 1, 1, 0], [0.0, 0.3, 0.6, 1.0, 0.4]) == 0.75


@pytest.mark.parametrize(
    ("values", "expected"),
    [([True, False], 0.5), (np.array([255, 1], np.uint8), 128.0), ([3, 5], 4.0)],
)
def test_mean_of_values_of_other_types(values: Any, expected: float) -> None:
    assert metrics.Mean()(values) == expected


@pytest.mark.parametrize(
    ("name", "direction"),
    [("binary_accuracy", "up"), ("mse", "down"), ("bce", "down"), ("mean", None)],
)
def test_direction_says_what_is_better(name: str, direction: str | None) -> None:
    assert metrics.get(name)._direction == direction


def test_ignored_labels_count_as_rows_of_value_0() -> None:
    # Keras 3.15.1: keras.metrics.SparseCategoricalCrossentropy(ignore_class=-1) gives log(3) / 2.
    metric = metrics.SparseCategoricalCrossentropy(ignore_class=-1)
    value = metric(np.array([0, -1, -1, 1]), np.full((4, 3), 1 / 3))
    KINDS_VS_KERAS.check(value, np.log(3.0) / 2)
