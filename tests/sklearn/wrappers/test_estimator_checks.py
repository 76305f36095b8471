"""scikit-learn's conventions for estimators, by its own checks."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from pronghorn import Input, Sequential, config, layers, optimizers
from pronghorn.sklearn import KerasClassifier, KerasRegressor

# Wants seven equal digits of fits over the same rows in another order, which sums in float32 do not
# have: it runs on the engine that computes in float64.
IN_FLOAT64 = "check_sample_weight_equivalence"


class Build:
    """A build function that prints as its name: the names of the tests are made of it."""

    def __call__(self, meta: dict[str, Any]) -> Any:
        return build(meta)

    def __repr__(self) -> str:
        return "build"


def build(meta: dict[str, Any]) -> Any:
    if "classes_" in meta and meta["n_classes_"] > 2:
        head = layers.Dense(meta["n_classes_"], activation="softmax")
    elif meta["target_type_"] == "multilabel-indicator":
        head = layers.Dense(meta["n_outputs_"], activation="sigmoid")
    elif "classes_" in meta:
        head = layers.Dense(1, activation="sigmoid")
    else:
        head = layers.Dense(meta["n_outputs_"])
    hidden = layers.Dense(50, activation="relu")
    return Sequential([Input((meta["n_features_in_"],)), hidden, head])


class Fast(optimizers.Adam):
    """Adam with another default."""

    def __init__(self, learning_rate: float = 0.02, **kwargs: Any) -> None:
        super().__init__(learning_rate, **kwargs)


def estimators() -> list[Any]:
    # A row of weight 2 is the row twice where each step sees all rows.
    settings: dict[str, Any] = {"epochs": 150, "batch_size": 1000, "verbose": 0, "random_state": 0}
    return [
        kind(model, optimizer=Fast, **settings)
        for kind in (KerasClassifier, KerasRegressor)
        for model in (Build(), None)
    ]


@pytest.mark.filterwarnings("ignore")  # checks provoke warnings of every kind
@parametrize_with_checks(estimators())
def test_check(estimator: Any, check: Any) -> None:
    is_exact = check.func.__name__.startswith(IN_FLOAT64)
    with config.use_engine("reference" if is_exact else "native"):
        check(estimator)
