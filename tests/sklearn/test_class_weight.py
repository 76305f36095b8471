"""class_weight multiplies the weights of the rows, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn.sklearn import MLPClassifier

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("every_fit_on_the_engine"),
]

rng = np.random.default_rng(8)
X = rng.normal(size=(80, 5))
Y = np.where(X[:, 0] > 0.8, "rare", "usual")
LABELS = np.column_stack([X[:, 0] > 0.8, X[:, 1] > 0.0]).astype(int)
GIVEN = rng.uniform(0.5, 2.0, size=80)


def weights_of(**parameters: Any) -> list[Any]:
    y, weights = parameters.pop("y", Y), parameters.pop("sample_weight", None)
    net = MLPClassifier((6,), max_iter=5, random_state=0, **parameters)
    net.fit(X, y, sample_weight=weights)
    return [*net.coefs_, *net.intercepts_]


def check_equal(found: list[Any], expected: list[Any]) -> None:
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_dict_is_weights_of_rows(solver: str, early_stopping: bool) -> None:
    settings = {"solver": solver, "early_stopping": early_stopping}
    rows = np.where(Y == "rare", 5.0, 0.5)
    check_equal(
        weights_of(class_weight={"rare": 5.0, "usual": 0.5}, **settings),
        weights_of(sample_weight=rows, **settings),
    )


def test_balanced() -> None:
    rare = np.sum(Y == "rare")
    rows = np.where(Y == "rare", 80 / (2 * rare), 80 / (2 * (80 - rare)))
    check_equal(weights_of(class_weight="balanced"), weights_of(sample_weight=rows))


def test_both_are_multiplied() -> None:
    rows = GIVEN * np.where(Y == "rare", 3.0, 1.0)
    both = weights_of(class_weight={"rare": 3.0}, sample_weight=GIVEN)
    check_equal(both, weights_of(sample_weight=rows))


def test_labels_multiply_theirs() -> None:
    rows = np.where(LABELS[:, 0] == 1, 3.0, 1.0) * np.where(LABELS[:, 1] == 1, 0.5, 1.0)
    found = weights_of(y=LABELS, class_weight=[{0: 1.0, 1: 3.0}, {0: 1.0, 1: 0.5}])
    check_equal(found, weights_of(y=LABELS, sample_weight=rows))


def test_partial_fit() -> None:
    nets = [MLPClassifier((6,), random_state=0, class_weight=w) for w in ({"rare": 5.0}, None)]
    rows = [None, np.where(Y == "rare", 5.0, 1.0)]
    for net, weights in zip(nets, rows, strict=True):
        net.partial_fit(X, Y, sample_weight=weights, classes=["rare", "usual"])
    check_equal(nets[0].coefs_, nets[1].coefs_)


def test_partial_fit_refuses_balanced() -> None:
    net = MLPClassifier(class_weight="balanced")
    with pytest.raises(ValueError, match="expected a dict from class to weight"):
        net.partial_fit(X, Y, classes=["rare", "usual"])
    assert not hasattr(net, "coefs_")


@pytest.mark.parametrize("weight", ["even", 2.0])
def test_others_are_refused(weight: Any) -> None:
    with pytest.raises(ValueError, match="class_weight"):
        MLPClassifier(class_weight=weight).fit(X, Y)


def test_the_rare_class_is_found_more_often() -> None:
    settings = {"max_iter": 100, "random_state": 0, "learning_rate_init": 0.01}
    noisy = np.where(rng.random(80) < 0.2, "rare", "usual")
    found = [
        np.mean(MLPClassifier((6,), class_weight=w, **settings).fit(X, noisy).predict(X) == "rare")
        for w in (None, "balanced")
    ]
    assert found[1] > found[0] + 0.1


def test_a_part_need_not_have_every_class() -> None:
    common = Y == "usual"
    nets = [MLPClassifier((6,), random_state=0, class_weight=w) for w in ({"rare": 5.0}, None)]
    for net in nets:
        rows = None if net.class_weight else np.where(Y == "rare", 5.0, 1.0)
        net.partial_fit(X, Y, classes=["rare", "usual"], sample_weight=rows)
        net.partial_fit(X[common], Y[common])
    check_equal(nets[0].coefs_, nets[1].coefs_)


def test_rows_to_validate_with_need_not_have_every_class() -> None:
    common = Y == "usual"
    net = MLPClassifier((6,), max_iter=2, random_state=0, class_weight={"rare": 5.0})
    net.fit(X, Y, X_val=X[common], y_val=Y[common])
    share = net.predict_proba(X[common])[:, 1].astype(float)
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(
        net.history_["val_loss"][-1], -np.log(share).mean(), "loss"
    )


def test_classes_that_there_are_not_are_refused() -> None:
    net = MLPClassifier(class_weight={"none": 5.0})
    with pytest.raises(ValueError, match=r"class_weight: expected classes of y .* received 'none'"):
        net.partial_fit(X, Y, classes=["rare", "usual"])


def test_weights_of_rows_are_as_many_as_rows() -> None:
    with pytest.raises(ValueError, match=r"sample_weight\.shape"):
        MLPClassifier(class_weight={"rare": 5.0}).fit(X, Y, sample_weight=[1.0, 2.0])
