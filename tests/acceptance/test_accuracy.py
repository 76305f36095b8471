"""What the decks' nets reach on real data, from first weights that only a seed fixes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tolerances import CHAIN_IN_FLOAT32, PRINTED_SHARE

pytestmark = [pytest.mark.data, pytest.mark.slow, pytest.mark.usefixtures("data_folder")]

Data = tuple[tuple[Any, Any], tuple[Any, Any]]


@pytest.fixture(scope="module")
def fashion() -> Data:
    import pronghorn

    return pronghorn.datasets.fashion_mnist.load_data()


@pytest.fixture(scope="module")
def mnist() -> Data:
    import pronghorn

    return pronghorn.datasets.mnist.load_data()


def build(widths: Sequence[int], optimizer: str, seed: int) -> Any:
    """Byte images, relu layers of these widths, softmax over ten classes."""
    import pronghorn as keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential([layers.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten()])
    for width in widths:
        model.add(layers.Dense(width, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_the_data_sets_are_whole(fashion: Data, mnist: Data, data_folder: Path) -> None:
    for (x_train, y_train), (x_test, y_test) in (fashion, mnist):
        assert x_train.shape == (60_000, 28, 28) and x_train.dtype == np.uint8
        assert x_test.shape == (10_000, 28, 28) and x_test.dtype == np.uint8
        assert sorted(set(y_train.tolist())) == sorted(set(y_test.tolist())) == list(range(10))


def test_fashion_mnist_with_adam(fashion: Data) -> None:
    """784-128-10, batch 32, 5 epochs: three seeds and their mean."""
    (x, y), (x_test, y_test) = fashion
    scores = []
    for seed in (1, 2, 3):
        model = build([128], "adam", seed)
        model.fit(x, y, batch_size=32, epochs=5, verbose=0)
        scores.append(model.evaluate(x_test, y_test, verbose=0)[1])
    assert min(scores) >= 0.86, scores
    assert np.mean(scores) >= 0.868, scores


def test_mnist_with_rmsprop(mnist: Data) -> None:
    """784-512-10, batch 128, 5 epochs."""
    (x, y), (x_test, y_test) = mnist
    model = build([512], "rmsprop", 1)
    model.fit(x, y, batch_size=128, epochs=5, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] >= 0.975


def test_fashion_mnist_with_sgd_and_validation(fashion: Data) -> None:
    """784-300-100-10, batch 32, 30 epochs, the first 5,000 images held out."""
    (x, y), (x_test, y_test) = fashion
    model = build([300, 100], "sgd", 1)
    history = model.fit(
        x[5_000:], y[5_000:], epochs=30, validation_data=(x[:5_000], y[:5_000]), verbose=0
    ).history
    assert model.evaluate(x_test, y_test, verbose=0)[1] >= 0.87
    assert list(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    # Held-out images of the same source: their accuracy is the test's, within three deviations
    # of a rate of 0.88 over 5,000 and 10,000 images, sqrt(0.88 · 0.12 · (1/5000 + 1/10000)).
    assert abs(history["val_accuracy"][-1] - model.evaluate(x_test, y_test, verbose=0)[1]) < 0.017


def test_probabilities_agree_with_accuracy(fashion: Data) -> None:
    """predict and evaluate see the same net: hits counted by hand are the metric."""
    (x, y), (x_test, y_test) = fashion
    model = build([32], "adam", 4)
    model.fit(x, y, batch_size=256, epochs=1, verbose=0)
    p = model.predict(x_test, verbose=0)
    CHAIN_IN_FLOAT32.check(p.sum(axis=1), np.ones(len(p)))
    hits = float((p.argmax(axis=1) == y_test).mean())
    assert model.evaluate(x_test, y_test, verbose=0)[1] == PRINTED_SHARE.approx(hits)
