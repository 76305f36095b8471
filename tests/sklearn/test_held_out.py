"""Rows to validate with, scores to stop by, curves, and callbacks between epochs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import metrics
from sklearn.exceptions import ConvergenceWarning

import tolerances
from pronghorn import callbacks
from pronghorn.errors import DataError, ParameterError
from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(31)
X = rng.normal(size=(300, 5))
NOISE = rng.normal(size=300)
THREE = np.array(["a", "b", "c"])[np.digitize(X[:, 0] + X[:, 1] + 0.5 * NOISE, [-0.5, 0.7])]
TWO = np.where(X[:, 0] + 0.7 * NOISE > 0.0, "yes", "no")
LABELS = np.column_stack([X[:, 0] > 0, X[:, 1] + NOISE > 0.3]).astype(int)
VALUE = np.sin(X[:, 0]) + X[:, 1] + 0.3 * NOISE
WEIGHTS = rng.integers(1, 4, size=100)
TRAIN, VAL = slice(None, 200), slice(200, None)
SETTINGS: dict[str, Any] = {"learning_rate_init": 0.02, "max_iter": 40, "random_state": 0}


def classify(y: Any = THREE, fit: Any = None, **parameters: Any) -> Any:
    net = MLPClassifier((12,), **{**SETTINGS, **parameters})
    return net.fit(X[TRAIN], y[TRAIN], **(rows(y) if fit is None else fit))


def rows(y: Any) -> dict[str, Any]:
    return {"X_val": X[VAL], "y_val": y[VAL]}


def weights_of(net: Any) -> list[Any]:
    return [*net.coefs_, *net.intercepts_]


def check_equal(found: Any, expected: Any) -> None:
    for a, b in zip(weights_of(found), weights_of(expected), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("extras", [{}, {"activation": ["relu"]}], ids=["plain", "extras"])
@pytest.mark.parametrize(("name", "y"), [("two", TWO), ("three", THREE)])
def test_curves_end_with_the_loss_and_score_of_the_fit(name: str, y: Any, extras: Any) -> None:
    net = classify(y, **extras)
    found = net.history_
    assert {len(curve) for curve in found.values()} == {40}
    assert found["loss"] == net.loss_curve_
    proba = net.predict_proba(X[VAL])
    tolerances.LOSS_VS_REFERENCE.check(found["val_loss"][-1], metrics.log_loss(y[VAL], proba))
    assert found["val_score"][-1] == net.score(X[VAL], y[VAL])


def test_curves_of_a_regression() -> None:
    net = MLPRegressor("squared_error", (12,), **SETTINGS).fit(
        X[TRAIN], VALUE[TRAIN], **rows(VALUE)
    )
    half = 0.5 * metrics.mean_squared_error(VALUE[VAL], net.predict(X[VAL]))
    tolerances.LOSS_VS_REFERENCE.check(net.history_["val_loss"][-1], half)
    tolerances.LOSS_VS_REFERENCE.check(net.history_["val_score"][-1], net.score(X[VAL], VALUE[VAL]))


def test_curves_of_labels() -> None:
    net = classify(LABELS)
    proba = net.predict_proba(X[VAL])
    both = sum(metrics.log_loss(LABELS[VAL, j], proba[:, j]) for j in (0, 1))
    tolerances.LOSS_VS_REFERENCE.check(net.history_["val_loss"][-1], both)


def test_weights_of_the_rows_are_repetitions() -> None:
    repeated = np.repeat(np.arange(200, 300), WEIGHTS)
    weighted = classify(fit={**rows(THREE), "sample_weight_val": WEIGHTS}).history_
    expected = classify(fit={"X_val": X[repeated], "y_val": THREE[repeated]}).history_
    for name in ("val_loss", "val_score"):
        tolerances.LOSS_VS_REFERENCE.check(weighted[name], expected[name])


@pytest.mark.parametrize(
    "given",
    [
        (X[VAL], THREE[VAL]),
        [(X[VAL], THREE[VAL])],
        [(X[VAL], THREE[VAL], np.ones(100))],
    ],
    ids=["pair", "list", "with weights"],
)
def test_eval_set_is_another_spelling(given: Any) -> None:
    found, expected = classify(fit={"eval_set": given}), classify()
    tolerances.LOSS_VS_REFERENCE.check(found.history_["val_loss"], expected.history_["val_loss"])


def test_rows_that_only_measure_change_no_weight() -> None:
    check_equal(classify(), classify(fit={}, callbacks=[callbacks.Callback()]))


def test_stopping_goes_by_the_rows_that_are_given() -> None:
    net = classify(early_stopping=True, tol=0.0, n_iter_no_change=3, max_iter=200)
    assert net.n_iter_ < 200
    assert net.validation_scores_ == net.history_["val_score"]
    # The weights are those of the best epoch.
    assert net.score(X[VAL], THREE[VAL]) == net.best_validation_score_
    assert net.best_validation_score_ == max(net.validation_scores_)


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr", "balanced_accuracy"])
@pytest.mark.parametrize("extras", [{}, {"batch_norm": True}], ids=["plain", "batch_norm"])
def test_stopping_by_a_score(scoring: str, extras: Any) -> None:
    net = classify(early_stopping=True, scoring=scoring, **extras)
    found = metrics.get_scorer(scoring)(net, X[VAL], THREE[VAL])
    tolerances.LOSS_VS_REFERENCE.check(net.best_validation_score_, found)


def test_stopping_by_the_loss() -> None:
    net = classify(early_stopping=True, scoring="loss", max_iter=200, tol=0.0)
    assert net.n_iter_ < 200
    assert net.validation_scores_ == [-loss for loss in net.history_["val_loss"]]


def test_score_of_a_share_of_the_rows() -> None:
    def negative_error(estimator: Any, X: Any, y: Any) -> float:
        seen.append(X.shape)
        return -float(metrics.mean_absolute_error(y, estimator.predict(X)))

    seen: list[Any] = []
    net = MLPRegressor("squared_error", (12,), early_stopping=True, scoring=negative_error)
    net.set_params(**SETTINGS).fit(X, VALUE)
    assert set(seen) == {(30, 5)} and net.validation_scores_[-1] < 0.0


def test_class_weights_count_in_validation() -> None:
    heavy = {"a": 5.0, "b": 1.0, "c": 1.0}
    found = classify(class_weight=heavy)
    weights = np.where(THREE[VAL] == "a", 5.0, 1.0)
    expected = metrics.log_loss(THREE[VAL], found.predict_proba(X[VAL]), sample_weight=weights)
    tolerances.LOSS_VS_REFERENCE.check(found.history_["val_loss"][-1], expected)


def test_sparse_rows() -> None:
    x = sparse.csr_matrix(np.where(X > 0.5, X, 0.0))
    net = MLPClassifier((12,), early_stopping=True, **SETTINGS)
    net.fit(x[TRAIN], THREE[TRAIN], X_val=x[VAL], y_val=THREE[VAL])
    assert net.score(x[VAL], THREE[VAL]) == net.best_validation_score_


# Callbacks.


class Look(callbacks.Callback):
    """Notes what it is shown; ends training after an epoch."""

    def __init__(self, last: int = 5) -> None:
        super().__init__()
        self.last, self.met = last, []  # type: ignore[var-annotated]

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.met.append((epoch, sorted(logs)))
        logs["twice"] = 2.0 * logs["loss"]
        if epoch == self.last:
            self.model.stop_training = True


def test_callbacks_see_the_epochs_and_end_them() -> None:
    look = Look()
    net = classify(callbacks=[look])
    assert look.met == [(e, ["loss", "val_loss", "val_score"]) for e in range(6)]
    assert net.n_iter_ == 6 == len(net.loss_curve_)
    assert net.history_["twice"] == [2.0 * loss for loss in net.loss_curve_]


def test_a_fit_that_callbacks_end_is_one_of_so_many_epochs() -> None:
    check_equal(classify(callbacks=[Look(3)]), classify(max_iter=4))


def test_keras_stops_by_its_own_callback() -> None:
    stopper = callbacks.EarlyStopping(patience=2)
    net = classify(callbacks=stopper, max_iter=200)
    curve = net.history_["val_loss"]
    assert net.n_iter_ == np.argmin(curve) + 3 < 200


def test_rate_that_a_callback_sets_stays() -> None:
    rates = []

    class Halve(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            rates.append(float(self.model.optimizer.learning_rate))
            self.model.optimizer.learning_rate = rates[-1] / 2.0

    classify(callbacks=[Halve()], max_iter=4)
    tolerances.WORKED_IN_FLOAT32.check(rates, [0.02, 0.01, 0.005, 0.0025])


@pytest.mark.parametrize("given", ["TerminateOnNaN", callbacks.TerminateOnNaN, ["TerminateOnNaN"]])
def test_callbacks_by_name_and_class(given: Any) -> None:
    assert classify(callbacks=given, max_iter=2).n_iter_ == 2


def test_without_callbacks_and_rows_the_history_is_the_loss() -> None:
    net = classify(fit={})
    assert net.history_ == {"loss": net.loss_curve_}


def test_history_goes_on() -> None:
    net = MLPClassifier((12,), **SETTINGS).partial_fit(X, THREE, classes=["a", "b", "c"])
    assert len(net.partial_fit(X, THREE).history_["loss"]) == 2


def test_the_end_of_epochs_is_warned_of() -> None:
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        classify(max_iter=2)


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], type[Exception], str]] = {
    "X without y": ({}, {"X_val": X[VAL]}, ParameterError, "received no y_val"),
    "y without X": ({}, {"y_val": THREE[VAL]}, ParameterError, "received no X_val"),
    "both spellings": (
        {}, {**rows(THREE), "eval_set": (X[VAL], THREE[VAL])}, ParameterError, "received both",
    ),
    "two sets": ({}, {"eval_set": [(X, THREE), (X, THREE)]}, ParameterError, "eval_set: expected"),
    "another class": (
        {}, {"X_val": X[:2], "y_val": ["a", "d"]}, DataError, "y_val: expected classes of y",
    ),
    "other columns": ({}, {"X_val": X[VAL, :3], "y_val": THREE[VAL]}, ValueError, "3 features"),
    "other lengths": ({}, {"X_val": X[VAL], "y_val": THREE[:7]}, ValueError, "inconsistent"),
    "weights of nothing": (
        {}, {**rows(THREE), "sample_weight_val": np.zeros(100)}, ValueError, "zero",
    ),
    "lbfgs": ({"solver": "lbfgs"}, rows(THREE), ParameterError, "expected no X_val"),
    "scoring of nothing": ({"scoring": "accuracy"}, {}, ParameterError, "scoring: expected rows"),
    "no callback": ({"callbacks": [3]}, {}, ParameterError, "callbacks: expected Callbacks"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_and_nothing_changed(name: str) -> None:
    parameters, arguments, error, message = REFUSED[name]
    net = classify(fit={})
    before = [array.copy() for array in weights_of(net)]
    with pytest.raises(error, match=message):
        net.set_params(**parameters).fit(X[TRAIN], THREE[TRAIN], **arguments)
    for a, b in zip(weights_of(net), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("y", "y_val", "message"),
    [
        pytest.param(VALUE, LABELS, "1 values a row, as in y, received 2", id="columns"),
        pytest.param(VALUE, THREE, "numbers, received a <U1", id="text"),
        pytest.param(THREE, np.full(300, None), "received None", id="None"),
        pytest.param(LABELS, LABELS[:, 0], "2 labels of 0 and 1 a row", id="one label"),
        pytest.param(LABELS, 2 * LABELS, "2 labels of 0 and 1 a row", id="no labels"),
    ],
)
def test_targets_of_another_kind_are_refused_before_training(
    y: Any, y_val: Any, message: str
) -> None:
    kind = MLPRegressor if y is VALUE else MLPClassifier
    net = kind(hidden_layer_sizes=(4,), max_iter=2)
    with pytest.raises(ValueError, match=f"y_val: expected .*{message}"):
        net.fit(X, y, X_val=X, y_val=y_val)
    assert not hasattr(net, "coefs_")


def test_values_that_are_no_numbers_are_named() -> None:
    y_val = VALUE[VAL].copy()
    y_val[3] = np.nan
    net = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2)
    with pytest.raises(ValueError, match="Input y_val contains NaN"):
        net.fit(X[TRAIN], VALUE[TRAIN], X_val=X[VAL], y_val=y_val)
