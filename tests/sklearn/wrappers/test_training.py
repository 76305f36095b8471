"""What fits do beside one another: warm starts, epochs one by one, seeds, weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.class_weight import compute_sample_weight

import pronghorn as keras
from pronghorn import Input, Sequential, callbacks, layers
from pronghorn.errors import DataError, ParameterError
from pronghorn.sklearn import KerasClassifier, KerasRegressor

QUIET: dict[str, Any] = {"verbose": 0, "random_state": 0}


def test_fit_returns_itself_with_its_history(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build, metrics=["accuracy"], epochs=4, **QUIET)
    assert estimator.fit(*blobs, validation_split=0.25) is estimator
    names = ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert {name: len(estimator.history_[name]) for name in names} == dict.fromkeys(names, 4)
    assert estimator.current_epoch == 4


def test_fit_begins_anew(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build, epochs=2, **QUIET).fit(*blobs)
    first, model = estimator.predict_proba(blobs[0]), estimator.model_
    again = estimator.fit(*blobs)
    assert again.model_ is not model and len(again.history_["loss"]) == 2
    np.testing.assert_array_equal(again.predict_proba(blobs[0]), first)


def test_warm_start_goes_on(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build, epochs=2, warm_start=True, **QUIET).fit(*blobs)
    model = estimator.model_
    estimator.fit(*blobs)
    assert estimator.model_ is model and len(estimator.history_["loss"]) == 4
    assert float(model.optimizer.iterations) == 4 * 4  # epochs × batches of 32 in 120 rows


@pytest.mark.parametrize("kind", [KerasClassifier, KerasRegressor])
def test_partial_fit_is_one_epoch(blobs: Any, kind: Any) -> None:
    epochs = []

    class Look(callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            epochs.append(epoch)

    estimator = kind(callbacks=[Look()], epochs=7, **QUIET)
    for _ in range(3):
        assert estimator.partial_fit(*blobs) is estimator
    assert epochs == [0, 1, 2] and len(estimator.history_["loss"]) == 3


@pytest.mark.parametrize("name", ["epochs", "initial_epoch", "fit__epochs"])
@pytest.mark.parametrize("kind", [KerasClassifier, KerasRegressor])
def test_partial_fit_takes_no_number_of_epochs(blobs: Any, kind: Any, name: str) -> None:
    estimator = kind(fit__epochs=3, **QUIET)
    with pytest.raises(TypeError, match=f"single epoch, received {name}=3"):
        estimator.partial_fit(*blobs, **{name: 3})
    assert estimator.partial_fit(*blobs).current_epoch == 1


def test_epochs_one_by_one_are_epochs_in_a_row(build: Any, blobs: Any) -> None:
    settings: dict[str, Any] = {**QUIET, "shuffle": False}
    at_once = KerasClassifier(build, epochs=3, **settings).fit(*blobs)
    stepwise = KerasClassifier(build, **settings)
    for _ in range(3):
        stepwise.partial_fit(*blobs)
    np.testing.assert_array_equal(at_once.predict_proba(blobs[0]), stepwise.predict_proba(blobs[0]))


def test_classes_of_later_parts_are_announced(build: Any, blobs: Any) -> None:
    x, y = blobs
    first = y < 2
    estimator = KerasClassifier(build, **QUIET)
    estimator.partial_fit(x[first], y[first], classes=[0, 1, 2]).partial_fit(x, y)
    assert estimator.classes_.tolist() == [0, 1, 2]


def test_class_that_was_not_announced_is_refused(build: Any, blobs: Any) -> None:
    x, y = blobs
    first = y < 2
    estimator = KerasClassifier(build, **QUIET).partial_fit(x[first], y[first])
    before = estimator.predict_proba(x)
    with pytest.raises(DataError, match="expected the classes 0, 1, received 2"):
        estimator.partial_fit(x, y)
    np.testing.assert_array_equal(estimator.predict_proba(x), before)


# Seeds.


def test_random_state_repeats_the_fit(build: Any, blobs: Any) -> None:
    def found(state: Any) -> Any:
        return (
            KerasClassifier(build, random_state=state, verbose=0)
            .fit(*blobs)
            .predict_proba(blobs[0])
        )

    np.testing.assert_array_equal(found(3), found(3))
    assert (found(3) != found(4)).any()
    assert (found(None) != found(None)).any()


def test_random_state_object_moves_on(build: Any, blobs: Any) -> None:
    state = np.random.RandomState(0)
    first, second = (
        KerasClassifier(build, random_state=state, verbose=0).fit(*blobs) for _ in range(2)
    )
    assert (first.predict_proba(blobs[0]) != second.predict_proba(blobs[0])).any()


def test_seed_of_the_process_serves_where_none_is_given(build: Any, blobs: Any) -> None:
    found = []
    for _ in range(2):
        keras.utils.set_random_seed(11)
        found.append(KerasClassifier(build, verbose=0).fit(*blobs).predict_proba(blobs[0]))
    np.testing.assert_array_equal(*found)


def test_model_that_learns_its_shape_from_data_is_seeded_too(blobs: Any) -> None:
    def build() -> Any:
        return Sequential([layers.Dense(3, activation="softmax")])

    first, second = (KerasClassifier(build, **QUIET).fit(*blobs) for _ in range(2))
    np.testing.assert_array_equal(first.predict_proba(blobs[0]), second.predict_proba(blobs[0]))


# Weights.


@pytest.mark.parametrize(
    "class_weight", ["balanced", {"a": 2.0, "b": 0.5}], ids=["balanced", "dict"]
)
def test_class_weight_is_a_sample_weight(build: Any, blobs: Any, class_weight: Any) -> None:
    x, y = blobs[0], np.array(["a", "b", "c"])[blobs[1]]
    x, y = x[y != "c"], y[y != "c"]
    weights = compute_sample_weight(class_weight, y)
    by_class = KerasClassifier(build, class_weight=class_weight, **QUIET).fit(x, y)
    by_row = KerasClassifier(build, **QUIET).fit(x, y, sample_weight=weights)
    both = KerasClassifier(build, class_weight=class_weight, **QUIET).fit(x, y, weights)
    squared = KerasClassifier(build, **QUIET).fit(x, y, weights**2)
    np.testing.assert_array_equal(by_class.predict_proba(x), by_row.predict_proba(x))
    np.testing.assert_array_equal(both.predict_proba(x), squared.predict_proba(x))


def test_class_weight_of_one_hot_rows_is_by_their_class(build: Any, blobs: Any) -> None:
    x, y = blobs[0], np.eye(3)[blobs[1]]
    for class_weight in ({1: 5.0}, "balanced"):
        weights = compute_sample_weight(class_weight, blobs[1])
        by_class = KerasClassifier(build, class_weight=class_weight, **QUIET).fit(x, y)
        by_row = KerasClassifier(build, **QUIET).fit(x, y, sample_weight=weights)
        np.testing.assert_array_equal(by_class.predict_proba(x), by_row.predict_proba(x))


def test_class_weight_is_by_the_classes_of_the_estimator(build: Any, blobs: Any) -> None:
    x, y = blobs
    first = y != 1
    by_class = KerasClassifier(build, class_weight={1: 5}, **QUIET)
    by_class.partial_fit(x[first], y[first], classes=[0, 1, 2]).partial_fit(x, y)
    by_row = KerasClassifier(build, **QUIET)
    by_row.partial_fit(x[first], y[first], classes=[0, 1, 2])
    by_row.partial_fit(x, y, sample_weight=np.where(y == 1, 5.0, 1.0))
    np.testing.assert_array_equal(by_class.predict_proba(x), by_row.predict_proba(x))


def test_class_weights_of_several_columns_are_multiplied(blobs: Any) -> None:
    x, y = blobs[0], np.stack([blobs[1], blobs[1] > 0], axis=1)

    def build() -> Any:
        front = Input((6,))
        return keras.Model(front, [layers.Dense(n, activation="softmax")(front) for n in (3, 2)])

    tables = [{2: 3.0}, {0: 0.5, 1: 2.0}]
    weights = np.array([0.5, 2.0, 6.0])[blobs[1]]
    by_class = KerasClassifier(build, class_weight=tables, **QUIET).fit(x, y)
    by_row = KerasClassifier(build, **QUIET).fit(x, y, sample_weight=weights)
    for found, expected in zip(by_class.predict_proba(x), by_row.predict_proba(x), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_weight_of_a_class_that_there_is_not_is_refused(build: Any, blobs: Any) -> None:
    with pytest.raises(ParameterError, match="classes 0, 1, 2, received one of 7"):
        KerasClassifier(build, class_weight={0: 1, 7: 5}, **QUIET).fit(*blobs)


def test_class_weight_of_a_regressor_is_that_of_the_model(blobs: Any) -> None:
    x, y = blobs[0], blobs[1].astype(np.float32)
    by_class = KerasRegressor(class_weight={0: 1.0, 1: 3.0, 2: 0.5}, loss="mse", **QUIET).fit(x, y)
    weights = np.array([1.0, 3.0, 0.5])[blobs[1]]
    by_row = KerasRegressor(loss="mse", **QUIET).fit(x, y, sample_weight=weights)
    plain = KerasRegressor(loss="mse", **QUIET).fit(x, y)
    np.testing.assert_array_equal(by_class.predict(x), by_row.predict(x))
    assert (by_class.predict(x) != plain.predict(x)).any()


def test_rows_without_weight_teach_nothing(blobs: Any) -> None:
    x, y = blobs
    wrong = np.where(y == 0, 1, y)
    weights = (y != 0).astype(float)
    estimator = KerasClassifier(epochs=30, loss="sparse_categorical_crossentropy", **QUIET)
    estimator.fit(x, np.where(y == 0, 0, wrong), sample_weight=weights)
    assert not (estimator.predict(x)[y == 0] == 0).all()


def test_weights_of_zero_alone_are_refused(build: Any, blobs: Any) -> None:
    with pytest.raises(ValueError, match="zero"):
        KerasClassifier(build, **QUIET).fit(*blobs, sample_weight=np.zeros(120))


# What scikit-learn expects around them.


def test_unfitted_estimator_says_so(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build)
    for use in (estimator.predict, estimator.predict_proba):
        with pytest.raises(NotFittedError):
            use(blobs[0])
    with pytest.raises(NotFittedError):
        _ = estimator.current_epoch


def test_failed_fit_leaves_the_last_one(build: Any, blobs: Any) -> None:
    estimator = KerasClassifier(build, **QUIET).fit(*blobs)
    before = estimator.predict_proba(blobs[0])
    with pytest.raises(ValueError, match="NaN"):
        estimator.fit(np.full((120, 6), np.nan), blobs[1])
    np.testing.assert_array_equal(estimator.predict_proba(blobs[0]), before)


def test_names_of_columns_are_kept(build: Any, blobs: Any) -> None:
    frame = pd.DataFrame(blobs[0], columns=list("abcdef"))
    fitted = KerasClassifier(build, **QUIET).fit(frame, pd.Series(blobs[1]))
    assert fitted.feature_names_in_.tolist() == list("abcdef")
    plain = KerasClassifier(build, **QUIET).fit(*blobs)
    np.testing.assert_array_equal(fitted.predict_proba(frame), plain.predict_proba(blobs[0]))


def test_callback_object_tells_what_happened(build: Any, blobs: Any) -> None:
    stopper = callbacks.EarlyStopping(monitor="loss", patience=0, min_delta=1e9)
    KerasClassifier(build, callbacks=[stopper], epochs=9, **QUIET).fit(*blobs)
    assert stopper.stopped_epoch == 1


def test_clone_of_a_fitted_estimator_carries_no_model(build: Any, blobs: Any) -> None:
    stopper = callbacks.EarlyStopping(monitor="loss")
    estimator = KerasClassifier(build, callbacks=[stopper], **QUIET).fit(*blobs)
    copy = clone(estimator)
    assert stopper.model is estimator.model_
    assert copy.callbacks[0].model is None and not hasattr(copy, "model_")


def test_fit_is_shown_where_asked(
    blobs: Any, build: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    KerasClassifier(build, verbose=2).fit(*blobs).predict(blobs[0])
    shown = capsys.readouterr().out
    assert shown.count("4/4") == 1


def test_rows_are_used_where_they_lie(blobs: Any) -> None:
    x = np.repeat(blobs[0], 50, axis=0)
    seen = []

    class Watched(Sequential):
        def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> Any:
            seen.append(x)
            return super().fit(x, *args, **kwargs)

    def build() -> Any:
        return Watched([Input((6,)), layers.Dense(3, activation="softmax")])

    KerasClassifier(build, **QUIET).fit(x, np.repeat(blobs[1], 50))
    assert np.shares_memory(seen[0], x)
