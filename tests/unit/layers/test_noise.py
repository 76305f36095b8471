"""Layers that draw: their statistics, from the definitions, and that they repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn import layers, utils
from pronghorn.errors import ParameterError

N = 40_000
X = np.full((400, 100), 2.0, np.float32)

# What makes each of them, with the mean and the variance of its output for x = 2.
DRAWING: dict[str, tuple[Callable[[], Any], float, float]] = {
    # x + 0.5 e
    "gaussian_noise": (lambda: layers.GaussianNoise(0.5), 2.0, 0.25),
    "gaussian_noise_large": (lambda: layers.GaussianNoise(3.0), 2.0, 9.0),
    # x (1 + sqrt(r / (1 - r)) e): variance 4 r / (1 - r)
    "gaussian_dropout": (lambda: layers.GaussianDropout(0.2), 2.0, 1.0),
    "gaussian_dropout_half": (lambda: layers.GaussianDropout(0.5), 2.0, 4.0),
    # x mask / (1 - r): variance 4 r / (1 - r)
    "dropout": (lambda: layers.Dropout(0.2), 2.0, 1.0),
}
drawing = pytest.mark.parametrize("kind", DRAWING)


@drawing
def test_mean_and_variance(kind: str) -> None:
    make, mean, variance = DRAWING[kind]
    utils.set_random_seed(11)
    y = make()(X, training=True).astype(np.float64)
    # The mean of N draws has deviation sqrt(v / N); their variance sqrt((k - 1) / N) v, with the
    # kurtosis k = 3 of a normal variable (3.25 for the two values of Dropout(0.2)).
    assert abs(y.mean() - mean) < 5 * np.sqrt(variance / N)
    assert abs(y.var() - variance) < 5 * variance * np.sqrt(2.5 / N)


@pytest.mark.parametrize("kind", ["gaussian_noise", "gaussian_dropout"])
def test_noise_is_normal(kind: str) -> None:
    utils.set_random_seed(12)
    y = DRAWING[kind][0]()(X, training=True).astype(np.float64)
    z = (y - y.mean()) / y.std()
    # Standard normal: skewness 0 with deviation sqrt(6 / N), kurtosis 3 with sqrt(24 / N).
    assert abs((z**3).mean()) < 5 * np.sqrt(6 / N)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(24 / N)
    assert abs(np.corrcoef(z[:, 0], z[:, 1])[0, 1]) < 5 / np.sqrt(400)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_alpha_dropout_keeps_mean_and_variance(rate: float) -> None:
    utils.set_random_seed(13)
    x = np.random.default_rng(0).normal(size=X.shape).astype(np.float32)
    y = layers.AlphaDropout(rate)(x, training=True).astype(np.float64)
    assert abs(y.mean()) < 5 / np.sqrt(N)
    # The kurtosis of y is below that of its two parts together, 6 at most.
    assert abs(y.var() - 1) < 5 * np.sqrt(5 / N)


def test_alpha_dropout_replaces_by_one_value() -> None:
    utils.set_random_seed(14)
    y = layers.AlphaDropout(0.25)(X, training=True)
    values, counts = np.unique(y, return_counts=True)
    # s = -1.7580993, a = (0.75 (1 + 0.25 s²))^-1/2 = 0.8672579, b = -a 0.25 s = 0.3811814:
    # kept 2 a + b = 2.1156972, replaced a s + b = -1.1435442
    tolerances.WORKED_IN_FLOAT32.check(values, [-1.1435442, 2.1156972])
    assert abs(counts[0] / N - 0.25) < 5 * np.sqrt(0.25 * 0.75 / N)


@drawing
def test_seed_of_the_process_repeats_it(kind: str) -> None:
    drawn = []
    for _ in range(2):
        utils.set_random_seed(7)
        drawn.append(DRAWING[kind][0]()(X, training=True))
    assert (drawn[0] == drawn[1]).all()


@pytest.mark.parametrize("make", [layers.GaussianNoise, layers.GaussianDropout], ids=str)
def test_seed_of_the_layer_draws_others(make: Any) -> None:
    drawn = []
    for seed in (None, 0, 1):
        utils.set_random_seed(7)
        drawn.append(make(0.5, seed=seed)(X, training=True).tobytes())
    assert len(set(drawn)) == 3


@drawing
def test_inference_is_identity(kind: str) -> None:
    assert (DRAWING[kind][0]()(X) == X).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.GaussianNoise(-0.1),
        lambda: layers.GaussianDropout(1.0),
        lambda: layers.AlphaDropout(1.0),
        lambda: layers.AlphaDropout(0.5, noise_shape=(0, 2)),
        lambda: layers.GaussianNoise(0.1, seed=-1),
    ],
    ids=["stddev", "rate", "alpha_rate", "noise_shape", "seed"],
)
def test_refuses(make: Callable[[], Any]) -> None:
    with pytest.raises(ParameterError):
        make()
