"""The forms in which compile takes metrics of several outputs, and the names they get."""

from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.errors import ParameterError, UnknownNameError

rng = np.random.default_rng(0)
X = rng.normal(size=(20, 4)).astype("float32")
Y = [rng.normal(size=(20, 1)).astype("float32"), np.eye(3)[rng.integers(0, 3, 20)]]


def compile_model(**options: Any) -> Any:
    x = keras.Input((4,))
    age = keras.layers.Dense(1, name="age")(x)
    kind = keras.layers.Dense(3, activation="softmax", name="kind")(x)
    model = keras.Model(x, [age, kind])
    model.compile("sgd", ["mse", "categorical_crossentropy"], **options)
    return model


# Observed with keras 3.15.1 on JAX: the metrics behind the losses, in the order of evaluate.
NAMES: list[tuple[dict[str, Any], list[str]]] = [
    ({"metrics": [["mae"], ["accuracy"]]}, ["age_mae", "kind_accuracy"]),
    ({"metrics": ["mae", "accuracy"]}, ["age_mae", "kind_accuracy"]),
    ({"metrics": {"kind": ["acc", "AUC"]}}, ["kind_AUC", "kind_acc"]),
    ({"metrics": [["mae", "mae"], None]}, ["age_mae", "age_mae_1"]),
    (
        {
            "metrics": {"kind": "acc", "age": ["mae", "mse"]},
            "weighted_metrics": [["mae"], ["acc"]],
        },
        [
            "age_mae",
            "age_mse",
            "age_weighted_mae",
            "kind_acc",
            "kind_weighted_acc",
        ],
    ),
]


@pytest.mark.parametrize(("options", "names"), NAMES)
def test_names_of_several_outputs_are_those_of_keras(
    options: dict[str, Any], names: list[str]
) -> None:
    model = compile_model(**options)
    scores = model.evaluate(X, Y, verbose=0, return_dict=True)
    losses = ["loss", "age_loss", "kind_loss"]
    assert sorted(scores) == sorted([*losses, *names])
    assert model.metrics_names == [*losses, *names]


@pytest.mark.parametrize(
    ("metrics", "error", "message"),
    [
        ({"nope": ["mae"]}, ParameterError, "output names 'age', 'kind', received 'nope'"),
        ([["mae"]], ParameterError, r"one for each output \(age, kind\), received a list of 1"),
        ("mae", ParameterError, "a list with one entry for each output, or a dict by name"),
        ([["maee"], None], UnknownNameError, "Did you mean 'mae'"),
    ],
)
def test_other_forms_are_refused(metrics: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        compile_model(metrics=metrics)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cosine_proximity", "CosineSimilarity"),
        ("cosine", "CosineSimilarity"),
        ("kullback_leibler_divergence", "KLDivergence"),
        ("kld", "KLDivergence"),
        ("logcosh", "LogCoshError"),
        ("log_cosh", "LogCoshError"),
    ],
)
def test_names_of_keras_2(name: str, kind: str) -> None:
    assert type(keras.metrics.get(name)).__name__ == kind


def test_several_losses_of_the_only_output_are_refused() -> None:
    # Keras trains with the first of them alone.
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    with pytest.raises(ParameterError, match="one loss for the only output, received a list of 2"):
        model.compile("sgd", [["mse", "mae"]])


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_steps_per_execution_are_a_whole_number(steps: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    with pytest.raises(ParameterError, match="steps_per_execution: expected a whole number"):
        model.compile("sgd", "mse", steps_per_execution=steps)
    assert not model.compiled


@pytest.mark.parametrize(
    ("loss", "trainable"), [(None, True), ("mse", False)], ids=["no loss", "all frozen"]
)
def test_a_fit_that_learns_nothing_says_so(loss: Any, trainable: bool) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.trainable = trainable
    model.compile("sgd", loss)
    with pytest.warns(UserWarning, match="so nothing is learned"):
        model.fit(X, Y[0], verbose=0)
