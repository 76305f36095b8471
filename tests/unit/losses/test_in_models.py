"""Every registered loss trains a net: the native engine as the reference, and what both promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pronghorn import config, layers, losses, models, ops, utils
from pronghorn._core import registry
from tolerances import LOSS_VS_REFERENCE

ROWS = 37
_RNG = np.random.default_rng(7)
X = _RNG.normal(size=(ROWS, 5)).astype(np.float32)
LABELS = _RNG.integers(0, 3, ROWS)
REAL = (_RNG.normal(size=(ROWS, 2)), "linear")
POSITIVE = (_RNG.uniform(1.0, 2.0, (ROWS, 2)), "softplus")
BINARY = (_RNG.integers(0, 2, (ROWS, 2)), "sigmoid")
ONE_HOT = (np.eye(3)[LABELS], "softmax")
SHARES = (_RNG.dirichlet(np.ones(3), ROWS), "softmax")

# What the losses need other than real targets.
TARGETS: dict[str, tuple[Any, str]] = {
    "binary_crossentropy": BINARY,
    "binary_focal_crossentropy": BINARY,
    "categorical_crossentropy": ONE_HOT,
    "categorical_focal_crossentropy": ONE_HOT,
    "categorical_hinge": (ONE_HOT[0], "linear"),
    "hinge": (BINARY[0], "tanh"),
    "squared_hinge": (BINARY[0], "tanh"),
    "kl_divergence": SHARES,
    "mean_absolute_percentage_error": POSITIVE,
    "mean_squared_logarithmic_error": POSITIVE,
    "poisson": POSITIVE,
    "gamma": POSITIVE,
    "tweedie": POSITIVE,
    "sparse_categorical_crossentropy": (LABELS, "softmax"),
}
VARIANTS: dict[str, tuple[losses.Loss, Any, str, int]] = {
    "some labels ignored": (
        losses.SparseCategoricalCrossentropy(ignore_class=-1),
        np.where(np.arange(ROWS) % 4 == 0, -1, LABELS),
        "softmax",
        3,
    ),
    "ignored, by weight": (
        losses.SparseCategoricalCrossentropy(
            ignore_class=1, from_logits=True, reduction="mean_with_sample_weight"
        ),
        LABELS,
        "linear",
        3,
    ),
    "three quantiles": (losses.QuantileLoss([0.1, 0.5, 0.9]), REAL[0][:, :1], "linear", 3),
    "odd powers": (losses.BinaryFocalCrossentropy(True, gamma=1.7), BINARY[0], "sigmoid", 2),
    "focal of each class": (
        losses.CategoricalFocalCrossentropy(alpha=[0.2, 1.0, 2.5]),
        ONE_HOT[0],
        "softmax",
        3,
    ),
    "focal logits": (
        losses.CategoricalFocalCrossentropy(gamma=0.5, from_logits=True),
        ONE_HOT[0],
        "linear",
        3,
    ),
}
LOSSES = {
    entry.name: (entry.target(), *TARGETS.get(entry.name, REAL))
    for entry in registry.entries("loss")
    if entry.is_builtin
}
CASES: dict[str, tuple[losses.Loss, Any, str, int]] = {
    **{
        name: (loss, y, activation, 3 if activation == "softmax" or "categorical" in name else 2)
        for name, (loss, y, activation) in LOSSES.items()
    },
    **VARIANTS,
}
# Two means and two raw variances.
CASES["gaussian_nll"] = (losses.GaussianNLL(), *REAL, 4)


def train(
    engine: str, loss: Any, y: Any, activation: str, units: int, x: Any = X
) -> tuple[list[float], float]:
    """The losses of three epochs, and what evaluate says after them; the last batch is short."""
    utils.set_random_seed(1)
    with config.use_engine(engine):
        hidden = layers.Dense(8, activation="tanh")
        out = layers.Dense(units, activation=activation)
        model = models.Sequential([layers.Input(x.shape[1:]), hidden, out])
        model.compile("sgd", loss)
        history = model.fit(x, y, batch_size=10, epochs=3, verbose=0)
        evaluated: float = model.evaluate(x, y, batch_size=10, verbose=0)
    return history.history["loss"], evaluated


@pytest.mark.parametrize(("loss", "y", "activation", "units"), CASES.values(), ids=CASES)
def test_engines_agree_and_the_loss_falls(loss: Any, y: Any, activation: str, units: int) -> None:
    native = train("native", loss, y, activation, units)
    reference = train("reference", loss, y, activation, units)
    LOSS_VS_REFERENCE.check(native[0], reference[0])
    LOSS_VS_REFERENCE.check(native[1], reference[1])
    assert reference[1] < reference[0][0]


@pytest.mark.parametrize(("loss", "y", "activation", "units"), CASES.values(), ids=CASES)
def test_a_sequence_of_two_steps_costs_the_mean_of_both(
    loss: Any, y: Any, activation: str, units: int
) -> None:
    """Rows (n, 2, k) of the same step twice: the loss, and with it the training, of (n, k)."""
    y = np.asarray(y)
    pairs, targets = np.stack([X, X], axis=1), np.stack([y, y], axis=1)
    once = train("reference", loss, y, activation, units)
    for engine in ("native", "reference"):
        twice = train(engine, loss, targets, activation, units, pairs)
        LOSS_VS_REFERENCE.check(twice[0], once[0])
        LOSS_VS_REFERENCE.check(twice[1], once[1])


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_the_mean_over_a_batch_is_that_over_the_labels_that_count(engine: str) -> None:
    # Even probabilities: each label that counts costs log 3, the others nothing.
    with config.use_engine(engine):
        model = models.Sequential([layers.Input((5,)), layers.Dense(3, activation="softmax")])
        model.compile("sgd", losses.SparseCategoricalCrossentropy(ignore_class=2))
        model.set_weights([np.zeros((5, 3), np.float32), np.zeros(3, np.float32)])
        y = np.array([0, 2, 2, 1])
        LOSS_VS_REFERENCE.check(model.evaluate(X[:4], y, verbose=0), np.log(3.0))
        halved = model.evaluate(X[:4], y, sample_weight=np.full(4, 0.5), verbose=0)
        LOSS_VS_REFERENCE.check(halved, 0.5 * np.log(3.0))


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize(
    ("loss", "activation", "y", "expected"),
    [
        # Logits 200 and 0, the second class is right: −log p = 200; focal: times alpha 0.25.
        ("categorical_crossentropy", "softmax", [[0.0, 1.0]], 200.0),
        ("categorical_focal_crossentropy", "softmax", [[0.0, 1.0]], 50.0),
        ("sparse_categorical_crossentropy", "softmax", [1], 200.0),
        # Two outputs, 200 and 0, both targets 0: (200 + log 2) / 2; focal: (200 + log 2 / 4) / 2.
        ("binary_crossentropy", "sigmoid", [[0.0, 0.0]], 100.0 + np.log(2.0) / 2),
        ("binary_focal_crossentropy", "sigmoid", [[0.0, 0.0]], 100.0 + np.log(2.0) / 8),
    ],
    ids=["categorical", "categorical focal", "sparse", "binary", "binary focal"],
)
def test_a_logarithm_of_probabilities_is_taken_from_the_logits(
    engine: str, loss: str, activation: str, y: Any, expected: float
) -> None:
    with config.use_engine(engine):
        model = models.Sequential([layers.Input((1,)), layers.Dense(2, activation=activation)])
        model.compile("sgd", loss)
        model.set_weights([np.array([[200.0, 0.0]], np.float32), np.zeros(2, np.float32)])
        found = model.evaluate(np.ones((1, 1)), np.array(y), verbose=0)
    LOSS_VS_REFERENCE.check(found, expected)


def test_a_column_of_targets_beside_two_outputs_stays_a_column() -> None:
    def spread(y_true: Any, y_pred: Any) -> Any:
        mean, deviation = y_pred[:, :1], y_pred[:, 1:]
        return ops.mean(ops.square(y_true - mean) + deviation, axis=-1)

    model = models.Sequential([layers.Input((1,)), layers.Dense(2, use_bias=False)])
    model.set_weights([np.array([[1.0, 3.0]])])
    model.compile("sgd", spread)
    # Row 1: (4 − 1)² + 3 = 12; row 2: (0 − 2)² + 6 = 10; their mean is 11.
    found = model.evaluate(np.array([[1.0], [2.0]]), np.array([[4.0], [0.0]]), verbose=0)
    assert found == pytest.approx(11.0)
