"""Losses beyond scikit-learn's: nets without hidden layers are linear models, which it has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import linear_model

import tolerances
from pronghorn import losses, optimizers
from pronghorn.errors import DataError, ParameterError, UnknownNameError
from pronghorn.sklearn import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(12)
X = rng.normal(size=(400, 3))
LOG_MEAN = 0.5 * X[:, 0] - 0.3 * X[:, 1] + 0.2
AMOUNTS = rng.gamma(4.0, np.exp(LOG_MEAN) / 4.0)
RAIN = np.where(rng.random(400) < 0.4, 0.0, AMOUNTS)
VALUES = X @ [1.0, -2.0, 0.5] + 0.3 + 0.5 * rng.normal(size=400)
N = len(X)


def linear(loss: Any, y: Any, **parameters: Any) -> Any:
    settings: dict[str, Any] = {"solver": "lbfgs", "tol": 1e-7, "max_iter": 500, "alpha": 0.0}
    net = MLPRegressor(loss, (), random_state=0, **{**settings, **parameters})
    return net.fit(X, y)


def check_line(net: Any, coef: Any, intercept: Any) -> None:
    tolerances.OPTIMUM_VS_SCIKIT_LEARN.check(net.coefs_[0][:, 0], coef)
    tolerances.OPTIMUM_VS_SCIKIT_LEARN.check(net.intercepts_[0], np.atleast_1d(intercept))


# Penalties of scikit-learn's GLMs: the mean of half deviances + alpha / 2 ‖w‖²; ours divides by n.
@pytest.mark.parametrize(
    ("loss", "y", "power", "parameters"),
    [
        ("gamma", AMOUNTS, 2.0, {}),
        ("tweedie", RAIN, 1.5, {}),
        ("tweedie", RAIN, 1.2, {"power": 1.2}),
        ("poisson", RAIN, 1.0, {}),
        (losses.Gamma(), AMOUNTS, 2.0, {}),
    ],
    ids=["gamma", "tweedie 1.5", "tweedie 1.2", "poisson", "an object"],
)
@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_deviances(loss: Any, y: Any, power: float, parameters: Any, alpha: float) -> None:
    glm = linear_model.TweedieRegressor(power=power, link="log", alpha=alpha, tol=1e-8)
    glm.fit(X, y)
    check_line(linear(loss, y, alpha=alpha * N, **parameters), glm.coef_, glm.intercept_)


def test_weights_of_rows() -> None:
    weights = rng.uniform(0.2, 3.0, size=N)
    glm = linear_model.TweedieRegressor(power=2, link="log", alpha=0.1, tol=1e-8)
    glm.fit(X, AMOUNTS, sample_weight=weights)
    net = MLPRegressor("gamma", (), solver="lbfgs", alpha=0.1 * weights.sum(), tol=1e-7)
    net.fit(X, AMOUNTS, sample_weight=weights)
    check_line(net, glm.coef_, glm.intercept_)


def steps(loss: Any, y: Any, **parameters: Any) -> Any:
    """Losses with corners, by many steps of ever smaller size."""
    rate = optimizers.schedules.CosineDecay(0.05, 2000)
    settings: dict[str, Any] = {"alpha": 0.0, "max_iter": 2000, "n_iter_no_change": 2001}
    net = MLPRegressor(loss, (), learning_rate=rate, random_state=0, batch_size=N, **settings)
    return net.set_params(**parameters).fit(X, y)


@pytest.mark.parametrize("quantile", [0.1, 0.5])
def test_pinball(quantile: float) -> None:
    expected = linear_model.QuantileRegressor(quantile=quantile, alpha=0.0).fit(X, VALUES)
    net = steps("quantile", VALUES, quantile=quantile)
    pinball = losses.QuantileLoss(quantile)
    best = float(pinball(VALUES, expected.predict(X)))
    tolerances.LEAST_PINBALL.check(float(pinball(VALUES, net.predict(X))), best)


def test_several_quantiles_are_one_each() -> None:
    net = steps("quantile", VALUES, quantile=(0.1, 0.5, 0.9))
    found = net.predict_quantiles(X)
    for column, quantile in enumerate((0.1, 0.5, 0.9)):
        expected = linear_model.QuantileRegressor(quantile=quantile, alpha=0.0).fit(X, VALUES)
        pinball = losses.QuantileLoss(quantile)
        tolerances.LEAST_PINBALL.check(
            float(pinball(VALUES, found[:, column])), float(pinball(VALUES, expected.predict(X)))
        )
    np.testing.assert_array_equal(net.predict(X), found[:, 1])


def test_absolute_error_is_the_median() -> None:
    found, expected = steps("absolute_error", VALUES), steps("quantile", VALUES)
    mae = losses.MeanAbsoluteError()
    tolerances.LEAST_PINBALL.check(
        float(mae(VALUES, found.predict(X))), float(mae(VALUES, expected.predict(X)))
    )


def test_huber_of_a_large_delta_is_least_squares() -> None:
    expected = linear_model.LinearRegression().fit(X, VALUES)
    check_line(linear("huber", VALUES, delta=100.0), expected.coef_, expected.intercept_)


def test_huber_minds_outliers_less() -> None:
    y = VALUES.copy()
    y[:20] += 100.0
    slope, robust = (linear(loss, y) for loss in ("squared_error", "huber"))
    clean = linear_model.LinearRegression().fit(X, VALUES).intercept_
    assert abs(robust.intercepts_[0][0] - clean) < 0.1 * abs(slope.intercepts_[0][0] - clean)


def test_l1_is_the_lasso() -> None:
    # Lasso: ‖y − Xw‖² / 2n + a ‖w‖₁.
    expected = linear_model.Lasso(alpha=0.3, tol=1e-10).fit(X, VALUES)
    net = steps("squared_error", VALUES, l1=0.3 * N)
    tolerances.LASSO.check(net.coefs_[0][:, 0], expected.coef_)


def test_gaussian_of_equal_noise_is_least_squares() -> None:
    expected = linear_model.LinearRegression().fit(X, VALUES)
    mean, deviation = linear("gaussian", VALUES).predict(X, return_std=True)
    residual = (VALUES - expected.predict(X)).std()
    assert np.abs(mean - expected.predict(X)).mean() < 0.1 * residual
    assert abs(deviation.mean() / residual - 1.0) < 0.02


@pytest.mark.parametrize(
    "solver",
    [
        {"solver": "lbfgs", "tol": 1e-7},
        {"solver": "sgd", "learning_rate_init": 1.0, "tol": 0.0, "max_iter": 300},
    ],
    ids=["lbfgs", "sgd"],
)
def test_label_smoothing_moves_probabilities(solver: Any) -> None:
    # Without features the best probabilities are the mean targets: f (1 − s) + s / 3.
    y = np.repeat([0, 1, 2], [60, 30, 10])
    net = MLPClassifier((), alpha=0.0, label_smoothing=0.3, **solver)
    found = net.fit(np.zeros((100, 1)), y).predict_proba(np.zeros((1, 1)))
    tolerances.OPTIMUM_VS_SCIKIT_LEARN.check(found, [[0.52, 0.31, 0.17]])


def test_label_smoothing_of_two_classes() -> None:
    y = np.repeat([0, 1], [60, 40])
    net = MLPClassifier((), solver="lbfgs", alpha=0.0, label_smoothing=0.3, tol=1e-7)
    found = net.fit(np.zeros((100, 1)), y).predict_proba(np.zeros((1, 1)))
    tolerances.OPTIMUM_VS_SCIKIT_LEARN.check(found, [[0.57, 0.43]])  # 0.4 · 0.7 + 0.15


@pytest.mark.parametrize("loss", ["focal", losses.CategoricalCrossentropy(), "log_loss"], ids=str)
@pytest.mark.parametrize("out_activation", [None, "sigmoid", "softplus"])
def test_losses_and_outputs_of_classes(loss: Any, out_activation: Any) -> None:
    y = np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.7])
    net = MLPClassifier(
        (16,), loss=loss, out_activation=out_activation, learning_rate_init=0.02, random_state=0
    )
    found = net.fit(X, y).predict_proba(X)
    tolerances.PROBABILITIES_VS_FLOAT64.check(found.sum(axis=1), np.ones(N))
    assert net.score(X, y) > 0.9


@pytest.mark.parametrize("out_activation", ["softplus", "exponential"])
def test_outputs_of_a_regression(out_activation: str) -> None:
    net = MLPRegressor(
        "squared_error", (16,), out_activation=out_activation, learning_rate_init=0.02
    )
    found = net.set_params(random_state=0, max_iter=400).fit(X, AMOUNTS).predict(X)
    assert found.min() > 0.0 and np.corrcoef(found, np.exp(LOG_MEAN))[0, 1] > 0.9


BAD: dict[str, tuple[Any, Any, type[Exception], str]] = {
    "no such loss": ({"loss": "quantil"}, VALUES, UnknownNameError, "Did you mean 'quantile'?"),
    "gamma of zeros": ({"loss": "gamma"}, RAIN, DataError, "values above 0, received"),
    "tweedie of negatives": ({"loss": "tweedie"}, -RAIN - 1, DataError, "values at least 0"),
    "a quantile twice": (
        {"loss": "quantile", "quantile": [0.5, 0.5]}, VALUES, ParameterError, "different values",
    ),
    "a quantile of 1": (
        {"loss": "quantile", "quantile": [0.5, 1.0]}, VALUES, ParameterError, "quantile: expected",
    ),
    "variance of exp": (
        {"loss": "gaussian", "out_activation": "exp"}, VALUES, ParameterError, "out_activation",
    ),
    "several quantiles of several columns": (
        {"loss": "quantile", "quantile": [0.1, 0.9]}, X, ValueError, "one column of y",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    parameters, y, error, message = BAD[name]
    with pytest.raises(error, match=message):
        MLPRegressor(**parameters).fit(X, y)
