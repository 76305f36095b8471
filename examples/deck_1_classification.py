"""The first lecture: descent by batches, optimizers, softmax, cross-entropy, Fashion-MNIST.

Follows "Multi-Layered Perceptron (Part 2)" by John Tan Chong Min; `docs/decks/1-classification.md`
shows what it prints. Run it with ``--quick`` to see it go through in seconds on small data.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from _lesson import Lesson, count_epochs, draw_curves, draw_images, new_figure, tell_epochs

import pronghorn as keras
from pronghorn import layers

lesson = Lesson("Softmax, cross-entropy, batches, optimizers and Fashion-MNIST")


@lesson.part
def softmax() -> None:
    """softmax(x)_i = exp(x_i / T) / Σ_j exp(x_j / T) for three temperatures."""
    logits = np.array([[1.5, 2.5, 3.5]])
    columns = [layers.Softmax(temperature=t)(logits)[0] for t in (0.5, 1.0, 2.0)]
    print("class    logit   T=0.5     T=1     T=2")
    for i, fruit in enumerate(("Apple", "Banana", "Pear")):
        print(f"{fruit:<7}{logits[0, i]:7.1f}" + "".join(f"{p[i]:8.4f}" for p in columns))
    temperatures = np.geomspace(0.1, 10, 60)
    curves = np.array([layers.Softmax(temperature=t)(logits)[0] for t in temperatures])
    figure, (axes,) = new_figure()
    for i, fruit in enumerate(("Apple", "Banana", "Pear")):
        axes.semilogx(temperatures, curves[:, i], label=fruit)
    axes.axhline(1 / 3, color="#999999", linewidth=0.8, linestyle=":")
    axes.set(xlabel="temperature T", ylabel="probability", title="Softmax of 1.5, 2.5, 3.5")
    axes.legend(frameon=False)
    lesson.save(figure, "softmax")


@lesson.part
def cross_entropy() -> None:
    """H(p, q) = −Σ p log q of the deck's two predictions."""
    loss = keras.losses.CategoricalCrossentropy()
    actual = np.array([[0.0, 0.0, 1.0]])
    print("prediction         nats    bits")
    for predicted in ([0.2, 0.2, 0.6], [0.0, 0.0, 1.0]):
        nats = loss(actual, np.array([predicted]))
        print(f"{predicted!s:<16} {nats:6.4f}  {nats / np.log(2):6.4f}")


@lesson.part
def one_step() -> None:
    """w ← w − lr ∂L/∂w, and what momentum and Nesterov make of the same gradients."""
    optimizers = {
        "SGD": keras.optimizers.SGD(0.1),
        "momentum 0.9": keras.optimizers.SGD(0.1, momentum=0.9),
        "Nesterov 0.9": keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    }
    weights = {name: keras.Variable(np.array([1.0])) for name in optimizers}
    print("L(w) = w², from w = 1, lr 0.1")
    print("step  " + "".join(f"{name:>14}" for name in optimizers))
    for step in range(1, 6):
        for name, optimizer in optimizers.items():
            gradient = 2 * weights[name].numpy()  # dL/dw
            optimizer.apply([gradient], [weights[name]])
        row = "".join(f"{weights[name].numpy()[0]:14.4f}" for name in optimizers)
        print(f"{step:>4}  {row}")


def dense_net(*widths: int) -> keras.Sequential:
    """Byte images, relu layers of these widths, softmax over ten classes."""
    hidden = [layers.Dense(width, activation="relu") for width in widths]
    return keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            *hidden,
            layers.Dense(10, activation="softmax"),
        ]
    )


@lesson.part
def batches() -> None:
    """Full batch, mini-batches and single rows: iterations of an epoch, time, loss."""
    (x, y), test = lesson.rows(lesson.load(keras.datasets.fashion_mnist), 20_000)
    epochs = 2 if lesson.quick else 5
    figure, (axes,) = new_figure(width=6.2)
    print(f"SGD with rate 0.01, {len(x):,} images, {epochs} epochs")
    print("batch   iterations an epoch   seconds   loss   test accuracy")
    for size in (len(x), 1024, 128, 32, 1):
        keras.utils.set_random_seed(1)
        model = dense_net(64)
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        begin = time.perf_counter()
        losses = model.fit(x, y, batch_size=size, epochs=epochs, verbose=0).history["loss"]
        taken = time.perf_counter() - begin
        accuracy = model.evaluate(*test, verbose=0)[1]
        iterations = -(-len(x) // size)
        print(f"{size:>6}{iterations:18,}{taken:14.2f}{losses[-1]:9.4f}{accuracy:12.4f}")
        axes.plot(range(1, epochs + 1), losses, "o-", label=f"{size:,}")
    axes.set(ylabel="training loss", title="The same epochs, other batches")
    count_epochs(axes)
    axes.legend(title="batch size", frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    lesson.save(figure, "batches")


@lesson.part
def optimizers() -> None:
    """The deck's optimizers with Keras's defaults on the same net."""
    (x, y), test = lesson.load(keras.datasets.fashion_mnist)
    epochs = 2 if lesson.quick else 5
    choices: dict[str, Any] = {
        "SGD": keras.optimizers.SGD(),
        "momentum": keras.optimizers.SGD(momentum=0.9),
        "Nesterov": keras.optimizers.SGD(momentum=0.9, nesterov=True),
        "Adagrad": keras.optimizers.Adagrad(),
        "RMSprop": keras.optimizers.RMSprop(),
        "Adadelta": keras.optimizers.Adadelta(),
        "Adam": keras.optimizers.Adam(),
    }
    figure, (axes,) = new_figure(width=6.2)
    print("optimizer      rate   loss   test accuracy")
    for name, optimizer in choices.items():
        keras.utils.set_random_seed(1)
        model = dense_net(128)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        losses = model.fit(x, y, epochs=epochs, verbose=0).history["loss"]
        accuracy = model.evaluate(*test, verbose=0)[1]
        rate = float(optimizer.learning_rate)
        print(f"{name:<12}{rate:7.3f}{losses[-1]:9.4f}{accuracy:12.4f}")
        axes.plot(range(1, epochs + 1), losses, "o-", label=name)
    axes.set(ylabel="training loss", title="784-128-10, batches of 32")
    count_epochs(axes)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    lesson.save(figure, "optimizers")


@lesson.part
def models() -> None:
    """The same net in a line and as a flow of functions; its shapes and its parameters."""
    inputs = layers.Input((28, 28))
    x = layers.Flatten()(inputs)
    x = layers.Dense(128, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    functional = keras.Model(inputs, outputs)
    sequential = keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    sequential.set_weights(functional.get_weights())
    rows = np.random.default_rng(0).random((4, 28, 28))
    sequential.summary()
    print(f"784 · 128 + 128 = {784 * 128 + 128:,};  128 · 10 + 10 = {128 * 10 + 10:,}")
    print("the same outputs:", np.array_equal(sequential(rows), functional(rows)))


@lesson.part
def classification() -> None:
    """Load, define, compile, fit, predict, evaluate: the deck's program on Fashion-MNIST."""
    (x, y), (x_test, y_test) = lesson.load(keras.datasets.fashion_mnist)
    print(x.shape, y.shape, x_test.shape, y_test.shape)
    model = dense_net(128)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    begin = time.perf_counter()
    history = model.fit(x, y, validation_split=0.1, epochs=5, verbose=0).history
    taken = time.perf_counter() - begin
    tell_epochs(history)
    steps = -(-int(len(x) * 0.9) // 32)
    print(f"{steps:,} steps an epoch, {1e6 * taken / 5 / steps:.0f} µs each, validation included")
    probabilities = model.predict(x_test, verbose=0)
    print("first test image:", probabilities[0].round(4))
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")

    figure, panels = new_figure(2)
    draw_curves(panels, history)
    lesson.save(figure, "curves")
    firsts = [int(np.argmax(y == label)) for label in range(10)]
    figure, panels = new_figure(5, 2, 1.5, 1.8)
    draw_images(
        panels,
        x[firsts],
        [f"{i} {name}" for i, name in enumerate(lesson.class_names(keras.datasets.fashion_mnist))],
    )
    lesson.save(figure, "classes")


@lesson.part
def continual() -> None:
    """Five weeks of images: training from the previous state, and from scratch every week."""
    (x, y), test = lesson.load(keras.datasets.fashion_mnist)
    weeks = np.array_split(np.arange(len(x)), 5)

    def compiled() -> keras.Sequential:
        keras.utils.set_random_seed(1)
        model = dense_net(128)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    kept, curves = compiled(), {"continual": [], "static, all weeks": [], "static, this week": []}
    print(
        "week        continual   static, all weeks   static, this week   (test accuracy, seconds)"
    )
    for number, rows in enumerate(weeks, 1):
        known = np.concatenate(weeks[:number])
        plans = ((kept, rows), (compiled(), known), (compiled(), rows))
        cells = []
        for (model, chosen), curve in zip(plans, curves.values(), strict=True):
            begin = time.perf_counter()
            model.fit(x[chosen], y[chosen], epochs=3, verbose=0)
            taken = time.perf_counter() - begin
            curve.append(model.evaluate(*test, verbose=0)[1])
            cells.append(f"{curve[-1]:.4f} {taken:5.2f} s")
        print(f"{number:>4}{cells[0]:>17}{cells[1]:>20}{cells[2]:>20}")
    figure, (axes,) = new_figure(width=6.0)
    for name, curve in curves.items():
        axes.plot(range(1, 6), curve, "o-", label=name)
    axes.set(xlabel="week", ylabel="test accuracy", title="New data every week", xticks=range(1, 6))
    axes.legend(frameon=False)
    lesson.save(figure, "continual")


if __name__ == "__main__":
    lesson.run()
