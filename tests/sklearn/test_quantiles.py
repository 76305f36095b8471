"""Quantiles and intervals: what the outputs say, and how often they hold."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import stats

import tolerances
from pronghorn import losses
from pronghorn.errors import ParameterError
from pronghorn.sklearn import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(21)
X = rng.uniform(-2.0, 2.0, size=(1500, 1))
SPREAD = 0.2 + 0.3 * np.abs(X[:, 0])
Y = np.sin(2.0 * X[:, 0]) + SPREAD * rng.normal(size=1500)
COUNTS = rng.poisson(np.exp(1.0 + 0.5 * X[:, 0]))
TRAIN, TEST = slice(None, 1000), slice(1000, None)
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
SETTINGS: dict[str, Any] = {"learning_rate_init": 0.01, "max_iter": 150, "random_state": 0}


def fit(loss: Any, y: Any = Y, **parameters: Any) -> Any:
    net = MLPRegressor(loss, (32, 32), **{**SETTINGS, **parameters})
    return net.fit(X[TRAIN], y[TRAIN])


@pytest.fixture(scope="module")
def nets() -> dict[str, Any]:
    return {
        "quantile": fit("quantile", quantile=LEVELS),
        "gaussian": fit("gaussian"),
        "poisson": fit("poisson", COUNTS),
    }


@pytest.mark.parametrize("loss", ["quantile", "gaussian"])
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_intervals_cover_as_often_as_they_say(nets: Any, loss: str, coverage: float) -> None:
    low, high = nets[loss].predict_interval(X[TEST], coverage).T
    share = np.mean((low <= Y[TEST]) & (Y[TEST] <= high))
    # Four standard deviations of the share of 500 rows, and what the fit misses.
    assert abs(share - coverage) < 4.0 * np.sqrt(coverage * (1.0 - coverage) / 500) + 0.03
    assert (low <= high).all()


@pytest.mark.parametrize("loss", ["quantile", "gaussian"])
def test_intervals_are_wider_where_the_noise_is(nets: Any, loss: str) -> None:
    low, high = nets[loss].predict_interval(X[TEST], 0.9).T
    assert np.corrcoef(high - low, SPREAD[TEST])[0, 1] > 0.8


def test_quantiles_of_a_normal_distribution(nets: Any) -> None:
    net = nets["gaussian"]
    mean, deviation = net.predict(X[TEST], return_std=True)
    expected = stats.norm.ppf(np.array(LEVELS), mean[:, None], deviation[:, None])
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(net.predict_quantiles(X[TEST], LEVELS), expected)
    np.testing.assert_array_equal(net.predict(X[TEST]), mean)


def test_variance_is_that_of_the_loss(nets: Any) -> None:
    # The likelihood with these means and deviations is what the loss says of the outputs.
    net = nets["gaussian"]
    mean, deviation = net.predict(X, return_std=True)
    likelihood = stats.norm.logpdf(Y, mean, deviation).mean() + 0.5 * np.log(2.0 * np.pi)
    hidden = np.maximum(np.maximum(X @ net.coefs_[0] + net.intercepts_[0], 0.0)
                        @ net.coefs_[1] + net.intercepts_[1], 0.0)  # fmt: skip
    outputs = hidden @ net.coefs_[2] + net.intercepts_[2]
    tolerances.LOSS_VS_REFERENCE.check(-likelihood, losses.GaussianNLL()(Y, outputs))


def test_quantiles_of_counts(nets: Any) -> None:
    net = nets["poisson"]
    expected = stats.poisson.ppf([0.1, 0.9], net.predict(X[TEST])[:, None])
    np.testing.assert_array_equal(net.predict_quantiles(X[TEST], [0.1, 0.9]), expected)


def test_quantiles_that_were_trained_and_between(nets: Any) -> None:
    net = nets["quantile"]
    trained = net.predict_quantiles(X[TEST])
    assert trained.shape == (500, 5) and (np.diff(trained, axis=1) >= 0.0).all()
    np.testing.assert_array_equal(net.predict_quantiles(X[TEST], 0.25), trained[:, 1])
    halfway = (trained[:, 0] + trained[:, 1]) / 2.0  # 0.15 lies in the middle of 0.05 and 0.25
    between = net.predict_quantiles(X[TEST], [0.15])[:, 0]
    tolerances.OUTPUTS_VS_SCIKIT_LEARN.check(between, halfway)


def test_quantiles_in_any_order_are_put_in_order() -> None:
    net = fit("quantile", quantile=[0.9, 0.1], max_iter=30)
    low, high = net.predict_quantiles(X[TEST]).T
    assert (low <= high).all() and np.mean(Y[TEST] < high) > np.mean(Y[TEST] < low) + 0.5


def test_several_columns() -> None:
    both = np.column_stack([Y, 10.0 * Y])
    net = fit("gaussian", both)
    assert net.predict(X[TEST]).shape == (500, 2) and net.coefs_[-1].shape == (32, 4)
    found = net.predict_interval(X[TEST])
    assert found.shape == (500, 2, 2)
    assert np.median(np.diff(found[:, 1])) > 5.0 * np.median(np.diff(found[:, 0]))


def test_pickles_keep_what_the_outputs_mean(nets: Any) -> None:
    for net in nets.values():
        again = pickle.loads(pickle.dumps(net))
        np.testing.assert_array_equal(again.predict_interval(X), net.predict_interval(X))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda nets: nets["quantile"].predict_quantiles(X, 0.99), "from 0.05 to 0.95"),
        (lambda nets: nets["gaussian"].predict_quantiles(X), "q: expected numbers"),
        (lambda nets: nets["gaussian"].predict_quantiles(X, [0.5, 1.0]), "q: expected numbers"),
        (lambda nets: nets["gaussian"].predict_quantiles(X, ["median"]), "q: expected numbers"),
        (lambda nets: nets["gaussian"].predict_interval(X, 90), "coverage: expected a number"),
        (lambda nets: nets["quantile"].predict(X, return_std=True), "return_std: expected"),
        (lambda nets: fit("huber", max_iter=1).predict_interval(X), "loss='quantile' and several"),
    ],
    ids=["outside", "no q", "q of 1", "a name", "percent", "no variance", "no distribution"],
)
def test_refused(nets: Any, call: Any, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        call(nets)
