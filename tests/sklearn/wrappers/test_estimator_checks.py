"""scikit-learn's conventions for estimators, by its own checks."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import (
    check_sample_weight_equivalence_on_dense_data,
    parametrize_with_checks,
)

from pronghorn import Input, Sequential, config, layers, losses, optimizers
from pronghorn.sklearn import KerasClassifier, KerasRegressor

# A minibatch with a row twice is another minibatch than one with a row of weight 2. The check also
# wants seven digits, of which sums in float32 in another order lose one or two; see below.
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "steps are made of minibatches, whose "
    "composition depends on the number of rows, and of sums in float32"
}


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
    settings: dict[str, Any] = {"epochs": 40, "batch_size": 16, "verbose": 0, "random_state": 0}
    return [
        kind(model, optimizer=Fast, **settings)
        for kind in (KerasClassifier, KerasRegressor)
        for model in (Build(), None)
    ]


@pytest.mark.filterwarnings("ignore")  # checks provoke warnings of every kind
@parametrize_with_checks(estimators(), expected_failed_checks=lambda estimator: EXPECTED)
def test_check(estimator: Any, check: Any) -> None:
    check(estimator)


# In batches of all rows, with a loss that divides by the sum of the weights, and in float64.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("kind", "loss"),
    [
        (KerasClassifier, losses.SparseCategoricalCrossentropy),
        (KerasRegressor, losses.MeanSquaredError),
    ],
    ids=["classifier", "regressor"],
)
def test_weights_of_rows_are_repetitions(kind: Any, loss: Any) -> None:
    weighted = loss(reduction="mean_with_sample_weight")
    estimator = kind(
        optimizer=Fast, loss=weighted, epochs=20, batch_size=1000, verbose=0, random_state=0
    )
    with config.use_engine("reference"):
        check_sample_weight_equivalence_on_dense_data(kind.__name__, estimator)
