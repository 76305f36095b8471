"""scikit-learn's conventions for estimators, by its own checks, without an exception."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from sklearn import base, neural_network
from sklearn.utils.estimator_checks import parametrize_with_checks

from pronghorn.sklearn import MLPClassifier, MLPRegressor

PAIRS = [
    (MLPClassifier, neural_network.MLPClassifier),
    (MLPRegressor, neural_network.MLPRegressor),
]


@pytest.mark.filterwarnings("ignore")  # checks provoke warnings of every kind
@parametrize_with_checks([MLPClassifier(), MLPRegressor()])
def test_check(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_parameters_are_those_of_scikit_learn_and_more(ours: Any, theirs: Any) -> None:
    assert ours().get_params().items() >= theirs().get_params().items()
    names = list(inspect.signature(ours).parameters)
    assert names[: len(theirs().get_params())] == list(inspect.signature(theirs).parameters)
    assert isinstance(ours(), theirs)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_tags_are_those_of_scikit_learn_and_of_a_transformer(ours: Any, theirs: Any) -> None:
    found = ours().__sklearn_tags__()
    assert found.transformer_tags is not None
    found.transformer_tags = None
    assert found == theirs().__sklearn_tags__()


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_repr_and_html_name_the_same(ours: Any, theirs: Any) -> None:
    assert repr(ours(alpha=0.5)) == repr(theirs(alpha=0.5))
    assert ours.__name__ in ours()._repr_html_()


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("method", ["fit", "partial_fit", "score"])
def test_metadata_requests_are_those_of_scikit_learn(ours: Any, theirs: Any, method: str) -> None:
    found, expected = (
        getattr(estimator().get_metadata_routing(), method).requests for estimator in (ours, theirs)
    )
    more = {"X_val", "y_val", "sample_weight_val", "eval_set"} if method == "fit" else set()
    assert found == expected | dict.fromkeys(more)


def test_clone_has_the_parameters_and_no_fit() -> None:
    x, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    fitted = MLPClassifier((3,), max_iter=500, tol=1.0).fit(x, y)
    clone = base.clone(fitted)
    assert clone.get_params() == fitted.get_params() and not hasattr(clone, "coefs_")
