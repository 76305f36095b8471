"""The wrappers of Keras 2, by their contract (keras 2.3.1, wrappers/scikit_learn.py)."""

from __future__ import annotations

import pickle
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import accuracy_score, mean_absolute_error
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pronghorn as keras
import tolerances
from pronghorn.errors import DataError, NotBuiltError, ParameterError

KerasClassifier = keras.wrappers.scikit_learn.KerasClassifier
KerasRegressor = keras.wrappers.scikit_learn.KerasRegressor


@pytest.fixture
def build_model() -> Any:
    """The decks' build function, for rows of six."""

    def build(n_hidden: int = 1, n_neurons: int = 30, loss: str = "sparse") -> Any:
        model = keras.models.Sequential()
        model.add(keras.layers.Flatten(input_shape=[6]))
        for _ in range(n_hidden):
            model.add(keras.layers.Dense(n_neurons, activation="relu"))
        model.add(keras.layers.Dense(3, activation="softmax"))
        name = "sparse_categorical_crossentropy" if loss == "sparse" else loss
        model.compile(optimizer="adam", loss=name, metrics=["accuracy"])
        return model

    return build


@pytest.fixture
def build_regression() -> Any:
    def build(n_neurons: int = 10, loss: str = "mae") -> Any:
        hidden = keras.layers.Dense(n_neurons, activation="relu")
        model = keras.Sequential([hidden, keras.layers.Dense(1)])
        model.compile(optimizer="adam", loss=loss, metrics=["mse"])
        return model

    return build


def test_fit_returns_the_history(build_model: Any, blobs: Any) -> None:
    classifier = KerasClassifier(build_model, verbose=0, epochs=3)
    history = classifier.fit(*blobs)
    assert isinstance(history, keras.callbacks.History) and len(history.epoch) == 3
    assert history.model is classifier.model
    assert classifier.classes_.tolist() == [0, 1, 2] and classifier.n_classes_ == 3


def test_parameters_go_where_their_names_are(build_model: Any, blobs: Any) -> None:
    classifier = KerasClassifier(
        build_model, n_hidden=2, n_neurons=7, epochs=4, batch_size=30, verbose=0
    )
    history = classifier.fit(*blobs, epochs=2)
    assert [layer.units for layer in classifier.model.layers[1:]] == [7, 7, 3]
    assert (history.params["epochs"], history.params["steps"]) == (2, 4)


def test_unknown_parameter_is_refused(build_model: Any) -> None:
    with pytest.raises(ParameterError, match="n_layers is not a legal parameter"):
        KerasClassifier(build_model, n_layers=2)
    classifier = KerasClassifier(build_model, n_hidden=2)
    with pytest.raises(ParameterError, match="n_layers is not a legal parameter"):
        classifier.set_params(n_hidden=3, n_layers=2)
    assert classifier.get_params() == {"build_fn": build_model, "n_hidden": 2}


def test_clone_has_the_parameters(build_model: Any) -> None:
    classifier = KerasClassifier(build_model, n_hidden=2, callbacks=[keras.callbacks.History()])
    classifier.set_params(n_neurons=9)
    params = clone(classifier).get_params()
    assert (params["n_hidden"], params["n_neurons"]) == (2, 9)
    assert params["build_fn"] is build_model


def test_kinds_are_told(build_model: Any) -> None:
    assert is_classifier(KerasClassifier(build_model)) and is_regressor(KerasRegressor(build_model))


@pytest.mark.parametrize(
    ("loss", "form"),
    [
        ("sparse", "labels"),
        ("categorical_crossentropy", "labels"),
        ("categorical_crossentropy", "one-hot"),
    ],
)
def test_targets(build_model: Any, blobs: Any, loss: str, form: str) -> None:
    x, numbers = blobs
    y: Any = np.array(["x", "y", "z"])[numbers] if form == "labels" else np.eye(3)[numbers]
    keras.utils.set_random_seed(0)
    classifier = KerasClassifier(build_model, loss=loss, epochs=30, verbose=0)
    classifier.fit(x, y)
    labels = y if form == "labels" else numbers
    found = classifier.predict(x)
    np.testing.assert_array_equal(
        found, classifier.classes_[classifier.model.predict(x, verbose=0).argmax(axis=1)]
    )
    assert classifier.score(x, y) == pytest.approx(accuracy_score(labels, found))
    assert classifier.predict_proba(x).shape == (120, 3)


def test_single_unit_gives_two_columns(blobs: Any) -> None:
    def build() -> Any:
        model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
        model.compile("sgd", "binary_crossentropy", metrics=["acc"])
        return model

    x, y = blobs[0], np.where(blobs[1] > 0, "p", "n")
    classifier = KerasClassifier(build, verbose=0)
    classifier.fit(x, y)
    p = classifier.model.predict(x, verbose=0)
    np.testing.assert_array_equal(classifier.predict_proba(x), np.hstack([1 - p, p]))
    np.testing.assert_array_equal(classifier.predict(x), np.where(p[:, 0] > 0.5, "p", "n"))
    assert classifier.score(x, y) == pytest.approx(accuracy_score(y, classifier.predict(x)))


def test_score_without_accuracy_is_refused(blobs: Any) -> None:
    def build() -> Any:
        model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    classifier = KerasClassifier(build, verbose=0)
    classifier.fit(*blobs)
    with pytest.raises(ParameterError, match=r"metrics=\['accuracy'\]"):
        classifier.score(*blobs)


def test_regression_scores_minus_the_loss(build_regression: Any, blobs: Any) -> None:
    x = blobs[0]
    y = x[:, 0] * 3
    regressor = KerasRegressor(build_regression, epochs=3, verbose=0)
    assert isinstance(regressor.fit(x, y), keras.callbacks.History)
    found = regressor.predict(x)
    assert found.shape == (120,)
    tolerances.WORKED_IN_FLOAT32.check(regressor.score(x, y), -mean_absolute_error(y, found))


def test_object_that_is_called_builds(blobs: Any) -> None:
    class Own(KerasClassifier):  # type: ignore[misc, valid-type]
        def __call__(self, units: int = 3) -> Any:
            model = keras.Sequential([keras.layers.Dense(units, activation="softmax")])
            model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model

    classifier = Own(units=4, verbose=0)
    classifier.fit(*blobs)
    assert classifier.model.output_shape == (None, 4)


def test_sample_weight_weighs(build_regression: Any, blobs: Any) -> None:
    x, y = blobs[0], np.where(blobs[1] == 0, 100.0, 0.0)
    regressor = KerasRegressor(build_regression, epochs=20, verbose=0)
    regressor.fit(x, y, sample_weight=(y == 0).astype(float))
    assert np.abs(regressor.predict(x)).max() < 10


@pytest.mark.parametrize("backend", ["sequential", "loky", "threading"])
def test_search_of_the_decks(build_model: Any, blobs: Any, backend: str) -> None:
    x, y = blobs
    keras_clf = KerasClassifier(build_model, verbose=0)
    param_distribs = {"n_hidden": [0, 1], "n_neurons": [1, 50]}
    with joblib.parallel_config(backend):
        search = GridSearchCV(keras_clf, param_distribs, cv=3, n_jobs=2)
        search.fit(
            x,
            y,
            epochs=40,
            validation_data=(x, y),
            callbacks=[keras.callbacks.EarlyStopping(patience=10)],
        )
    assert search.best_params_["n_neurons"] == 50 and search.best_score_ > 0.6
    best_model = search.best_estimator_.model
    assert isinstance(best_model, keras.Model)
    assert search.score(x, y) == pytest.approx(best_model.evaluate(x, y, verbose=0)[1])


def test_search_for_a_regression(build_regression: Any, blobs: Any) -> None:
    x = blobs[0]
    regressor = KerasRegressor(build_regression, verbose=0, epochs=2)
    search = RandomizedSearchCV(regressor, {"n_neurons": [2, 4, 8]}, n_iter=2, cv=3)
    assert search.fit(x, x[:, 0]).best_score_ < 0
    assert len(cross_val_score(regressor, x, x[:, 0], cv=3)) == 3


def test_last_step_of_a_pipeline(build_model: Any, blobs: Any) -> None:
    chain = make_pipeline(StandardScaler(), KerasClassifier(build_model, epochs=3, verbose=0))
    assert chain.fit(*blobs).predict(blobs[0]).shape == (120,)


def test_pickle_predicts_the_same(blobs: Any) -> None:
    classifier = KerasClassifier(build_for_pickle, verbose=0)
    classifier.fit(*blobs)
    again = pickle.loads(pickle.dumps(classifier))
    x = blobs[0]
    np.testing.assert_array_equal(again.predict_proba(x), classifier.predict_proba(x))


def build_for_pickle() -> Any:
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("kind", [KerasClassifier, KerasRegressor])
def test_use_before_fit_is_refused(kind: Any, build_model: Any, blobs: Any) -> None:
    with pytest.raises(NotBuiltError, match="call of fit first"):
        kind(build_model).predict(blobs[0])


def test_targets_of_three_dimensions_are_refused(build_model: Any, blobs: Any) -> None:
    with pytest.raises(DataError, match=r"\(n,\) or \(n, classes\), received shape \(120, 1, 1\)"):
        KerasClassifier(build_model).fit(blobs[0], np.zeros((120, 1, 1)))


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ParameterError, match="a function that gives a compiled model"):
        KerasClassifier(3)
