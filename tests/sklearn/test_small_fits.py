"""Which fits scikit-learn's own loop runs, in the dtype of X, and how the two take turns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import neural_network

import tolerances
from pronghorn import sklearn as ours

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(6)
X = rng.normal(size=(200, 40))
Y = np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.7])
# 40 · 100 + 100 · 3 = 4,300 weights: 20 rows are 86,000 multiplications an epoch, 30 are 129,000.


def both(**parameters: Any) -> Any:
    return [module.MLPClassifier(random_state=0, **parameters) for module in (neural_network, ours)]


@pytest.mark.parametrize(("rows", "is_exact"), [(20, True), (30, False)], ids=["small", "large"])
def test_small_fits_have_scikit_learns_bits(rows: int, is_exact: bool) -> None:
    theirs, found = (m.fit(X[:rows], Y[:rows]) for m in both(max_iter=5))
    for a, b in zip(found.coefs_, theirs.coefs_, strict=True):
        assert np.array_equal(a, b) == is_exact
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_optimizer_goes_on_from_one_to_the_other(solver: str) -> None:
    theirs, found = both(solver=solver)
    for rows in (20, 200, 20, 200):
        for estimator in (theirs, found):
            estimator.partial_fit(X[:rows], Y[:rows], classes=[0, 1, 2])
    for a, b in zip(found.coefs_, theirs.coefs_, strict=True):
        tolerances.WEIGHTS_VS_SCIKIT_LEARN.check(a, b)
