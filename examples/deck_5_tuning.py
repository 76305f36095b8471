"""The fifth lecture: threshold units, the perceptron, Fashion-MNIST, grid search, regression.

Follows "Introduction to ANN and TensorFlow/Keras" (CSCI316); `docs/decks/5-tuning.md` shows what
it prints. Run it with ``--quick`` to see it go through in seconds on small data. The prices of
houses come from ``--housing FILE.csv`` (the census table with ``median_house_value``), else from
``keras.datasets.california_housing``.
"""

from __future__ import annotations

import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
from _lesson import COLOURS, Lesson, count_epochs, draw_curves, new_figure, tell_epochs

import pronghorn as keras
from pronghorn import layers

lesson = Lesson("Perceptrons, a classifier, its hyperparameters, and regression")
lesson.parser.add_argument("--housing", type=Path, help="a .csv of California housing")

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


@lesson.part
def threshold_unit() -> None:
    """ŷ = step(wᵀx): a unit that computes AND, one that computes OR."""
    unit = keras.Sequential([layers.Input((2,)), layers.Dense(1, activation="binary_step")])
    print("x1 x2   AND  OR")
    table = []
    for bias in (-1.5, -0.5):  # both inputs, or one of them, must outweigh it
        unit.set_weights([np.ones((2, 1)), np.array([bias])])
        table.append(unit(CORNERS)[:, 0])
    for corner, (conjunction, disjunction) in zip(CORNERS, np.array(table).T, strict=True):
        print(f"{corner[0]:2.0f} {corner[1]:2.0f}{conjunction:6.0f}{disjunction:4.0f}")


@lesson.part
def perceptron() -> None:
    """ŷ = σ(Wx + b), W ← W − η ∂J/∂W: one update by hand, and what can be learned by many."""
    x, y = np.array([[0.5, -1.0, 2.0]]), np.array([[1.0, 0.0]])
    rate = 0.5
    model = keras.Sequential([layers.Input((3,)), layers.Dense(2, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(rate), "mse")
    kernel, bias = (weight.astype(float) for weight in model.get_weights())
    predicted = 1 / (1 + np.exp(-(x @ kernel + bias)))
    slope = 2 / 2 * (predicted - y) * predicted * (1 - predicted)  # mse: the mean of two units
    model.train_on_batch(x, y)
    after = model.get_weights()
    gaps = after[0] - (kernel - rate * x.T @ slope), after[1] - (bias - rate * slope[0])
    largest = max(float(np.abs(gap).max()) for gap in gaps)
    print(f"W and b after one update, beside the formula: largest difference {largest:.0e}")

    targets = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
    steps = 400 if lesson.quick else 2_000
    print(f"\n        one unit   2-4-1 with a hidden layer   (right of 4 after {steps:,} steps)")
    for name, labels in targets.items():
        counts = []
        for hidden in ([], [layers.Dense(4, activation="tanh")]):
            keras.utils.set_random_seed(2)
            net = keras.Sequential(
                [layers.Input((2,)), *hidden, layers.Dense(1, activation="sigmoid")]
            )
            net.compile(keras.optimizers.SGD(1.0), "binary_crossentropy", metrics=["accuracy"])
            net.fit(CORNERS, np.array(labels), batch_size=4, epochs=steps, verbose=0)
            counts.append(4 * net.evaluate(CORNERS, np.array(labels), verbose=0)[1])
        print(f"{name:<8}{counts[0]:8.0f}{counts[1]:20.0f}")


@lesson.part
def initialization() -> None:
    """The same XOR net from many first weights: zeros and ones learn nothing."""
    labels = np.array([0, 1, 1, 0])
    starts, steps = (2, 300) if lesson.quick else (20, 1_000)
    print(f"2-4-1, {starts} starts each, {steps:,} steps: how many reach XOR, losses at the end")
    for start in ("zeros", "ones", "random_normal", "glorot_uniform", "he_normal"):
        losses = []
        for seed in range(starts):
            keras.utils.set_random_seed(seed)
            net = keras.Sequential(
                [
                    layers.Input((2,)),
                    layers.Dense(4, activation="tanh", kernel_initializer=start),
                    layers.Dense(1, activation="sigmoid", kernel_initializer=start),
                ]
            )
            net.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
            history = net.fit(CORNERS, labels, batch_size=4, epochs=steps, verbose=0).history
            losses.append(history["loss"][-1])
        reached = int(np.sum(np.array(losses) < 0.1))
        print(f"{start:<16}{reached:>3} of {starts}   {min(losses):.4f} to {max(losses):.4f}")


@lesson.part
def formulas() -> None:
    """Cross-entropy of records, tanh from σ, softmax, and the two-path chain rule."""
    y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    p = np.array([[0.1, 0.8, 0.1], [0.5, 0.3, 0.2]])
    cost = keras.losses.CategoricalCrossentropy()(y, p)
    print(f"cost of two records: {cost:.6f}, −(log 0.8 + log 0.5) / 2 = {-np.log(0.4) / 2:.6f}")
    z = np.array([-2.0, -0.5, 0.0, 1.0, 3.0])
    tanh, sigmoid = keras.activations.tanh, keras.activations.sigmoid
    print(f"tanh(z) − (2 σ(2z) − 1): at most {np.abs(tanh(z) - 2 * sigmoid(2 * z) + 1).max():.0e}")
    print("softmax of 1, 2, 3:", keras.activations.softmax(np.array([[1.0, 2.0, 3.0]])).round(4))
    # z = y1 y2 with y1 = a x, y2 = tanh(b x) where x is a unit's weight: both paths add up.
    inputs = layers.Input((1,))
    shared = layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(0.7))(
        inputs
    )
    product = layers.Multiply()([2.0 * shared, keras.ops.tanh(3.0 * shared)])
    model = keras.Model(inputs, product)
    _, gradients = model.compute_gradients(
        np.ones((1, 1)), np.zeros((1, 1)), loss=lambda _, z: keras.ops.sum(z, axis=-1)
    )
    by_hand = 2 * np.tanh(2.1) + 2 * 0.7 * 3 * (1 - np.tanh(2.1) ** 2)
    (gradient,) = gradients.values()
    print(f"dz/dx of z = 2x · tanh(3x) at 0.7: {gradient.item():.6f}, by hand {by_hand:.6f}")


def split(arrays: Any) -> Any:
    """Training, validation and test images, the first 5,000 (quick: 300) validating."""
    (x, y), test = arrays
    held = 300 if lesson.quick else 5_000
    return (x[held:], y[held:]), (x[:held], y[:held]), test


@lesson.part
def classification() -> None:
    """784-300-100-10 with SGD, 30 epochs: summary, weights, learning curves, predictions."""
    (x, y), valid, (x_test, y_test) = split(lesson.load(keras.datasets.fashion_mnist))
    names = lesson.class_names(keras.datasets.fashion_mnist)
    print("first training label:", names[y[0]])
    model = keras.Sequential([layers.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten()])
    model.add(layers.Dense(300, activation="relu"))
    model.add(layers.Dense(100, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.summary()
    weights, biases = model.layers[2].get_weights()
    print("first hidden layer:", weights.shape, biases.shape, "biases all 0:", not biases.any())
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    begin = time.perf_counter()
    history = model.fit(
        x, y, epochs=4 if lesson.quick else 30, validation_data=valid, verbose=0
    ).history
    taken = time.perf_counter() - begin
    tell_epochs({name: values[-3:] for name, values in history.items()})
    print(f"the last three of {len(history['loss'])} epochs; {taken:.1f} s")
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test: loss {loss:.4f}, accuracy {accuracy:.4f}")
    chances = model.predict(x_test[:3], verbose=0)
    print(chances.round(2))
    print("predicted:", chances.argmax(axis=-1), [names[i] for i in chances.argmax(axis=-1)])
    figure, panels = new_figure(2)
    draw_curves(panels, history)
    lesson.save(figure, "curves")


def build_model(n_hidden: int = 1, n_neurons: int = 30) -> keras.Sequential:
    """The deck's function for the search: ``n_hidden`` layers of ``n_neurons``."""
    model = keras.Sequential([layers.Input((28, 28)), layers.Rescaling(1 / 255), layers.Flatten()])
    for _ in range(n_hidden):
        model.add(layers.Dense(n_neurons, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


@lesson.part
def grid_search() -> None:
    """scikit-learn's search over layers and neurons, five folds, with early stopping."""
    from sklearn.model_selection import GridSearchCV

    from pronghorn.sklearn import KerasClassifier

    (x, y), valid, _ = split(lesson.load(keras.datasets.fashion_mnist))
    classifier = KerasClassifier(
        build_model,
        loss="sparse_categorical_crossentropy",
        optimizer="sgd",
        metrics=["accuracy"],
        epochs=2 if lesson.quick else 10,
        verbose=0,
        random_state=1,
    )
    grid = {"n_hidden": [1, 2], "n_neurons": [50, 100]}
    search = GridSearchCV(classifier, grid, cv=2 if lesson.quick else 5)
    stop = keras.callbacks.EarlyStopping(patience=10)
    begin = time.perf_counter()
    search.fit(x, y, validation_data=valid, callbacks=[stop])
    taken = time.perf_counter() - begin
    for params, mean, deviation in zip(
        search.cv_results_["params"],
        search.cv_results_["mean_test_score"],
        search.cv_results_["std_test_score"],
        strict=True,
    ):
        print(f"{params}: {mean:.4f} ± {deviation:.4f}")
    print(f"best: {search.best_params_}, {search.best_score_:.4f}; {taken:.1f} s")
    search.best_estimator_.model_.summary()


@lesson.part
def early_stopping() -> None:
    """Training stops once the validation loss has not fallen for five epochs."""
    (x, y), valid, _ = split(lesson.rows(lesson.load(keras.datasets.fashion_mnist), 10_000))
    model = build_model(2, 200)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    history = model.fit(
        x, y, epochs=100, validation_data=valid, callbacks=[stop], verbose=0
    ).history
    best = int(np.argmin(history["val_loss"]))
    print(f"stopped after epoch {len(history['loss'])} of 100; the best was epoch {best + 1}")
    print(f"validation loss {history['val_loss'][best]:.4f} there, "
          f"{history['val_loss'][-1]:.4f} at the end")  # fmt: skip
    print(f"weights of the best epoch are back: {model.evaluate(*valid, verbose=0)[0]:.4f}")
    figure, (axes,) = new_figure()
    epochs = range(1, len(history["loss"]) + 1)
    axes.plot(epochs, history["loss"], label="training")
    axes.plot(epochs, history["val_loss"], "--", label="validation")
    axes.axvline(best + 1, color="#999999", linewidth=0.8)
    axes.set(ylabel="loss", title="Early stopping")
    count_epochs(axes)
    axes.legend(frameon=False)
    lesson.save(figure, "early_stopping")


def load_houses() -> Any:
    """Standardized rows and targets (in deviations): training, validation and test."""
    if lesson.quick:
        from sklearn.datasets import load_diabetes

        x, y = load_diabetes(return_X_y=True)
    elif lesson.options.housing:
        x, y = read_houses(lesson.options.housing)
    else:
        (x, y), (x_test, y_test) = keras.datasets.california_housing.load_data()
        x, y = np.concatenate([x, x_test]), np.concatenate([y, y_test])
    order = np.random.default_rng(0).permutation(len(x))
    train, valid, test = np.split(order, [int(0.6 * len(x)), int(0.8 * len(x))])
    x = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
    y = (y - y[train].mean()) / y[train].std()
    return (x[train], y[train]), (x[valid], y[valid]), (x[test], y[test])


def read_houses(path: Path) -> tuple[Any, Any]:
    """Eight numbers a block and its median price, of the rows that miss none."""
    with path.open(encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
        numbers = [i for i, name in enumerate(columns) if name != "ocean_proximity"]
        table = np.genfromtxt(file, delimiter=",", usecols=numbers)
    table = table[~np.isnan(table).any(axis=1)]
    target = [columns[i] for i in numbers].index("median_house_value")
    return np.delete(table, target, axis=1), table[:, target]


@lesson.part
def regression() -> None:
    """One linear output and the squared error; weights punished by L1, L2 and both."""
    train, valid, test = load_houses()
    print(
        f"{len(train[0]):,} rows to train, {len(test[0]):,} to test, {train[0].shape[1]} features"
    )
    penalties = {
        "none": None,
        "L1 0.01": keras.regularizers.L1(0.01),
        "L2 0.01": keras.regularizers.L2(0.01),
        "L1 and L2 0.01": keras.regularizers.l1_l2(l1=0.01, l2=0.01),
    }
    figure, (axes,) = new_figure(width=6.0)
    epochs = 10 if lesson.quick else 40
    print(f"SGD, batches of 10, {epochs} epochs")
    print("32 units, penalty   mse train     test      R²   Σ|w|   |w| < 0.01")
    for colour, (name, penalty) in zip(COLOURS, penalties.items(), strict=False):
        keras.utils.set_random_seed(1)
        model = keras.Sequential(
            [
                layers.Input((train[0].shape[1],)),
                layers.Dense(32, activation="relu", kernel_regularizer=penalty),
                layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse", metrics=["mse"])
        history = model.fit(
            *train, validation_data=valid, epochs=epochs, batch_size=10, verbose=0
        ).history
        error = model.evaluate(*test, verbose=0)[1]
        kernel = np.abs(model.get_weights()[0])
        explained = 1 - error / np.var(test[1])
        print(
            f"{name:<16}{history['mse'][-1]:13.4f}{error:9.4f}{explained:8.3f}"
            f"{kernel.sum():8.1f}{int((kernel < 0.01).sum()):>6} of {kernel.size}"
        )
        axes.plot(range(1, epochs + 1), history["val_mse"], color=colour, label=name)
    axes.set(ylabel="squared error, validation", title="Penalties on the weights")
    count_epochs(axes)
    axes.legend(frameon=False)
    lesson.save(figure, "regression")


@lesson.part
def names() -> None:
    """What strings may stand for initializers, activations and optimizers."""
    for module in (keras.initializers, keras.activations, keras.optimizers):
        print(f"{module.__name__.rpartition('.')[2]}:")
        print(
            textwrap.fill(
                ", ".join(module.__all__), 90, initial_indent="  ", subsequent_indent="  "
            )
        )


if __name__ == "__main__":
    lesson.run()
