"""The wrappers of Keras 3, beside Keras's own where it can do the same."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import pronghorn as keras
import tolerances
from parity import peers
from pronghorn.errors import DataError, ParameterError, ShapeError
from pronghorn.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

QUIET = {"epochs": 2, "verbose": 0}


def build(X: Any, y: Any, units: int = 8, head: str = "softmax", loss: Any = "mse") -> Any:
    """A net whose sizes follow the data, as Keras's documentation shows."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape=(X.shape[1],))
    hidden = keras.layers.Dense(units, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(y.shape[1], activation=head)(hidden))
    model.compile(loss=loss, optimizer="rmsprop")
    return model


class Build:
    """A build function that prints as its name: the names of the tests are made of it.

    Its loss divides by the sum of the weights, so that a row of weight 2 is the row twice.
    """

    def __call__(self, X: Any, y: Any, kind: str = "MeanSquaredError", **arguments: Any) -> Any:
        loss = getattr(keras.losses, kind)(reduction="mean_with_sample_weight")
        return build(X, y, loss=loss, **arguments)

    def __repr__(self) -> str:
        return "build"


def compiled(library: Any, units: int, head: str | None, loss: str) -> Any:
    model = library.Sequential([library.Input((6,)), library.layers.Dense(units, activation=head)])
    model.compile("sgd", loss)
    return model


def estimators() -> list[Any]:
    # A row of weight 2 is the row twice where, besides, each step sees all rows.
    classify = {"kind": "CategoricalCrossentropy", "units": 60}
    fit = {"epochs": 60, "batch_size": 1000, "verbose": 0}
    others: dict[str, Any] = {
        "model_kwargs": {"head": "linear"},
        "fit_kwargs": {**QUIET, "batch_size": 1000},
    }
    return [
        SKLearnClassifier(Build(), model_kwargs=classify, fit_kwargs=fit),
        SKLearnRegressor(Build(), **others),
        SKLearnTransformer(Build(), **others),
    ]


# Wants seven equal digits of fits over the same rows in another order, which sums in float32 do not
# have: it runs on the engine that computes in float64.
IN_FLOAT64 = "check_sample_weight_equivalence"
EXPECTED = {
    "SKLearnClassifier": dict.fromkeys(
        ("check_classifiers_classes", "check_classifiers_train"),
        "decision_function gives the outputs as they are, two columns for two classes, as Keras's",
    )
}


# Of two columns it compares the order of their means, which are 1/2 in each row but for rounding.
OF_ONE_COLUMN = "check_decision_proba_consistency"


@pytest.mark.filterwarnings("ignore")  # checks provoke warnings of every kind
@parametrize_with_checks(
    estimators(), expected_failed_checks=lambda e: EXPECTED.get(type(e).__name__, {})
)
def test_check(estimator: Any, check: Any) -> None:
    if check.func.__name__ == OF_ONE_COLUMN and isinstance(estimator, SKLearnClassifier):
        pytest.skip("decision_function has two columns, which the check takes for one")
    is_exact = check.func.__name__.startswith(IN_FLOAT64)
    with keras.config.use_engine("reference" if is_exact else "native"):
        check(estimator)


@pytest.fixture
def binary(blobs: Any) -> Any:
    x, y = blobs
    return x, np.where(y > 0, "p", "n")


@pytest.mark.filterwarnings(r"ignore::DeprecationWarning:keras\..*")
@pytest.mark.parametrize(
    ("wrapper", "head", "loss", "units"),
    [
        ("SKLearnClassifier", "softmax", "categorical_crossentropy", 3),
        ("SKLearnRegressor", None, "mse", 1),
        ("SKLearnTransformer", None, "mse", 1),
    ],
)
def test_same_as_kerass_from_the_same_weights(
    blobs: Any, wrapper: str, head: str | None, loss: str, units: int
) -> None:
    # In steps of all rows, so that their order does not matter.
    x, y = blobs
    theirs, ours = (
        getattr(library.wrappers, wrapper)(
            compiled(library, units, head, loss),
            fit_kwargs={"epochs": 5, "batch_size": 120, "verbose": 0},
        )
        for library in (peers.import_keras(), keras)
    )
    # warm_start in ours alone: Keras says that it trains the given model then, and copies it.
    ours.warm_start = True
    weights = [np.full((6, units), 0.1, np.float32), np.zeros(units, np.float32)]
    made = theirs._get_model

    def start_from_weights(X: Any, y: Any) -> Any:
        model = made(X, y)
        model.set_weights(weights)
        return model

    theirs._get_model = start_from_weights
    ours.model.set_weights(weights)
    theirs.fit(x, y)
    ours.fit(x, y)
    for got, want in zip(ours.model_.get_weights(), theirs.model_.get_weights(), strict=True):
        tolerances.WEIGHTS_VS_KERAS.check(got, want)
    if wrapper == "SKLearnTransformer":
        tolerances.WEIGHTS_VS_KERAS.check(ours.transform(x), theirs.transform(x))
    elif wrapper == "SKLearnRegressor":
        tolerances.WEIGHTS_VS_KERAS.check(ours.predict(x), theirs.predict(x))
        assert ours.score(x, y) == r2_score(y, ours.predict(x))
    else:
        np.testing.assert_array_equal(ours.predict(x), theirs.predict(x))
        assert ours.score(x, y) == accuracy_score(y, ours.predict(x))


def test_function_is_given_x_and_one_hot_y(blobs: Any) -> None:
    seen: dict[str, Any] = {}

    def note(X: Any, y: Any, **others: Any) -> Any:
        seen.update(X=X, y=y, **others)
        return build(X, y, loss="categorical_crossentropy")

    x, y = blobs
    labels = np.array(["a", "b", "c"])[y]
    SKLearnClassifier(note, model_kwargs={"depth": 2}, fit_kwargs=QUIET).fit(x, labels)
    np.testing.assert_array_equal(seen["y"], np.eye(3)[y])
    assert seen["X"].shape == (120, 6) and seen["depth"] == 2


@pytest.mark.parametrize(
    ("units", "head", "loss"),
    [
        (1, "sigmoid", "binary_crossentropy"),
        (1, None, keras.losses.BinaryCrossentropy(from_logits=True)),
        (2, "softmax", "categorical_crossentropy"),
        (2, "softmax", "sparse_categorical_crossentropy"),
        (2, "softmax", lambda t, p: keras.ops.mean(keras.ops.square(t - p), axis=-1)),
    ],
    ids=["one-unit", "logit", "one-hot", "sparse", "function"],
)
def test_loss_decides_what_it_is_given(binary: Any, units: int, head: str, loss: Any) -> None:
    x, labels = binary
    keras.utils.set_random_seed(0)
    classifier = SKLearnClassifier(compiled(keras, units, head, loss), fit_kwargs=QUIET)
    classifier.fit(x, labels, epochs=60)
    p = classifier.predict_proba(x)
    assert classifier.score(x, labels) > 0.7 and p.shape == (120, 2)
    np.testing.assert_array_equal(classifier.predict(x), np.where(p[:, 1] > p[:, 0], "p", "n"))


def test_fit_trains_a_copy_unless_it_goes_on(blobs: Any) -> None:
    given = compiled(keras, 3, "softmax", "sparse_categorical_crossentropy")
    before = given.get_weights()
    estimator = SKLearnClassifier(given, fit_kwargs=QUIET).fit(*blobs)
    np.testing.assert_array_equal(given.get_weights()[0], before[0])
    estimator.set_params(warm_start=True).fit(*blobs)
    assert estimator.model_ is not given and estimator.model_.optimizer.iterations == 4 * 4
    warm = SKLearnClassifier(given, warm_start=True, fit_kwargs=QUIET).fit(*blobs)
    assert warm.model_ is given


def test_arguments_of_fit_take_precedence_and_stay(blobs: Any) -> None:
    estimator = SKLearnRegressor(build, model_kwargs={"head": "linear"}, fit_kwargs=QUIET)
    assert estimator.epoch_ == 0
    assert estimator.fit(*blobs, epochs=3).epoch_ == 3
    assert estimator.fit_kwargs == {"epochs": 2, "verbose": 0} and estimator.fit(*blobs).epoch_ == 2


def test_clone_keeps_everything_and_shares_no_model(blobs: Any) -> None:
    given = compiled(keras, 3, "softmax", "sparse_categorical_crossentropy")
    estimator = SKLearnClassifier(given, warm_start=True, fit_kwargs=QUIET)
    copy = clone(estimator).fit(*blobs)
    assert copy.fit_kwargs == QUIET and copy.warm_start
    assert copy.model_ is not given and given.optimizer.iterations == 0


def test_grid_goes_over_single_arguments(blobs: Any) -> None:
    estimator = SKLearnClassifier(
        build, model_kwargs={"loss": "categorical_crossentropy"}, fit_kwargs=QUIET
    )
    grid = {"model_kwargs__units": [1, 40], "fit_kwargs__epochs": [30]}
    search = GridSearchCV(estimator, grid, cv=2).fit(*blobs)
    assert search.best_params_ == {"model_kwargs__units": 40, "fit_kwargs__epochs": 30}
    assert search.best_estimator_.model_kwargs["loss"] == "categorical_crossentropy"


def test_validation_data_is_labelled_as_y(blobs: Any) -> None:
    x, y = blobs
    labels = np.array(["a", "b", "c"])[y]
    estimator = SKLearnClassifier(build, model_kwargs={"loss": "categorical_crossentropy"})
    estimator.fit(x, labels, validation_data=(x, labels), batch_size=120, verbose=0)
    estimator.warm_start = True
    model = estimator.model_
    tolerances.WORKED_IN_FLOAT32.check(
        estimator.history_.history["val_loss"][0], model.evaluate(x, np.eye(3)[y], verbose=0)
    )


def test_trained_model_is_a_step_without_fit(blobs: Any) -> None:
    x, y = blobs
    given = compiled(keras, 4, "tanh", "mse")
    step = FrozenEstimator(SKLearnTransformer(given))
    chain = make_pipeline(step, SKLearnRegressor(build, fit_kwargs=QUIET)).fit(x, y)
    np.testing.assert_array_equal(chain[0].transform(x), given.predict(x, verbose=0))
    names = SKLearnTransformer(given).fit(x, x[:, :4], verbose=0).get_feature_names_out()
    assert names.tolist() == [f"sklearntransformer{i}" for i in range(4)]


def test_pickle_predicts_the_same(blobs: Any) -> None:
    classifier = SKLearnClassifier(
        compiled(keras, 3, "softmax", "categorical_crossentropy"), fit_kwargs=QUIET
    ).fit(*blobs)
    again = pickle.loads(pickle.dumps(classifier))
    x = blobs[0]
    np.testing.assert_array_equal(again.predict_proba(x), classifier.predict_proba(x))


@pytest.mark.parametrize(
    ("model", "received"),
    [
        (keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)]), "not compiled"),
        (lambda X, y: keras.Sequential([keras.layers.Dense(3)]), "not compiled"),
        (3, "received 3"),
    ],
    ids=["model", "function", "number"],
)
def test_model_that_is_not_compiled_is_refused(blobs: Any, model: Any, received: str) -> None:
    with pytest.raises(ParameterError, match=received):
        SKLearnClassifier(model).fit(*blobs)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (np.zeros(120), DataError, "two or more classes, received one class"),
        (np.linspace(0, 1, 120), DataError, "Unknown label type: continuous"),
        (np.arange(120) % 4, ShapeError, "an output of 4 units"),
    ],
    ids=["one-class", "numbers", "too-many"],
)
def test_targets_that_do_not_fit_are_refused(blobs: Any, y: Any, error: Any, message: str) -> None:
    estimator = SKLearnClassifier(compiled(keras, 3, "softmax", "categorical_crossentropy"))
    with pytest.raises(error, match=message):
        estimator.fit(blobs[0], y, verbose=0)
    assert not hasattr(estimator, "model_")


def test_metadata_is_routed_to_fit(blobs: Any) -> None:
    x, y = blobs
    estimator = SKLearnRegressor(build, model_kwargs={"head": "linear"}, fit_kwargs=QUIET)
    with pytest.raises(RuntimeError, match="enable_metadata_routing=True"):
        estimator.set_fit_request(epochs=True)
    with sklearn.config_context(enable_metadata_routing=True):
        chain = make_pipeline(estimator.set_fit_request(epochs=True))
        assert chain.fit(x, y, epochs=4)[0].epoch_ == 4
