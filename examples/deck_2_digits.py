"""The second lecture: softmax regression on MNIST, files, dropout, rates, optimizers, losses.

Follows "TensorFlow Neural Network" (CPSC 501) by Jonathan Hudson; `docs/decks/2-digits.md` shows
what it prints. Run it with ``--quick`` to see it go through in seconds on small data.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from _lesson import COLOURS, Lesson, count_epochs, draw_images, new_figure, tell_epochs

import pronghorn as keras
from pronghorn import layers
from pronghorn.optimizers import schedules

lesson = Lesson("Softmax regression on MNIST, and the parts of training")


def softmax_regression() -> keras.Sequential:
    """Y = softmax(X w + b) of byte images."""
    return keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


@lesson.part
def regression() -> None:
    """Assemble, compile, train, evaluate: 784-10 with Adam, 5 epochs."""
    (x, y), (x_test, y_test) = lesson.load(keras.datasets.mnist)
    model = softmax_regression()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    begin = time.perf_counter()
    history = model.fit(x, y, epochs=5, verbose=0).history
    taken = time.perf_counter() - begin
    tell_epochs(history)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"Model loss: {100 * loss:.1f}%")
    print(f"Model accuracy: {100 * accuracy:.1f}%")
    print(f"{taken:.2f} s, {1e6 * taken / 5 / -(-len(x) // 32):.0f} µs a step")

    kernel = model.get_weights()[0]  # one column of 784 weights for each digit
    figure, panels = new_figure(5, 2, 1.5, 1.8)
    span = float(np.abs(kernel).max()) / 2
    images = kernel.T.reshape(10, 28, 28)
    draw_images(panels, images, list("0123456789"), cmap="RdBu_r", vmin=-span, vmax=span)
    lesson.save(figure, "weights")

    probabilities = model.predict(x_test, verbose=0)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != y_test)[:10]
    titles = [f"{y_test[i]} taken for {probabilities[i].argmax()}" for i in wrong]
    figure, panels = new_figure(5, 2, 1.5, 1.8)
    draw_images(panels[: len(wrong)], x_test[wrong], titles)
    lesson.save(figure, "mistakes")


@lesson.part
def files() -> None:
    """Save and load: the model that comes back gives the same bits."""
    (x, y), (x_test, y_test) = lesson.load(keras.datasets.mnist)
    model = softmax_regression()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=1, verbose=0)
    for ending in ("h5", "keras"):
        path = lesson.folder / f"digits.{ending}"
        model.save(path)
        again = keras.models.load_model(path)
        same = np.array_equal(again.predict(x_test, verbose=0), model.predict(x_test, verbose=0))
        accuracy = again.evaluate(x_test, y_test, verbose=0)[1]
        size = path.stat().st_size
        print(f".{ending:<6}{size:>8,} bytes, the same predictions: {same}, {accuracy:.4f} right")
        path.unlink()
    before, after = (
        m.fit(x, y, epochs=1, verbose=0, shuffle=False).history for m in (model, again)
    )
    print("training goes on alike:", before == after)


@lesson.part
def dropout() -> None:
    """What the layer does to a row of ones, and to a net that is too large for its data."""
    layer = layers.Dropout(0.5)
    ones = np.ones((1, 10_000), np.float32)
    passed = layer(ones, training=True)
    print(f"training: {np.mean(passed == 0):.3f} are 0, the others {passed.max():.1f}, ", end="")
    print(f"mean {passed.mean():.3f}; predicting: all {np.unique(layer(ones))[0]:.1f}")

    (x, y), test = lesson.rows(lesson.load(keras.datasets.fashion_mnist), 5_000, 5_000)
    epochs = 3 if lesson.quick else 25
    figure, (axes,) = new_figure(width=6.0)
    print(
        f"784-512-512-10, {len(x):,} images of Fashion-MNIST, {epochs} epochs, Adam, batches of 128"
    )
    print("rate   training loss   test loss   test accuracy")
    for colour, rate in zip(COLOURS, (0.0, 0.2, 0.5), strict=False):
        keras.utils.set_random_seed(1)
        model = keras.Sequential(
            [layers.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten()]
        )
        for _ in range(2):
            model.add(layers.Dense(512, activation="relu"))
            model.add(layers.Dropout(rate))
        model.add(layers.Dense(10, activation="softmax"))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(
            x, y, batch_size=128, epochs=epochs, validation_data=test, verbose=0
        ).history
        final = [history[key][-1] for key in ("loss", "val_loss", "val_accuracy")]
        print(f"{rate:<4}{final[0]:16.4f}{final[1]:12.4f}{final[2]:13.4f}")
        at = range(1, epochs + 1)
        axes.plot(at, history["val_loss"], color=colour, label=f"rate {rate}, test")
        axes.plot(at, history["loss"], ":", color=colour, label=f"rate {rate}, training")
    axes.set(ylabel="loss", title="Dropout after both hidden layers")
    count_epochs(axes)
    axes.legend(frameon=False, fontsize=8)
    lesson.save(figure, "dropout")


@lesson.part
def learning_rates() -> None:
    """θ ← θ − α ∂J/∂θ with rates that are too small, good, too large, and one that decays."""
    (x, y), test = lesson.load(keras.datasets.mnist)
    steps = -(-len(x) // 32)
    decaying = schedules.ExponentialDecay(
        1.0, decay_steps=max(steps // 4, 1), decay_rate=0.7, staircase=True
    )
    rates: tuple[Any, ...] = (0.0001, 0.01, 0.1, 1.0, decaying)
    print("SGD, 5 epochs        loss   test accuracy")
    for rate in rates:
        keras.utils.set_random_seed(1)
        model = softmax_regression()
        model.compile(
            keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
        accuracy = model.evaluate(*test, verbose=0)[1]
        name = "1.0, decaying" if rate is decaying else f"{rate:g}"
        print(f"{name:<16}{losses[-1]:9.4f}{accuracy:12.4f}")


@lesson.part
def decay() -> None:
    """The deck's schedule: 0.1 · 0.96^⌊step / 100,000⌋, and the same without the stairs."""
    options = {"initial_learning_rate": 0.1, "decay_steps": 100_000, "decay_rate": 0.96}
    stairs = schedules.ExponentialDecay(**options, staircase=True)
    smooth = schedules.ExponentialDecay(**options)
    print("   step    staircase   by hand    smooth")
    for step in (0, 50_000, 99_999, 100_000, 250_000, 1_000_000):
        by_hand = 0.1 * 0.96 ** (step // 100_000)
        row = (float(stairs(step)), by_hand, float(smooth(step)))
        print(f"{step:>9,}" + "".join(f"{value:11.6f}" for value in row))
    steps = np.linspace(0, 1_000_000, 1001)
    figure, (axes,) = new_figure()
    axes.plot(steps, [float(stairs(int(step))) for step in steps], label="staircase=True")
    axes.plot(steps, [float(smooth(int(step))) for step in steps], label="staircase=False")
    axes.set(xlabel="step", ylabel="learning rate", title="ExponentialDecay")
    axes.legend(frameon=False)
    lesson.save(figure, "decay")


@lesson.part
def optimizers() -> None:
    """The optimizers of the deck, with their defaults, on the same softmax regression."""
    (x, y), test = lesson.load(keras.datasets.mnist)
    print("optimizer     loss   test accuracy")
    for name in ("sgd", "adagrad", "adadelta", "rmsprop", "adam", "adamax", "nadam"):
        keras.utils.set_random_seed(1)
        model = softmax_regression()
        model.compile(name, "sparse_categorical_crossentropy", metrics=["accuracy"])
        losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
        print(f"{name:<10}{losses[-1]:8.4f}{model.evaluate(*test, verbose=0)[1]:12.4f}")


@lesson.part
def losses() -> None:
    """Every loss of the deck on one row, beside its formula written out."""
    y, p = np.array([[1.0, 0.0, 2.0]]), np.array([[0.5, 0.25, 4.0]])
    signs, scores = np.array([[1.0, -1.0, 1.0]]), np.array([[0.3, 0.8, 2.0]])
    one_hot, chances = np.array([[0.0, 1.0, 0.0]]), np.array([[0.2, 0.7, 0.1]])
    error, small = np.abs(y - p), 1e-7
    huber = np.where(error <= 1, error**2 / 2, error - 0.5)
    cosine = -np.sum(y * p) / np.sqrt(np.sum(y**2) * np.sum(p**2))
    margin = np.maximum(1 - signs * scores, 0)
    best_other = np.max((1 - one_hot) * chances)
    binary = -(one_hot * np.log(chances) + (1 - one_hot) * np.log(1 - chances))
    table: tuple[tuple[str, Any, Any, Any], ...] = (
        ("MeanSquaredError", y, p, np.mean(error**2)),
        ("Huber", y, p, np.mean(huber)),
        ("MeanSquaredLogarithmicError", y, p, np.mean((np.log1p(y) - np.log1p(p)) ** 2)),
        ("MeanAbsoluteError", y, p, np.mean(error)),
        ("MeanAbsolutePercentageError", y + 1, p, 100 * np.mean(np.abs(y + 1 - p) / (y + 1))),
        ("Poisson", y, p, np.mean(p - y * np.log(p + small))),
        ("KLDivergence", one_hot, chances, -np.log(0.7)),
        ("CosineSimilarity", y, p, cosine),
        ("Hinge", signs, scores, np.mean(margin)),
        ("SquaredHinge", signs, scores, np.mean(margin**2)),
        ("CategoricalHinge", one_hot, chances, max(best_other - 0.7 + 1, 0)),
        ("BinaryCrossentropy", one_hot, chances, np.mean(binary)),
        ("CategoricalCrossentropy", one_hot, chances, -np.log(0.7)),
        ("SparseCategoricalCrossentropy", np.array([1]), chances, -np.log(0.7)),
    )
    print("loss                              Pronghorn   written out")
    for name, actual, predicted, by_hand in table:
        value = getattr(keras.losses, name)()(actual, predicted)
        print(f"{name:<32}{float(value):11.6f}{by_hand:14.6f}")

    errors = np.linspace(-3, 3, 121).reshape(-1, 1)
    figure, (axes,) = new_figure()
    for name in ("mean_squared_error", "huber", "mean_absolute_error"):
        axes.plot(errors, keras.losses.get(name)(np.zeros_like(errors), errors), label=name)
    axes.set(xlabel="y_true − y_pred", ylabel="loss", ylim=(0, 5), title="Three losses of an error")
    axes.legend(frameon=False)
    lesson.save(figure, "losses")


if __name__ == "__main__":
    lesson.run()
