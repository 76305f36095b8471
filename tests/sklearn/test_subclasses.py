"""Classes that programs derive from the drop-ins, as they derive them from scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = [
    pytest.mark.usefixtures("every_fit_on_the_engine"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

rng = np.random.default_rng(4)
X = rng.normal(size=(90, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)


class Cautious(MLPClassifier):
    """Takes a few parameters and one of its own."""

    def __init__(
        self, hidden_layer_sizes: Any = (6,), max_iter: int = 80, threshold: float = 0.5
    ) -> None:
        super().__init__(hidden_layer_sizes, max_iter=max_iter, random_state=0)
        self.threshold = threshold

    def predict(self, X: Any) -> Any:
        return self.classes_[(self.predict_proba(X)[:, 1] > self.threshold).astype(int)]


class Open(MLPRegressor):
    """Hands on what it is given, and takes the place of a private method."""

    def __init__(self, first: float, **parameters: Any) -> None:
        self.first = first
        super().__init__(**parameters)

    def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> Any:
        return np.full((fan_in, fan_out), self.first), np.zeros(fan_out)


def test_parameters_are_those_of_its_own_signature() -> None:
    names = {"hidden_layer_sizes", "max_iter", "threshold"}
    assert set(clone(Cautious(threshold=0.9)).get_params()) == names


def test_it_fits_in_a_search() -> None:
    search = GridSearchCV(Cautious(), {"threshold": [0.5, 1.1]}, cv=2).fit(X, Y)
    # Nothing is more probable than 1.1: all rows are of the first class.
    assert search.best_params_ == {"threshold": 0.5}


def test_weights_of_its_own_are_the_first_ones() -> None:
    # A step of size 0 leaves them, but for rounding to float32.
    found = Open(0.25, hidden_layer_sizes=(3,), max_iter=1, learning_rate_init=1e-30).fit(X, Y)
    for coef in found.coefs_:
        np.testing.assert_array_equal(coef, np.full(coef.shape, 0.25))
