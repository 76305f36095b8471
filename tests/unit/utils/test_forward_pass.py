"""Rows through arrays of weights, against NumPy and SciPy."""

import itertools
import threading

import numpy as np
import pytest
from scipy import special

from pronghorn.errors import DataError, ParameterError
from pronghorn.utils import forward_pass
from tolerances import KERNELS_VS_FLOAT64, KINDS_VS_KERAS

ACTIVATIONS = {
    "exponential": np.exp,
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": special.expit,
    "softmax": lambda z: special.softmax(z, axis=1),
    "tanh": np.tanh,
}
CLOSE = {"float32": KERNELS_VS_FLOAT64, "float64": KINDS_VS_KERAS}


def layers(
    sizes: list[int], dtype: str, seed: int = 0
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    random = np.random.default_rng(seed)
    weights = [
        (random.normal(size=pair) / pair[0] ** 0.5).astype(dtype)
        for pair in itertools.pairwise(sizes)
    ]
    return weights, [random.normal(size=n).astype(dtype) for n in sizes[1:]]


def expected(x: np.ndarray, weights: list, biases: list, names: list[str]) -> np.ndarray:
    h = x.astype("float64")
    for w, b, name in zip(weights, biases, names, strict=True):
        h = ACTIVATIONS[name](h @ w.astype("float64") + b.astype("float64"))
    return h


def rows(n: int, k: int, dtype: str) -> np.ndarray:
    random = np.random.default_rng(n)
    return (random.normal(size=(n, k)) * (random.random((n, k)) < 0.6)).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name: str, dtype: str) -> None:
    weights, biases = layers([7, 5, 3], dtype)
    x, names = rows(4, 7, dtype), ["tanh", name]
    found = forward_pass(x, weights, biases, names)
    assert found.dtype == dtype
    CLOSE[dtype].check(found, expected(x, weights, biases, names))


@pytest.mark.parametrize("sizes", [[1, 1], [9, 4], [3, 8, 1], [30, 17, 2, 11, 6]], ids=str)
@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_every_shape(sizes: list[int], n: int) -> None:
    weights, biases = layers(sizes, "float64")
    x, names = rows(n, sizes[0], "float64"), ["tanh"] * (len(sizes) - 1)
    found = forward_pass(x, weights, biases, names)
    KINDS_VS_KERAS.check(found, expected(x, weights, biases, names))


def test_rows_of_zeros_give_the_bias() -> None:
    weights, biases = layers([6, 3], "float64")
    found = forward_pass(np.zeros((1, 6)), weights, biases, ["linear"])
    np.testing.assert_array_equal(found[0], biases[0])


def test_arrays_are_read_as_they_lie() -> None:
    weights, biases = layers([6, 5, 4], "float64")
    x, names = rows(3, 6, "float64"), ["relu", "linear"]
    plain = forward_pass(x, weights, biases, names)
    apart = forward_pass(
        np.repeat(x, 2, axis=1)[:, ::2],
        [np.asfortranarray(w) for w in weights],
        [np.repeat(b, 2)[::2] for b in biases],
        names,
    )
    np.testing.assert_array_equal(apart, plain)
    np.testing.assert_array_equal(forward_pass(x.tolist(), weights, biases, names), plain)
    frozen = [w.copy() for w in weights]
    for w in frozen:
        w.flags.writeable = False
    np.testing.assert_array_equal(forward_pass(x, frozen, biases, names), plain)
    weights[0][2, 3] += 1.0
    assert (forward_pass(x, weights, biases, names) != plain).any()


def test_weights_of_another_precision_are_converted() -> None:
    weights, biases = layers([6, 4], "float32")
    x = rows(2, 6, "float64")
    found = forward_pass(x, weights, biases, ["sigmoid"])
    assert found.dtype == np.float64
    KINDS_VS_KERAS.check(found, expected(x, weights, biases, ["sigmoid"]))


def test_softmax_of_large_numbers() -> None:
    found = forward_pass(np.array([[1000.0, 999.0]]), [np.eye(2)], [np.zeros(2)], ["softmax"])
    KINDS_VS_KERAS.check(found, special.softmax([[1000.0, 999.0]], axis=1))


W, B = layers([4, 3, 2], "float64")
X = np.ones((2, 4))
BAD = {
    "another width": (X[:, :3], W, B, ["relu", "relu"], r"\(3, units\).*layer 0.*\(4, 3\)"),
    "layers out of order": (X, W[::-1], B[::-1], ["relu", "relu"], "layer 0"),
    "another bias": (X, W, [B[0], B[0]], ["relu", "relu"], r"layer 1.*\(3, 2\) and \(3,\)"),
    "no name": (X, W, B, ["relu"], "2, 2 and 1"),
    "another name": (X, W, B, ["relu", "gelu"], "'softmax' or 'tanh', received 'gelu'"),
    "no layers": (X, [], [], [], "lists of arrays"),
    "whole numbers": (X.astype(int), W, B, ["relu", "relu"], "float32 or float64"),
    "rows of two lengths": ([[1.0, 2.0], [3.0]], W, B, ["relu", "relu"], "float32 or float64"),
    "one axis": (X[0], W, B, ["relu", "relu"], "float32 or float64"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_refused(case: str) -> None:
    x, weights, biases, names, message = BAD[case]
    with pytest.raises(ParameterError, match=message):
        forward_pass(x, weights, biases, names)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    x = X.copy()
    x[1, 2] = value
    with pytest.raises(DataError, match=r"finite values, received .* in row 1, column 2"):
        forward_pass(x, W, B, ["relu", "relu"])


def test_threads_share_the_weights() -> None:
    weights, biases = layers([50, 30, 4], "float64")
    x, names = rows(40, 50, "float64"), ["relu", "softmax"]
    alone = forward_pass(x, weights, biases, names)
    found: list[np.ndarray] = []

    def work() -> None:
        found.extend(forward_pass(x, weights, biases, names) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert all((one == alone).all() for one in found)
