"""Metrics of your own: at once on arrays, traced in a model, and refused where they cannot be."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
import tolerances
from pronghorn import config, metrics, ops
from pronghorn.errors import DataError, GraphError, ShapeError

X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0]], np.float32)
Y = X + np.array([[0.0], [0.0], [1.0], [0.0], [3.0]], np.float32)


class Total(metrics.Metric):
    """Σ w |t − p| in a variable."""

    def __init__(self, name: str = "total_error", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        errors = ops.mean(ops.absolute(y_true - y_pred), axis=-1)
        if sample_weight is not None:
            errors = errors * sample_weight
        self.total.assign_add(ops.sum(errors))

    def result(self) -> Any:
        return self.total.numpy()


@pytest.fixture(params=["reference", "native"])
def engine(request: pytest.FixtureRequest) -> Any:
    with config.use_engine(request.param):
        yield request.param


def make_model(*metrics_: Any, weighted: tuple[Any, ...] = ()) -> Any:
    """A model whose prediction is its input."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([[[1.0]]])
    model.compile(
        keras.optimizers.SGD(0.0), "mse", metrics=[*metrics_], weighted_metrics=[*weighted]
    )
    return model


def test_variables_on_arrays() -> None:
    metric = Total()
    metric.update_state(Y, X)
    metric.update_state(Y, X, np.array([1.0, 1.0, 0.5, 1.0, 0.0]))
    assert metric.result() == 4.5  # 1 + 3, then 0.5 · 1
    metric.reset_state()
    assert metric.result() == 0.0
    assert [v.path for v in metric.variables] == ["total_error/total"]


def test_variables_in_a_model(engine: str) -> None:
    model = make_model(Total())
    history = model.fit(X, Y, batch_size=2, epochs=3, validation_data=(X[:3], Y[:3]), verbose=0)
    assert history.history["total_error"] == [4.0] * 3
    assert history.history["val_total_error"] == [1.0] * 3
    assert model.evaluate(X, Y, batch_size=2, verbose=0, return_dict=True)["total_error"] == 4.0


class Share(metrics.Metric):
    """Counts rows in the manner of Keras's guides, its variables named first."""

    def __init__(self) -> None:
        super().__init__(name="share")
        self.total = self.add_weight("total", initializer="zeros")
        self.count = self.add_weight("count", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.total.assign_add(ops.sum(ops.cast(ops.equal(y_true, y_pred), "float32")))
        self.count.assign_add(self.rows(y_true))

    def rows(self, y_true: Any) -> Any:
        return ops.cast(ops.shape(y_true)[0], "float32")

    def result(self) -> Any:
        return self.total / self.count


class ShareWithoutCast(Share):
    def rows(self, y_true: Any) -> Any:
        return ops.shape(y_true)[0]


@pytest.mark.parametrize("kind", [Share, ShareWithoutCast])
def test_rows_of_a_batch_are_counted_by_shape(engine: str, kind: type[Share]) -> None:
    scores = make_model(kind()).evaluate(X, Y, batch_size=2, verbose=0, return_dict=True)
    tolerances.WORKED_IN_FLOAT32.check(scores["share"], 3 / 5)
    metric = kind()
    metric.update_state(Y, X)
    tolerances.WORKED_IN_FLOAT32.check(metric.result(), 3 / 5)


class Equal(metrics.Metric):
    """Compares with ==, as Keras's guide does: targets (n, 1) with predictions (n, 1)."""

    def __init__(self) -> None:
        super().__init__(name="equal")
        self.total = self.add_weight("total", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        same = ops.cast(y_true, "int32") == ops.cast(ops.reshape(y_pred, (-1, 1)), "int32")
        self.total.assign_add(ops.sum(ops.cast(same, "float32")))

    def result(self) -> Any:
        return self.total.value


@pytest.mark.parametrize("shape", [(-1, 1), (-1,)], ids=["columns", "flat"])
def test_symbolic_values_are_compared_element_by_element(
    engine: str, shape: tuple[int, ...]
) -> None:
    # Three of the five rows of X and Y are equal.
    scores = make_model(Equal()).evaluate(X, Y.reshape(shape), verbose=0, return_dict=True)
    assert scores["equal"] == 3.0


class Halved(metrics.MeanAbsoluteError):
    """A metric of Pronghorn, given other targets."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(y_true / 2, y_pred, sample_weight)


def test_built_in_metrics_are_extended(engine: str) -> None:
    model = make_model(Halved(name="halved"))
    # |t / 2 - p|: 0, 0.5, 0.5, 1.5, 0.5
    assert model.evaluate(X, Y, verbose=0, return_dict=True)["halved"] == pytest.approx(0.6)


def test_weights_of_variables_in_a_model(engine: str) -> None:
    model = make_model(Total(), weighted=(Total(),))
    w = np.array([1.0, 1.0, 0.5, 1.0, 0.0])
    scores = model.evaluate(X, Y, sample_weight=w, verbose=0, return_dict=True)
    assert scores["total_error"] == 4.0
    assert scores["weighted_total_error"] == 0.5


def test_one_metric_for_two_outputs_sees_both(engine: str) -> None:
    x = keras.Input((1,))
    doubled = keras.layers.Rescaling(2.0, name="b")(x)
    model = keras.Model(x, [keras.layers.Rescaling(1.0, name="a")(x), doubled])
    mean = metrics.MeanAbsoluteError(name="mae")
    model.compile("sgd", "mse", metrics=[[mean], [mean]])
    scores = model.evaluate(X, [X + 1, 2 * X + 2], verbose=0, return_dict=True)
    # Errors 1 and 2, the same number of rows each.
    assert scores["a_mae"] == scores["b_mae"] == 1.5


def test_parts_in_lists_and_dicts_are_found() -> None:
    class Holder(metrics.Metric):
        def __init__(self) -> None:
            super().__init__()
            self.listed = [Total("first"), metrics.Mean()]
            self.named = {"third": Total("third")}

    holder = Holder()
    assert [type(part).__name__ for part in holder.held_metrics()] == ["Total", "Mean", "Total"]
    paths = ["first/total", "mean/total", "mean/count", "third/total"]
    assert [v.path for v in holder.variables] == paths


def test_attributes_that_a_program_would_name_so(engine: str) -> None:
    class Counted(metrics.Metric):
        def __init__(self) -> None:
            super().__init__(name="counted")
            self.parts = self.add_weight(name="parts", initializer="zeros")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.parts.assign_add(ops.sum(y_true - y_pred))

        def result(self) -> Any:
            return self.parts.numpy()

    scores = make_model(Counted()).evaluate(X, Y, verbose=0, return_dict=True)
    assert scores["counted"] == 4.0


def test_several_sums_a_row(engine: str) -> None:
    class Moments(metrics.Metric):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return ops.concatenate([y_pred, ops.square(y_pred)], axis=-1)

    model = make_model(Moments(name="moments"))
    scores = model.evaluate(X, Y, batch_size=2, verbose=0, return_dict=True)
    assert scores["moments"].tolist() == [2.0, 6.0]  # (0 + 1 + 2 + 3 + 4) / 5, (0 + 1 + … + 16) / 5
    assert Moments()(Y, X).tolist() == [2.0, 6.0]


def test_values_of_batches_count_once_each(engine: str) -> None:
    def largest_sum(y_true: Any, y_pred: Any) -> Any:
        return ops.sum(y_pred)

    model = make_model(largest_sum)
    # Batches of 2, 2 and 1 rows: (1 + 5 + 4) / 3.
    scores = model.evaluate(X, Y, batch_size=2, verbose=0, return_dict=True)
    tolerances.WORKED_IN_FLOAT32.check(scores["largest_sum"], 10 / 3)


def test_values_of_batches_cannot_be_weighed() -> None:
    model = make_model(weighted=(lambda y_true, y_pred: ops.sum(y_pred),))
    with pytest.raises(ValueError, match="one value a row, to be weighed"):
        model.evaluate(X, Y, sample_weight=np.ones(5), verbose=0)


class WithNumPy(Total):
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.total.assign_add(float(np.asarray(y_pred, dtype=float).sum()))


class WithIf(Total):
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if ops.sum(y_pred) > 0:
            self.total.assign_add(1.0)


class WithList(Total):
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.seen = [y_true, y_pred]


@pytest.mark.parametrize("kind", [WithNumPy, WithIf, WithList])
def test_what_cannot_be_traced_is_refused_by_name(kind: Any) -> None:
    model = make_model(kind("odd"))
    with pytest.raises(GraphError, match=rf"metric 'odd': {kind.__name__}\.update_state: expected"):
        model.fit(X, Y, verbose=0)
    assert model.get_weights()[0].tolist() == [[1.0]]


def test_a_metric_without_a_definition_is_refused() -> None:
    with pytest.raises(GraphError, match=r"must define call\(y_true, y_pred\)"):
        make_model(metrics.Metric(name="empty")).evaluate(X, Y, verbose=0)


def test_values_of_three_axes_are_refused() -> None:
    class Cube(metrics.Metric):
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return ops.expand_dims(y_pred, -1)

    with pytest.raises(GraphError, match=r"values of shape \(n,\), \(n, k\)"):
        make_model(Cube()).evaluate(X, Y, verbose=0)


def test_data_of_another_width_needs_a_reset() -> None:
    metric = metrics.F1Score()
    metric.update_state(np.eye(3), np.eye(3))
    with pytest.raises(ShapeError, match="reset_state"):
        metric.update_state(np.eye(2), np.eye(2))
    metric.reset_state()
    metric.update_state(np.eye(2), np.eye(2))


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_copies_have_variables_of_their_own(duplicate: Any) -> None:
    metric = Total()
    metric.update_state(Y, X)
    again = duplicate(metric)
    again.update_state(Y, X)
    assert (metric.result(), again.result()) == (4.0, 8.0)


def test_weights_in_variables_of_a_wrong_number_are_refused() -> None:
    with pytest.raises(DataError, match="one weight for each of 5 rows"):
        metrics.AUC().update_state(Y, X, sample_weight=[1, 2])
