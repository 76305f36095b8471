"""The variables of metrics, and metrics without a state of their own, as in real Keras."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import pronghorn
from parity import peers
from pronghorn.errors import GraphError, ParameterError, ShapeError
from tolerances import METRICS_VS_KERAS

RANDOM = np.random.default_rng(5)
LABELS = RANDOM.integers(0, 3, 20)
Y = np.eye(3, dtype="float32")[LABELS]
P = (RANDOM.integers(1, 16, Y.shape) / 16).astype("float32")
# Quarters, of which sums are exact in Keras's float32 too.
W = (RANDOM.integers(0, 9, 20) / 4).astype("float32")

Make = Callable[[ModuleType], Any]


def own(k: ModuleType) -> Any:
    class Held(k.metrics.Metric):  # type: ignore[misc,name-defined]
        """A part, and a variable that is made before it."""

        def __init__(self) -> None:
            super().__init__(name="held")
            self.largest = self.add_weight(shape=(3,), initializer="zeros", name="largest")
            self.mean = k.metrics.Mean()

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.largest.assign(k.ops.maximum(self.largest, k.ops.max(y_pred, axis=0)))
            self.mean.update_state(y_pred, sample_weight=sample_weight)

        def result(self) -> Any:
            return k.ops.sum(self.largest) + self.mean.result()

    return Held()


def extended(k: ModuleType) -> Any:
    class Counted(k.metrics.MeanSquaredError):  # type: ignore[misc,name-defined]
        """A metric of the library with a variable of its own."""

        def __init__(self) -> None:
            super().__init__(name="counted")
            self.calls = self.add_weight(shape=(), initializer="zeros", name="calls")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            super().update_state(y_true, y_pred, sample_weight)
            self.calls.assign_add(1.0)

        def reset_state(self) -> None:
            super().reset_state()
            self.calls.assign(0.0)

    return Counted()


MAKES: dict[str, Make] = {
    "mse": lambda k: k.metrics.MeanSquaredError(),
    "root": lambda k: k.metrics.RootMeanSquaredError(),
    "accuracy": lambda k: k.metrics.CategoricalAccuracy(),
    "auc": lambda k: k.metrics.AUC(num_thresholds=5),
    "auc of labels": lambda k: k.metrics.AUC(num_thresholds=5, multi_label=True),
    "auc of 3 labels": lambda k: k.metrics.AUC(num_thresholds=5, multi_label=True, num_labels=3),
    "precision": lambda k: k.metrics.Precision([0.2, 0.6]),
    "recall": lambda k: k.metrics.Recall(),
    "negatives": lambda k: k.metrics.FalseNegatives(),
    "best": lambda k: k.metrics.PrecisionAtRecall(0.5, num_thresholds=5),
    "f1": lambda k: k.metrics.F1Score(),
    "f1 together": lambda k: k.metrics.F1Score("micro"),
    "f2 weighted": lambda k: k.metrics.FBetaScore("weighted", 2.0, 0.4),
    "r2": lambda k: k.metrics.R2Score(None),
    "adjusted r2": lambda k: k.metrics.R2Score(num_regressors=2),
    "own": own,
    "extended": extended,
}
each = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return peers.import_keras()


def names_and_shapes(metric: Any) -> list[tuple[str, tuple[int, ...]]]:
    return [(v.name, tuple(v.shape)) for v in metric.variables]


# Without rows an adjusted score warns, in both libraries.
@pytest.mark.parametrize("name", [name for name in MAKES if name != "adjusted r2"])
def test_variables_before_and_after_rows(name: str, keras: ModuleType) -> None:
    expected, found = MAKES[name](keras), MAKES[name](pronghorn)
    assert names_and_shapes(found) == names_and_shapes(expected)
    for metric in (expected, found):
        metric.update_state(Y, P, sample_weight=W)
    assert names_and_shapes(found) == names_and_shapes(expected)
    for ours, theirs in zip(found.variables, expected.variables, strict=True):
        METRICS_VS_KERAS.check(ours.numpy(), theirs.numpy(), theirs.name)
    for metric in (expected, found):
        metric.reset_state()
    assert names_and_shapes(found) == names_and_shapes(expected)
    assert not any(v.numpy().any() for v in found.variables)
    METRICS_VS_KERAS.check(found.result(), np.asarray(expected.result()))


@each
def test_states_are_added_up(make: Make, keras: ModuleType) -> None:
    """Two metrics of halves of the rows become one of all of them."""
    results = []
    for k in (keras, pronghorn):
        halves = [make(k), make(k)]
        for metric, rows in zip(halves, (slice(0, 8), slice(8, 20)), strict=True):
            metric.update_state(Y[rows], P[rows], sample_weight=W[rows])
        for one, other in zip(halves[0].variables, halves[1].variables, strict=True):
            one.assign_add(other)
        results.append(np.asarray(halves[0].result()))
    METRICS_VS_KERAS.check(results[1], results[0])


@each
def test_state_outside_of_the_metric(make: Make, keras: ModuleType) -> None:
    results = []
    for k in (keras, pronghorn):
        metric = make(k)
        metric.update_state(Y[:5], P[:5])
        kept, before = np.asarray(metric.result()), [v.numpy() for v in metric.variables]
        state = metric.stateless_reset_state()
        assert not any(np.any(value) for value in state)
        for rows in (slice(0, 8), slice(8, 20)):
            state = metric.stateless_update_state(state, Y[rows], P[rows], sample_weight=W[rows])
        results.append([np.asarray(metric.stateless_result(state)), *map(np.asarray, state)])
        METRICS_VS_KERAS.check(metric.result(), kept)
        for variable, value in zip(metric.variables, before, strict=True):
            METRICS_VS_KERAS.check(variable.numpy(), value)
    for found, expected in zip(results[1], results[0], strict=True):
        METRICS_VS_KERAS.check(found, expected)


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda k: k.metrics.Mean(), ["total", "count"]),
        (lambda k: k.metrics.Precision(), ["true_positives", "false_positives"]),
        (lambda k: k.metrics.AUC(num_thresholds=5), ["true_negatives", "false_negatives"]),
        (lambda k: k.metrics.TruePositives(), ["accumulator"]),
        (lambda k: k.metrics.F1Score(), ["intermediate_weights", "false_negatives"]),
        (lambda k: k.metrics.R2Score(), ["squared_sum", "sum", "total_mse", "count"]),
    ],
    ids=["mean", "precision", "auc", "count", "f1", "r2"],
)
def test_variables_are_attributes(make: Make, names: list[str], keras: ModuleType) -> None:
    expected, found = make(keras), make(pronghorn)
    for metric in (expected, found):
        metric.update_state(*((Y,) if "total" in names else (Y, P)))
    for name in names:
        METRICS_VS_KERAS.check(getattr(found, name), np.asarray(getattr(expected, name)), name)


def test_another_number_of_values_is_refused() -> None:
    metric = pronghorn.metrics.Mean()
    with pytest.raises(ParameterError, match="expected 2 values, one for each"):
        metric.stateless_update_state([0.0], [1.0])


def test_values_of_another_shape_are_refused_and_leave_the_metric() -> None:
    metric = pronghorn.metrics.Precision([0.2, 0.6])
    metric.update_state(Y, P)
    kept = metric.result().tolist()
    with pytest.raises(ShapeError, match=r"precision\S*/false_positives"):
        metric.stateless_result([np.zeros(2), np.zeros(3)])
    assert metric.result().tolist() == kept


def test_sums_are_the_programs_inside_of_a_model() -> None:
    class Doubled(pronghorn.metrics.Mean):
        def update_state(self, values: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.total.assign_add(pronghorn.ops.sum(y_pred))

    x = pronghorn.Input((3,))
    model = pronghorn.Model(x, pronghorn.layers.Dense(3)(x))
    model.compile("sgd", "mse", metrics=[Doubled(name="doubled")])
    with pytest.raises(GraphError, match=r"'doubled/total': expected a use outside of a model"):
        model.evaluate(P, Y, verbose=0)
