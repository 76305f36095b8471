"""Searches of scikit-learn, unchanged, over build functions: one after another, side by side."""

from __future__ import annotations

from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - what turns it on
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pronghorn import Input, Sequential, callbacks, config, layers, optimizers
from pronghorn.sklearn import KerasClassifier
from pronghorn.wrappers import scikit_learn as keras2

GRID = {"n_hidden": [1, 2], "n_neurons": [5, 40]}
BACKENDS = ["sequential", "loky", "threading"]


def estimator(build: Any, **parameters: Any) -> Any:
    settings = {"optimizer": optimizers.Adam, "optimizer__learning_rate": 0.01, "epochs": 15}
    return KerasClassifier(build, verbose=0, random_state=0, **settings, **parameters)


def scores(search: Any) -> Any:
    return search.cv_results_["mean_test_score"]


@pytest.fixture(scope="module")
def expected(build_for_all: Any, blobs: Any) -> Any:
    return scores(GridSearchCV(estimator(build_for_all), GRID, cv=3).fit(*blobs))


@pytest.fixture(scope="module")
def build_for_all() -> Any:
    def build(n_hidden: int = 1, n_neurons: int = 30) -> Any:
        hidden = [layers.Dense(n_neurons, activation="relu") for _ in range(n_hidden)]
        return Sequential([Input((6,)), *hidden, layers.Dense(3, activation="softmax")])

    return build


@pytest.mark.parametrize("backend", BACKENDS)
def test_grid_search(build_for_all: Any, blobs: Any, expected: Any, backend: str) -> None:
    with joblib.parallel_config(backend):
        search = GridSearchCV(estimator(build_for_all), GRID, cv=3, n_jobs=2).fit(*blobs)
    np.testing.assert_array_equal(scores(search), expected)
    assert search.best_params_["n_neurons"] == 40
    assert search.score(*blobs) == search.best_estimator_.score(*blobs) > 0.8


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("search", "options"),
    [
        (RandomizedSearchCV, {"n_iter": 3, "random_state": 0}),
        (HalvingGridSearchCV, {"random_state": 0, "factor": 2}),
        (HalvingGridSearchCV, {"resource": "epochs", "max_resources": 8, "random_state": 0}),
    ],
    ids=["randomized", "halving rows", "halving epochs"],
)
def test_other_searches(
    build_for_all: Any, blobs: Any, backend: str, search: Any, options: dict[str, Any]
) -> None:
    def run(backend: str) -> Any:
        with joblib.parallel_config(backend):
            made = search(estimator(build_for_all), GRID, cv=3, n_jobs=2, **options)
            return made.fit(*blobs)

    found = run(backend)
    assert found.best_params_ == run("sequential").best_params_
    assert set(found.best_params_) >= set(GRID)


@pytest.mark.parametrize("backend", BACKENDS)
def test_cross_validation(build_for_all: Any, blobs: Any, backend: str) -> None:
    with joblib.parallel_config(backend):
        found = cross_val_score(estimator(build_for_all), *blobs, cv=3, n_jobs=2)
    np.testing.assert_array_equal(found, cross_val_score(estimator(build_for_all), *blobs, cv=3))


def test_routes_are_searched(build_for_all: Any, blobs: Any) -> None:
    grid = {"optimizer__learning_rate": [1e-6, 0.02], "model__n_neurons": [30]}
    search = GridSearchCV(estimator(build_for_all), grid, cv=3).fit(*blobs)
    assert search.best_params_ == {"optimizer__learning_rate": 0.02, "model__n_neurons": 30}
    rate = search.best_estimator_.model_.optimizer.learning_rate
    assert float(rate) == pytest.approx(0.02)


def test_build_functions_are_searched(blobs: Any) -> None:
    def constant() -> Any:
        kernel = layers.Dense(3, kernel_initializer="zeros", trainable=False)
        return Sequential([Input((6,)), kernel, layers.Dense(3, activation="softmax")])

    def linear() -> Any:
        return Sequential([Input((6,)), layers.Dense(3, activation="softmax")])

    search = GridSearchCV(estimator(constant), {"model": [constant, linear]}, cv=3).fit(*blobs)
    assert search.best_params_["model"] is linear


def test_step_of_a_pipeline(build_for_all: Any, blobs: Any) -> None:
    chain = make_pipeline(StandardScaler(), estimator(build_for_all))
    grid = {"kerasclassifier__n_neurons": [5, 40], "kerasclassifier__epochs": [15]}
    search = GridSearchCV(chain, grid, cv=3).fit(*blobs)
    assert search.best_params_["kerasclassifier__n_neurons"] == 40


# Side by side in threads.


@pytest.mark.parametrize("wrapper", [KerasClassifier, keras2.KerasClassifier])
def test_fits_in_threads_share_no_callback(blobs: Any, wrapper: Any) -> None:
    met = []

    class Look(callbacks.EarlyStopping):
        def on_train_begin(self, logs: Any = None) -> None:
            met.append((self, self.model))
            super().on_train_begin(logs)

    def build() -> Any:
        model = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    given = Look(monitor="loss", patience=2)
    with joblib.parallel_config("threading"):
        search = GridSearchCV(wrapper(build, verbose=0), {"epochs": [30, 31]}, cv=3, n_jobs=2)
        search.fit(*blobs, callbacks=[given])
    # Six fits of the search and the last one, which is made in the main thread.
    assert len({id(callback) for callback, _ in met}) == 7
    assert len({id(model) for _, model in met}) == 7
    assert met[-1][0] is given


def test_every_fit_in_threads_has_one_thread(blobs: Any) -> None:
    limits = []

    class Look(callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            limits.append(config.thread_limit())

    with joblib.parallel_config("threading"):
        cross_val_score(KerasClassifier(callbacks=[Look()], verbose=0), *blobs, cv=3, n_jobs=2)
    assert limits == [1, 1, 1]
