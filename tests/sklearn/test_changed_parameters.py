"""Parameters that are set between two calls, and fits that do not come to their end."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import neural_network
from sklearn.exceptions import ConvergenceWarning

import tolerances
from pronghorn.callbacks import LambdaCallback
from pronghorn.errors import DataError, ParameterError
from pronghorn.optimizers.schedules import ExponentialDecay
from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("every_fit_on_the_engine"),
]

rng = np.random.default_rng(3)
X = rng.normal(size=(300, 8))
Y = (X[:, 0] > 0).astype(int)


def make_both(**parameters: Any) -> list[Any]:
    classes = (neural_network.MLPClassifier, MLPClassifier)
    return [one((12,), random_state=0, **{"max_iter": 5, **parameters}) for one in classes]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({}, {"solver": "sgd"}),
        ({"solver": "sgd"}, {"solver": "adam"}),
        ({"solver": "sgd"}, {"momentum": 0.0}),
        ({"solver": "sgd", "momentum": 0.0}, {"momentum": 0.9}),
        ({}, {"beta_1": 0.0, "learning_rate_init": 0.1}),
    ],
    ids=str,
)
def test_partial_fit_goes_on_with_the_optimizer_of_fit(
    first: dict[str, Any], then: dict[str, Any]
) -> None:
    theirs, ours = make_both(**first)
    for net in (theirs, ours):
        net.fit(X, Y)
        net.set_params(**then)
        for _ in range(3):
            net.partial_fit(X, Y)
    tolerances.LOSS_VS_SCIKIT_LEARN.check(ours.loss_curve_, theirs.loss_curve_, "losses")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({}, {"optimizer": "sgd"}),
        ({}, {"learning_rate": ExponentialDecay(0.01, 10, 0.9)}),
        ({}, {"batch_norm": True}),
        ({"optimizer": "adam"}, {"optimizer": None}),
        ({"batch_norm": True}, {"batch_norm": False}),
        ({"batch_norm": True}, {"batch_norm": False, "layer_norm": True}),
    ],
    ids=lambda parameters: ",".join(parameters) or "plain",
)
def test_partial_fit_refuses_what_the_net_was_not_trained_with(
    first: dict[str, Any], then: dict[str, Any]
) -> None:
    net = MLPClassifier((6,), max_iter=2, random_state=0, **first).fit(X, Y)
    before, expected = [coef.copy() for coef in net.coefs_], net.predict_proba(X)
    net.set_params(**then)
    with pytest.raises(ParameterError, match="partial_fit: expected what the net was trained"):
        net.partial_fit(X, Y)
    for coef, known in zip(net.coefs_, before, strict=True):
        np.testing.assert_array_equal(coef, known)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(net)).predict_proba(X), expected)
    usual = {name: MLPClassifier().get_params()[name] for name in then}
    net.set_params(**{**usual, **first}).partial_fit(X, Y)


def test_a_pickle_goes_on_with_what_it_was_trained_with() -> None:
    net = MLPClassifier((6,), max_iter=2, random_state=0, optimizer="adam").fit(X, Y)
    again = pickle.loads(pickle.dumps(net))
    assert again.partial_fit(X, Y).loss_ == net.partial_fit(X, Y).loss_
    with pytest.raises(ParameterError, match="received optimizer sgd"):
        again.set_params(optimizer="sgd").partial_fit(X, Y)


def test_a_warm_start_takes_another_normalization() -> None:
    net = MLPClassifier((6,), max_iter=2, random_state=0, warm_start=True, batch_norm=True)
    net.fit(X, Y)
    net.set_params(batch_norm=False, layer_norm=True).fit(X, Y)
    assert [len(arrays) for arrays in net.norms_] == [2]  # gamma and beta
    net.set_params(layer_norm=False).fit(X, Y)
    assert not hasattr(net, "norms_")


def test_the_activation_is_the_present_one_for_any_number_of_rows() -> None:
    theirs, ours = make_both()
    for net in (theirs, ours):
        net.fit(X, Y).predict_proba(np.tile(X, (3, 1)))
        net.set_params(activation="tanh")
    expected = theirs.predict_proba(X)
    for rows in (1, len(X), 3 * len(X)):
        found = ours.predict_proba(np.tile(X, (3, 1))[:rows])
        tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(
            found[: len(X)], expected[:rows], f"probabilities of {rows} rows"
        )


def test_a_warning_made_an_error_leaves_what_was_trained() -> None:
    theirs, ours = make_both()
    for net in (theirs, ours):
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            with pytest.raises(ConvergenceWarning):
                net.fit(X, Y)
    assert ours.n_iter_ == theirs.n_iter_ == 5
    for coef, expected in zip(ours.coefs_, theirs.coefs_, strict=True):
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(coef, expected, "coefs_")


def test_a_callback_that_fails_leaves_what_was_trained() -> None:
    def fail(epoch: int, logs: Any) -> None:
        if epoch == 2:
            raise RuntimeError("the disk is full")

    settings = {"random_state": 0, "hidden_layer_sizes": (12,)}
    ours = MLPClassifier(callbacks=[LambdaCallback(on_epoch_end=fail)], **settings)
    with pytest.raises(RuntimeError, match="the disk is full"):
        ours.fit(X, Y)
    whole = MLPClassifier(max_iter=3, **settings).fit(X, Y)
    for coef, expected in zip(ours.coefs_, whole.coefs_, strict=True):
        np.testing.assert_array_equal(coef, expected)


@pytest.mark.parametrize("goes_on", ["partial_fit", "warm_start"])
@pytest.mark.parametrize(
    "kind", [MLPRegressor, neural_network.MLPRegressor], ids=["ours", "theirs"]
)
def test_another_number_of_values_is_refused(kind: Any, goes_on: str) -> None:
    values = np.column_stack([X[:, 0], X[:, 1]])
    net = kind(hidden_layer_sizes=(6,), max_iter=2, random_state=0, warm_start=True)
    net.fit(X, X[:, 0])
    before = [array.copy() for array in net.coefs_]
    with pytest.raises(ValueError, match=r"expected 1 values a row|core dimension"):
        (net.partial_fit if goes_on == "partial_fit" else net.fit)(X, values)
    for a, b in zip(net.coefs_, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_sparse_values_are_refused() -> None:
    with pytest.raises(DataError, match=r"expected an array of numbers, .* y\.toarray\(\)"):
        MLPRegressor(hidden_layer_sizes=(6,)).fit(X, sparse.csr_matrix(X[:, :2]))


def test_the_number_of_epochs_may_be_true() -> None:
    settings = {"hidden_layer_sizes": (6,), "max_iter": True, "random_state": 0}
    found = [
        kind(**settings).fit(X, Y).n_iter_ for kind in (MLPClassifier, neural_network.MLPClassifier)
    ]
    assert found == [1, 1]
