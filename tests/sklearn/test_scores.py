"""Over five seeds the drop-ins score what scikit-learn scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import datasets, model_selection, neural_network, preprocessing

from pronghorn import sklearn as ours
from pronghorn.datasets import fashion_mnist

SETS: dict[str, tuple[Any, str]] = {
    "digits": (datasets.load_digits, "MLPClassifier"),
    "breast cancer": (datasets.load_breast_cancer, "MLPClassifier"),
    "diabetes": (datasets.load_diabetes, "MLPRegressor"),
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


def check_scores(name: str, x: Any, y: Any, estimator: str, **settings: Any) -> None:
    scores = []
    for module in (ours, neural_network):
        found = []
        for seed in range(5):
            parts = model_selection.train_test_split(x, y, random_state=seed)
            scaler = preprocessing.StandardScaler().fit(parts[0])
            net = getattr(module, estimator)(random_state=seed, **settings)
            net.fit(scaler.transform(parts[0]), parts[2])
            found.append(net.score(scaler.transform(parts[1]), parts[3]))
        scores.append(found)
    difference = abs(np.mean(scores[0]) - np.mean(scores[1]))
    print(f"{name}: {np.mean(scores[0]):.4f} and {np.mean(scores[1]):.4f}")
    assert difference <= np.std(scores[1])


@pytest.mark.parametrize("name", SETS)
def test_scores_lie_within_their_spread(name: str) -> None:
    load, estimator = SETS[name]
    check_scores(name, *load(return_X_y=True), estimator)


@pytest.mark.data
def test_scores_of_ten_thousand_images(data_folder: Any) -> None:
    (x, y), _ = fashion_mnist.load_data()
    x = x[:10_000].reshape(10_000, -1) / 255.0
    check_scores("Fashion-MNIST", x, y[:10_000], "MLPClassifier", max_iter=8)
