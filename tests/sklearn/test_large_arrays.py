"""In an X too large to be read once more it is the training that finds NaN and refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import config_context, neural_network

from pronghorn import sklearn as ours
from pronghorn.sklearn import _base

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(3)
X = rng.normal(size=(20_000, 27))
CLASSES = rng.integers(0, 3, len(X))
VALUES = X[:, 0] - X[:, 1]
BAD = {"NaN": np.nan, "infinity": np.inf}


def classifier(module: Any, **parameters: Any) -> Any:
    return module.MLPClassifier((4,), max_iter=1, **parameters)


def regressor(module: Any, **parameters: Any) -> Any:
    return module.MLPRegressor(hidden_layer_sizes=(4,), max_iter=1, **parameters)


FITS: dict[str, Callable[[Any, Any], Any]] = {
    "fit": lambda module, x: classifier(module).fit(x, CLASSES),
    "partial_fit": lambda module, x: regressor(module).partial_fit(x, VALUES),
    "sgd": lambda module, x: regressor(module, solver="sgd").fit(x, VALUES),
    "lbfgs": lambda module, x: regressor(module, solver="lbfgs").fit(x, VALUES),
    "held out": lambda module, x: classifier(module, early_stopping=True).fit(x, CLASSES),
}


def with_one(value: float, dtype: str = "float64") -> Any:
    bad = X.astype(dtype)
    bad[len(X) - 7, 5] = value
    return bad


def refusal(fit: Callable[[Any, Any], Any], module: Any, x: Any) -> str:
    with pytest.raises(ValueError) as error:
        fit(module, x)
    assert type(error.value) is ValueError
    return str(error.value)


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The arrays that a fit was begun with before all of their numbers were known to be finite."""
    begun: list[Any] = []
    leave = _base.leave_to_training

    def note(estimator: Any, y: Any) -> Any:
        begun.append(y)
        return leave(estimator, y)

    monkeypatch.setattr(_base, "leave_to_training", note)
    return begun


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("way", FITS)
def test_a_bad_number_is_refused_in_the_words_of_scikit_learn(way: str, value: str) -> None:
    x = with_one(BAD[value])
    assert refusal(FITS[way], ours, x) == refusal(FITS[way], neural_network, x)


def test_numbers_of_float32_are_checked_as_well() -> None:
    x = np.concatenate([with_one(np.nan, "float32")] * 2)
    y = np.tile(VALUES, 2)
    for module in (ours, neural_network):
        with pytest.raises(ValueError, match=r"^Input X contains NaN\.\nMLPRegressor does not"):
            regressor(module).fit(x, y)


@pytest.mark.parametrize(("way", "is_left"), [("fit", True), ("sgd", True), ("lbfgs", False)])
def test_who_checks(way: str, is_left: bool, passes: list[Any]) -> None:
    FITS[way](ours, X)
    assert bool(passes) == is_left
    passes.clear()
    FITS[way](ours, np.asfortranarray(X))
    assert bool(passes) == is_left


def test_what_was_not_fitted_stays_so() -> None:
    mlp = classifier(ours)
    before = dict(vars(mlp))
    with pytest.raises(ValueError, match="Input X contains NaN"):
        mlp.fit(with_one(np.nan), CLASSES)
    assert vars(mlp) == before


def test_what_was_fitted_stays_as_it_was() -> None:
    mlp = regressor(ours).partial_fit(X, VALUES)
    expected = mlp.predict(X[:50])
    state = (mlp.n_iter_, mlp.t_, list(mlp.loss_curve_), mlp._optimizer.t)
    for again in (mlp.partial_fit, mlp.fit):
        with pytest.raises(ValueError, match="Input X contains infinity"):
            again(with_one(-np.inf), VALUES)
        np.testing.assert_array_equal(mlp.predict(X[:50]), expected)
        assert (mlp.n_iter_, mlp.t_, list(mlp.loss_curve_), mlp._optimizer.t) == state


def test_targets_are_checked() -> None:
    y = VALUES.copy()
    y[3] = np.nan
    messages = []
    for module in (ours, neural_network):
        with pytest.raises(ValueError) as error:
            regressor(module).fit(X, y)
        messages.append(str(error.value))
    assert messages[0] == messages[1] == "Input y contains NaN."


def test_who_assumes_finite_numbers_is_taken_at_the_word(passes: list[Any]) -> None:
    # scikit-learn trains weights that are no numbers, and says so at the end.
    with config_context(assume_finite=True):
        for module in (ours, neural_network):
            with pytest.raises(ValueError, match="non-finite parameter weights"):
                FITS["fit"](module, with_one(np.nan))
    assert not passes


def test_a_fit_leaves_nothing_of_it_behind(passes: list[Any]) -> None:
    large, small = (classifier(ours) for _ in range(2))
    large.fit(X, CLASSES)
    assert passes
    passes.clear()
    small.fit(X[:10_000], CLASSES[:10_000])
    assert not passes
    assert vars(large).keys() == vars(small).keys()
