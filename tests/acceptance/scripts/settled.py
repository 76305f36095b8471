"""Weights and rows that do not depend on a library's random numbers."""

import numpy as np


def settle(model, seed=0):
    """Give every weight of a built model fixed values; variances stay positive."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        value = rng.uniform(-0.4, 0.4, tuple(weight.shape))
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)
    return model


def table(rows=96, columns=8, seed=1):
    """Rows of features, a class out of three, and a number to regress on."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, columns)).astype("float32")
    score = x @ rng.normal(size=(columns, 3))
    return x, score.argmax(axis=1), (score[:, 0] + 0.1 * x[:, 1] ** 2).astype("float32")


def show(what, values):
    """Print numbers with four significant digits, whatever holds them."""
    numbers = np.asarray(values, dtype="float64").ravel()
    print(what, *(f"{number:.4g}" for number in numbers))
