"""The fourth lecture: normalization, one-hot labels, a class of one's own, a loop by hand.

Follows "Classifying MNIST digits using MLP" by Jaewoong Han, whose listings are PyTorch;
`docs/decks/4-images.md` shows what it prints. Run it with ``--quick`` to see it go through in
seconds on small data.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from _lesson import Lesson, draw_images, new_figure

import pronghorn as keras
from pronghorn import layers, ops

lesson = Lesson("Normalization, one-hot labels, a subclassed net and a training loop by hand")


@lesson.part
def perceptron() -> None:
    """∂C/∂w_i = Σ_n x_i ŷ (1 − ŷ) (ŷ − y) of a sigmoid neuron with C = ½ Σ (ŷ − y)²."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 4)), rng.integers(0, 2, (20, 1)).astype(float)
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])

    def half_squares(y_true: Any, y_pred: Any) -> Any:
        return ops.sum(ops.square(y_pred - y_true), axis=-1) / 2

    _, gradients = model.compute_gradients(x, y, loss=half_squares)
    predicted = model(x)
    slope = predicted * (1 - predicted) * (predicted - y) / len(x)  # the loss is the mean of rows
    by_hand = np.sum(x * slope, axis=0), np.sum(slope)
    found = [np.ravel(gradient) for gradient in gradients.values()]
    print("            written out   compute_gradients")
    for i in range(4):
        print(f"dC/dw{i + 1}{by_hand[0][i]:17.6f}{found[0][i]:20.6f}")
    print(f"dC/db {by_hand[1]:17.6f}{found[1][0]:20.6f}")


@lesson.part
def normalization() -> None:
    """x ← (x − mean) / deviation, per feature; what that does to gradient descent."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)) @ np.array([[1.6, 0.7], [0.0, 0.4]]) + (3.0, 1.5)
    layer = layers.Normalization()
    layer.adapt(x)
    centred, scaled = x - x.mean(axis=0), layer(x)
    print("              mean               deviation")
    for name, rows in (("as it is", x), ("centred", centred), ("scaled", scaled)):
        mean, deviation = rows.mean(axis=0).round(3) + 0.0, rows.std(axis=0)  # no -0.0
        print(f"{name:<9}{mean[0]:9.3f}{mean[1]:8.3f}{deviation[0]:13.3f}{deviation[1]:8.3f}")
    figure, panels = new_figure(3, 1, 3.2, 3.2)
    for axes, (name, rows) in zip(
        panels, (("as it is", x), ("centred", centred), ("scaled", scaled)), strict=True
    ):
        axes.scatter(*np.asarray(rows).T, s=8)
        axes.axhline(0, color="#999999", linewidth=0.8)
        axes.axvline(0, color="#999999", linewidth=0.8)
        axes.set(title=name, xlim=(-6, 9), ylim=(-6, 9), aspect="equal")
    lesson.save(figure, "normalization")

    wide = np.stack([rng.uniform(1, 1000, 300), rng.uniform(0, 1, 300)], axis=1)
    y = 0.002 * wide[:, 0] - wide[:, 1] + 1
    print("a line through w1 in 1…1000, w2 in 0…1: steps of full gradient descent to a loss < 1e-3")
    for name, rows in (("as it is", wide), ("scaled", (wide - wide.mean(0)) / wide.std(0))):
        design = np.hstack([rows, np.ones((300, 1))])
        largest = np.linalg.eigvalsh(2 * design.T @ design / 300)[-1]
        steps, loss = count_steps(rows, y, 1 / largest, 400 if lesson.quick else 5_000)
        count = f"{steps:,}" if loss < 1e-3 else f"not in {steps:,} (loss {loss:.3f})"
        print(f"{name:<9}largest rate that is safe {1 / largest:.2e}: {count}")


def count_steps(x: Any, y: Any, rate: float, most: int) -> tuple[int, float]:
    """Steps of full-batch SGD until the squared error is below 1e-3, and the loss there."""
    model = keras.Sequential([layers.Input((2,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(rate), "mse")
    steps, loss = 0, np.inf
    while loss >= 1e-3 and steps < most:
        model.fit(x, y, batch_size=len(x), epochs=20, shuffle=False, verbose=0)
        loss = model.evaluate(x, y, batch_size=len(x), verbose=0)
        steps += 20
    return steps, loss


@lesson.part
def one_hot() -> None:
    """Class numbers as rows with a single 1, two ways, and back."""
    labels = np.array([5, 0, 4])
    rows = keras.utils.to_categorical(labels, 10)
    print(rows.astype(int))
    layer = layers.CategoryEncoding(10, output_mode="one_hot")
    print("the layer makes the same rows:", np.array_equal(layer(labels.reshape(-1, 1)), rows))
    print("and back:", rows.argmax(axis=1))


class Net(keras.Model):
    """784-512-512-10, relu, dropout 0.2 after each hidden layer, log-probabilities (n, 10)."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        # The deck's ToTensor and Normalize((0.5,), (0.5,)): bytes to −1 … 1.
        self.scale = layers.Rescaling(1 / 127.5, offset=-1)
        self.flatten = layers.Flatten()
        self.fc1 = layers.Dense(512, activation="relu")
        self.fc2 = layers.Dense(512, activation="relu")
        self.fc3 = layers.Dense(num_classes)
        self.dropout = layers.Dropout(0.2)

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.flatten(self.scale(x))
        x = self.dropout(self.fc1(x), training=training)
        x = self.dropout(self.fc2(x), training=training)
        return ops.log_softmax(self.fc3(x))


def batches(n: int, size: int, rng: np.random.Generator) -> Iterator[Any]:
    """The numbers of the rows, shuffled, ``size`` at a time."""
    order = rng.permutation(n)
    for begin in range(0, n, size):
        yield order[begin : begin + size]


def train_by_hand(model: Net, x: Any, y: Any, epochs: int) -> None:
    """The deck's loop: forward, loss, gradients, a step of RMSprop; a line every 100 steps."""
    # log_softmax of log-probabilities is themselves: the loss takes them as logits.
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.RMSprop()
    rng, steps = np.random.default_rng(1), -(-len(x) // 128)
    for epoch in range(epochs):
        for i, rows in enumerate(batches(len(x), 128, rng), 1):
            loss, gradients = model.compute_gradients(x[rows], y[rows], loss=criterion)
            optimizer.apply(gradients.values(), model.trainable_variables)
            if i % 100 == 0:
                print(f"Epoch [{epoch + 1}/{epochs}], Step [{i}/{steps}], Loss: {loss:.4f}")


@lesson.part
def by_hand() -> None:
    """The subclassed net trained by a loop, tested on 10,000 images, sixteen of them shown."""
    (x, y), (x_test, y_test) = lesson.load(keras.datasets.mnist)
    model = Net()
    begin = time.perf_counter()
    train_by_hand(model, x, y, epochs=1 if lesson.quick else 3)
    print(f"{time.perf_counter() - begin:.1f} s")
    outputs = model.predict(x_test, verbose=0)
    predicted = outputs.argmax(axis=1)
    right = int((predicted == y_test).sum())
    print(f"test: {right:,} of {len(y_test):,} right, {100 * right / len(y_test):.2f} %")
    model.summary()

    chosen = slice(0, 16)
    chances = np.exp(outputs[chosen]).max(axis=1)
    titles = [f"{p}, {100 * c:.0f} %" for p, c in zip(predicted[chosen], chances, strict=True)]
    figure, panels = new_figure(8, 2, 1.2, 1.5)
    draw_images(panels, x_test[chosen], titles)
    lesson.save(figure, "sixteen")


@lesson.part
def by_fit() -> None:
    """The same net, loss and optimizer with ``compile`` and ``fit``."""
    (x, y), (x_test, y_test) = lesson.load(keras.datasets.mnist)
    model = Net()
    model.compile(
        "rmsprop",
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    begin = time.perf_counter()
    history = model.fit(x, y, batch_size=128, epochs=3, verbose=0).history
    taken = time.perf_counter() - begin
    print("loss", [round(value, 4) for value in history["loss"]])
    print(f"test accuracy {model.evaluate(x_test, y_test, verbose=0)[1]:.4f}, {taken:.1f} s")


@lesson.part
def same_steps() -> None:
    """One step of the loop and one of ``train_on_batch`` from the same weights."""
    (x, y), _ = lesson.rows(lesson.load(keras.datasets.mnist), 128)
    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    first, second = Net(), Net()
    first.dropout.rate = second.dropout.rate = 0.0  # without chance, so that they can agree
    for model in (first, second):
        model(x[:1])
    second.set_weights(first.get_weights())
    optimizer = keras.optimizers.RMSprop()
    loss, gradients = first.compute_gradients(x, y, loss=criterion)
    optimizer.apply(gradients.values(), first.trainable_variables)
    second.compile("rmsprop", criterion)
    print(f"loss by hand {loss:.5f}, by train_on_batch {second.train_on_batch(x, y):.5f}")
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    gap = max(float(np.abs(a - b).max()) for a, b in pairs)
    print(f"largest difference of a weight after the step: {gap:.0e} (a step is about 3e-03)")


if __name__ == "__main__":
    lesson.run()
