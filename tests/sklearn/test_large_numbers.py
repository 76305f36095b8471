"""Numbers that float32 has not: scikit-learn computes with them, and so do the drop-ins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import neural_network

from pronghorn import sklearn as ours
from pronghorn.errors import DataError

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

rng = np.random.default_rng(8)
X = rng.normal(size=(600, 20))
VALUES = X[:, 0] + 0.1 * rng.normal(size=600)
CLASSES = (VALUES > 0).astype(int)
ONES = np.ones(600)


def with_one(array: Any, value: float) -> Any:
    bad = array.copy()
    bad.flat[array.size // 2] = value
    return bad


def classifier(module: Any, **parameters: Any) -> Any:
    return module.MLPClassifier((20,), **{"max_iter": 3, "random_state": 0, **parameters})


def regressor(module: Any, loss: str = "squared_error", **parameters: Any) -> Any:
    return module.MLPRegressor(loss, (20,), **{"max_iter": 3, "random_state": 0, **parameters})


BAD = with_one(X, 1e39)
FITS: dict[str, Callable[[Any], Any]] = {
    "X": lambda module: classifier(module).fit(BAD, CLASSES),
    "X of infinite squares": lambda module: regressor(module).fit(with_one(X, 1e30), VALUES),
    "y": lambda module: regressor(module).fit(X, with_one(VALUES, -1e39)),
    "sample_weight": lambda module: classifier(module).fit(X, CLASSES, with_one(ONES, 1e39)),
    "partial_fit": lambda module: classifier(module).partial_fit(BAD, CLASSES, classes=[0, 1]),
    "held out": lambda module: classifier(module, early_stopping=True).fit(BAD, CLASSES),
    # The deviance of a negative count is no number; the weights learn all the same.
    "poisson": lambda module: regressor(module, "poisson").fit(X, VALUES),
    "poisson by lbfgs": lambda module: regressor(module, "poisson", solver="lbfgs").fit(X, VALUES),
}


@pytest.mark.parametrize("name", FITS)
def test_a_fit_ends_as_that_of_scikit_learn(name: str) -> None:
    found, expected = (FITS[name](module) for module in (ours, neural_network))
    for a, b in zip(found.coefs_, expected.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(found.loss_, expected.loss_)
    assert (found.n_iter_, found.t_) == (expected.n_iter_, expected.t_)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "X": (lambda: classifier(ours, dropout=0.1).fit(BAD, CLASSES), "X: .* 1e.39 in row 300"),
    "y": (
        lambda: regressor(ours, "huber").fit(X, with_one(VALUES, 1e39)), "y: .*float32.*row 300",
    ),
    "lbfgs": (lambda: classifier(ours, l1=0.1, solver="lbfgs").fit(BAD, CLASSES), "X: .*row 300"),
    "validation": (
        lambda: classifier(ours).fit(X, CLASSES, X_val=BAD, y_val=CLASSES), "X_val: .*row 300",
    ),
    "counts": (
        lambda: regressor(ours, "poisson", dropout=0.1).fit(X, VALUES),
        "y for loss 'poisson': expected values at least 0",
    ),
    "counts to validate with": (
        lambda: regressor(ours, "poisson").fit(X, VALUES**2, X_val=X, y_val=VALUES),
        "y_val for loss 'poisson': expected values at least 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_the_engine_does_is_refused(name: str) -> None:
    fit, message = REFUSED[name]
    with pytest.raises(DataError, match=message):
        fit()


def test_a_refusal_changes_nothing() -> None:
    net = classifier(ours, dropout=0.1).fit(X, CLASSES)
    before, proba = dict(vars(net)), net.predict_proba(X)
    for again in (net.fit, net.partial_fit):
        with pytest.raises(DataError, match=r"X: expected numbers up to 3.4e"):
            again(BAD, CLASSES)
        assert vars(net).keys() == before.keys()
        np.testing.assert_array_equal(net.predict_proba(X), proba)


def test_predictions_of_a_net_with_extras_name_the_number() -> None:
    net = classifier(ours, dropout=0.1).fit(X, CLASSES)
    with pytest.raises(DataError, match=r"X: .* received 1e.39 in row 300, column 0"):
        net.predict(BAD)
