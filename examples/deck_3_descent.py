"""The third lecture: a first network, tensors, derivatives, gradient descent, activations.

Follows "Neural Networks" (Machine Learning) by Mohammad Taher Pilehvar;
`docs/decks/3-descent.md` shows what it prints. Run it with ``--quick`` to see it go through in
seconds on small data.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from _lesson import Lesson, draw_images, new_figure, tell_epochs

import pronghorn as keras
from pronghorn import layers, ops

lesson = Lesson("A first network, tensors, gradients and their descent")


@lesson.part
def network() -> None:
    """784-512-10 on MNIST with one-hot labels, RMSprop, batches of 128, 5 epochs."""
    (x, y), (x_test, y_test) = lesson.load(keras.datasets.mnist)
    x = x.reshape((len(x), 28 * 28)).astype("float32") / 255
    x_test = x_test.reshape((len(x_test), 28 * 28)).astype("float32") / 255
    print("label", y[0], "becomes", keras.utils.to_categorical(y, 10)[0])
    model = keras.Sequential(
        [
            layers.Input((28 * 28,)),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    begin = time.perf_counter()
    labels = keras.utils.to_categorical(y, 10)
    history = model.fit(x, labels, epochs=5, batch_size=128, verbose=0).history
    taken = time.perf_counter() - begin
    tell_epochs(history)
    accuracy = model.evaluate(x_test, keras.utils.to_categorical(y_test, 10), verbose=0)[1]
    print(f"test_acc: {accuracy:.4f};  {taken / 5:.2f} s an epoch")


@lesson.part
def tensors() -> None:
    """Axes, shapes and types, from a number to a batch of videos, and what a dense net takes."""
    (x, _), _ = lesson.load(keras.datasets.mnist)
    print("images:", x.ndim, "axes,", x.shape, x.dtype)
    shapes = {
        "number": (),
        "vector": (5,),
        "matrix: 100,000 people, 3 features": (100_000, 3),
        "texts as counts of words": (500, 20_000),
        "series: samples, timesteps, features": (250, 390, 3),
        "grey images": (128, 256, 256, 1),
        "colour images": (128, 256, 256, 3),
        "videos: 4 of 60 s, 4 frames a second": (4, 240, 144, 256, 3),
    }
    print(f"{'':<38}axes        values   float32")
    for name, shape in shapes.items():
        values = int(np.prod(shape))
        print(f"{name:<38}{len(shape):>4}{values:>14,}{4 * values / 2**20:9.1f} MB")
    for shape in ((28, 28), (28, 28, 1)):
        flat = keras.Sequential([layers.Input(shape), layers.Flatten()])
        print(f"Flatten: {(None, *shape)} to {flat.output_shape}")
    figure, panels = new_figure(1, 1, 2.4, 2.6)
    draw_images(panels, x[4:5], ["train_images[4]"])
    lesson.save(figure, "digit")


class Point(layers.Layer):
    """The weights themselves as output, whatever comes in: a function's argument that trains."""

    def __init__(self, start: list[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape: Any) -> None:
        self.x = self.add_weight((len(self.start),), "zeros", name="x")
        self.x.assign(np.array(self.start))

    def call(self, inputs: Any) -> Any:
        return 0.0 * inputs + self.x


class Function:
    """f at a point, with its gradient from the library: f takes (1, k) and gives (1,)."""

    def __init__(self, f: Callable[[Any], Any], start: list[float]) -> None:
        self.model = keras.Sequential([layers.Input((len(start),)), Point(start)])
        self.loss = lambda _, x: f(x)
        self.rows = np.zeros((1, len(start)))

    def at(self, x: list[float] | None = None) -> tuple[float, Any]:
        """f(x) and ∇f(x); without x where the point is."""
        if x is not None:
            self.model.set_weights([np.array(x)])
        value, gradients = self.model.compute_gradients(self.rows, self.rows, loss=self.loss)
        return value, next(iter(gradients.values()))

    def descend(self, optimizer: Any, steps: int) -> Any:
        """The points from here on, (steps + 1, k), fewer where f is no longer finite."""
        (point,) = self.model.trainable_variables
        path = [point.numpy().copy()]
        for _ in range(steps):
            try:
                _, gradient = self.at()
            except keras.errors.NumericsError:
                break
            optimizer.apply([gradient], [point])
            path.append(point.numpy().copy())
        return np.array(path)


def curve(x: Any) -> Any:
    """The deck's function, e^−x + x²."""
    return ops.sum(ops.exp(-x) + ops.square(x), axis=-1)


@lesson.part
def five_points() -> None:
    """f(x) = e^−x + x² and f'(x) = −e^−x + 2x at the deck's five points."""
    function = Function(curve, [0.0])
    print("    x        f(x)       f'(x)   which way   f' by trying")
    for x in (-0.5, -0.25, 0.0, 0.25, 0.5):
        value, (slope,) = function.at([x])
        h = 1e-2
        tried = (function.at([x + h])[0] - function.at([x - h])[0]) / (2 * h)
        way = "smaller" if slope > 0 else "bigger"
        print(f"{x:6.2f}{value:12.6f}{slope:12.6f}   {way:<9}{tried:14.4f}")


@lesson.part
def descent() -> None:
    """x ← x − η f'(x) from −0.5 with four rates: slow, good, to and fro, the whole gradient."""
    figure, panels = new_figure(4, 1, 3.3, 3.2)
    grid = np.linspace(-2.1, 2.4, 200)
    print("minimum: f(0.351734) = 0.827184;  steps shrink for η < 2 / f''= 0.740")
    print("   η     after 1    after 4   after 20")
    for axes, rate in zip(panels, (0.05, 0.3, 0.7, 1.0), strict=True):
        path = Function(curve, [-0.5]).descend(keras.optimizers.SGD(rate), 20)[:, 0]
        shown = [f"{path[step]:11.5g}" for step in (1, 4, 20) if step < len(path)]
        print(f"{rate:5.2f}" + "".join(shown), end="\n" if len(path) > 20 else "")
        if len(path) <= 20:
            print(f"   f is infinite after {len(path) - 1} steps")
        path = path[np.abs(path) < 4]
        axes.plot(grid, np.exp(-grid) + grid**2, color="#999999")
        axes.plot(path, np.exp(-path) + path**2, "o-", markersize=4)
        axes.set(title=f"η = {rate}", xlabel="x", xlim=(-2.1, 2.4), ylim=(0.5, 6.5))
    lesson.save(figure, "descent")


def line_data() -> tuple[Any, Any]:
    """100 points about y = 2 x + 1."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (100, 1))
    return x, 2 * x + 1 + rng.normal(0, 0.3, (100, 1))


@lesson.part
def regression() -> None:
    """f*(x) = a x + b by gradient descent on the squared error, beside least squares."""
    x, y = line_data()
    model = keras.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.set_weights([np.zeros((1, 1)), np.zeros(1)])
    loss, gradients = model.compute_gradients(x, y, loss="mse")
    residual = y - model(x)
    by_hand = np.mean(2 * residual * -x), np.mean(2 * residual * -1)
    print(f"at a = b = 0: loss {loss:.5f}")
    for name, gradient, value in zip("ab", gradients.values(), by_hand, strict=True):
        print(f"  dL/d{name}: {gradient.item():9.5f}, written out {value:9.5f}")
    model.compile(keras.optimizers.SGD(0.1), "mse")
    kept = []
    for _ in range(60):  # full batches: one step an epoch
        kept.append([w.item() for w in model.get_weights()])
        model.fit(x, y, batch_size=len(x), epochs=1, verbose=0)
    slope, offset = np.polyfit(x[:, 0], y[:, 0], 1)
    a, b = (w.item() for w in model.get_weights())
    print(f"after 60 steps: a = {a:.4f}, b = {b:.4f};  least squares: {slope:.4f}, {offset:.4f}")
    figure, (axes,) = new_figure()
    axes.scatter(x, y, s=12, color="#999999")
    ends = np.array([-1.0, 1.0])
    for step in (0, 2, 5, 10, 59):
        axes.plot(ends, kept[step][0] * ends + kept[step][1], label=f"step {step}")
    axes.set(xlabel="x", ylabel="y", title="A line by gradient descent")
    axes.legend(frameon=False)
    lesson.save(figure, "regression")


@lesson.part
def batches() -> None:
    """The paths of (a, b): all rows, ten of them, one of them for each step."""
    x, y = line_data()
    best = np.polyfit(x[:, 0], y[:, 0], 1)
    a, b = np.meshgrid(np.linspace(-0.6, 2.8, 60), np.linspace(-0.3, 1.6, 60))
    surface = np.mean((a[..., None] * x[:, 0] + b[..., None] - y[:, 0]) ** 2, axis=-1)
    figure, panels = new_figure(3, 1, 3.8, 3.4)
    print("batch   steps    a        b       distance to least squares")
    for axes, (size, steps) in zip(panels, ((100, 40), (10, 80), (1, 200)), strict=True):
        keras.utils.set_random_seed(1)
        rng = np.random.default_rng(1)
        model = keras.Sequential([layers.Input((1,)), layers.Dense(1)])
        model.set_weights([np.full((1, 1), -0.5), np.full(1, -0.2)])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        path = [[w.item() for w in model.get_weights()]]
        for _ in range(steps):
            rows = rng.choice(len(x), size, replace=False)
            model.train_on_batch(x[rows], y[rows])
            path.append([w.item() for w in model.get_weights()])
        points = np.array(path)
        away = np.linalg.norm(points[-1] - best)
        print(f"{size:>5}{steps:8}{points[-1, 0]:8.3f}{points[-1, 1]:9.3f}{away:12.4f}")
        axes.contour(a, b, surface, levels=np.geomspace(0.1, 6, 12), cmap="Greys_r", linewidths=0.8)
        axes.plot(points[:, 0], points[:, 1], "o-", markersize=2.5, linewidth=0.9)
        axes.plot(*best, "*", color="#D55E00", markersize=12)
        axes.set(xlabel="a", ylabel="b", title=f"{size} row{'s' * (size > 1)} a step")
    lesson.save(figure, "batches")


def ravine(x: Any) -> Any:
    """x⁴/4 − x³/6 − x²/2 + 0.05 x: a shallow minimum near −0.75, the deep one near 1.25."""
    value = x**4 / 4 - x**3 / 6 - x**2 / 2 + 0.05 * x
    return value if isinstance(value, np.ndarray) else ops.sum(value, axis=-1)


@lesson.part
def momentum() -> None:
    """A ball on a curve with two minima: plain steps stay in the first, momentum goes on."""
    choices = {
        "plain": keras.optimizers.SGD(0.1),
        "momentum 0.9": keras.optimizers.SGD(0.1, momentum=0.9),
        "Nesterov 0.9": keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    }
    grid = np.linspace(-1.85, 2.3, 200)
    figure, panels = new_figure(3, 1, 3.8, 3.2)
    print("                 x after 5   after 10   after 20   after 200     f there")
    for axes, (name, optimizer) in zip(panels, choices.items(), strict=True):
        function = Function(ravine, [-1.7])
        path = function.descend(optimizer, 200)[:, 0]
        row = "".join(f"{path[step]:11.4f}" for step in (5, 10, 20, 200))
        print(f"{name:<15}{row}{function.at()[0]:12.4f}")
        axes.plot(grid, ravine(grid), color="#999999")
        axes.plot(path[:40], ravine(path[:40]), "o-", markersize=3.5, linewidth=0.9)
        axes.set(title=name, xlabel="x")
    lesson.save(figure, "momentum")


@lesson.part
def backpropagation() -> None:
    """f = a(W1, b(W2, c(W3))): the chain rule by hand, and the library's gradients."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
    model = keras.Sequential([layers.Input((3,))])
    for units in (4, 3):
        model.add(layers.Dense(units, activation="tanh", use_bias=False))
    model.add(layers.Dense(1, use_bias=False))
    _, gradients = model.compute_gradients(x, y, loss="mse")
    w3, w2, w1 = (weight.astype(float) for weight in model.get_weights())
    c = np.tanh(x @ w3)
    b = np.tanh(c @ w2)
    error = 2 * (b @ w1 - y) / len(x)  # dL/da
    error_b = (error @ w1.T) * (1 - b**2)  # through W1, then tanh' = 1 − tanh²
    error_c = (error_b @ w2.T) * (1 - c**2)
    by_hand = (x.T @ error_c, c.T @ error_b, b.T @ error)
    for name, found, expected in zip(("W3", "W2", "W1"), gradients.values(), by_hand, strict=True):
        print(f"dL/d{name} {found.shape}: largest difference {np.abs(found - expected).max():.0e}")


@lesson.part
def losses() -> None:
    """The deck's loss functions on small examples, written out and from the library."""
    y, p = np.array([[1.0]]), np.array([[0.8]])
    binary = keras.losses.BinaryCrossentropy()
    print(f"cross entropy, y = 1, p = 0.8: {binary(y, p):.5f}, −log 0.8 = {-np.log(0.8):.5f}")
    print(f"cross entropy, y = 0, p = 0.8: {binary(0 * y, p):.5f}, −log 0.2 = {-np.log(0.2):.5f}")
    three = keras.losses.CategoricalCrossentropy()(
        np.array([[0, 1, 0]]), np.array([[0.1, 0.7, 0.2]])
    )
    print(f"dog, cat, fish: {three:.5f}, −log 0.7 = {-np.log(0.7):.5f}")
    hinge = keras.losses.Hinge()(y, p)
    print(f"hinge, y = 1, ŷ = 0.8: {hinge:.5f}, max(0, 1 − 0.8) = {max(0, 1 - 0.8):.5f}")
    y, p = np.array([[1.0, 2.0, 3.0]]), np.array([[1.5, 2.0, 1.0]])
    mae, mse = keras.losses.MeanAbsoluteError()(y, p), keras.losses.MeanSquaredError()(y, p)
    print(f"MAE of 0.5, 0, 2: {mae:.5f}, 2.5 / 3 = {2.5 / 3:.5f} (the deck's L1 is the sum, 2.5)")
    print(f"MSE of 0.5, 0, 2: {mse:.5f}, 4.25 / 3 = {4.25 / 3:.5f}")


@lesson.part
def activations() -> None:
    """f and f' of the deck's table: from the library, and written out."""
    z = np.linspace(-3, 3, 121)
    sigmoid = 1 / (1 + np.exp(-z))
    positive = z >= 0
    table: dict[str, tuple[Any, Any]] = {
        "linear": (z, np.ones_like(z)),
        "binary_step": (1.0 * positive, 0 * z),
        "sigmoid": (sigmoid, sigmoid * (1 - sigmoid)),
        "tanh": (2 / (1 + np.exp(-2 * z)) - 1, 1 - np.tanh(z) ** 2),
        "arctan": (np.arctan(z), 1 / (z**2 + 1)),
        "relu": (np.maximum(z, 0), 1.0 * (z > 0)),
        "leaky_relu": (np.where(z > 0, z, 0.2 * z), np.where(z > 0, 1, 0.2)),
        "elu": (np.where(positive, z, np.expm1(z)), np.where(positive, 1, np.exp(z))),
        "softplus": (np.log1p(np.exp(z)), sigmoid),
    }
    figure, panels = new_figure(3, 3, 3.0, 2.2)
    print("activation     f(−1)    f'(−1)      f(1)     f'(1)   largest difference of f, f'")
    for axes, (name, (values, slopes)) in zip(panels, table.items(), strict=True):
        activation = keras.activations.get(name)
        function = Function(lambda x, f=activation: ops.sum(f(x), axis=-1), list(z))
        found, (_, gradient) = activation(z), function.at()
        if gradient is None:  # of a step: nothing to follow
            gradient = np.zeros_like(z)
        gaps = np.abs(found - values).max(), np.abs(gradient - slopes)[np.abs(z) > 1e-9].max()
        low, high = np.searchsorted(z, (-1.0, 1.0))
        cells = (found[low], gradient[low], found[high], gradient[high])
        row = "".join(f"{float(cell):10.4f}" for cell in cells)
        print(f"{name:<12}{row}   {gaps[0]:.0e}, {gaps[1]:.0e}")
        axes.plot(z, found, label="f")
        axes.plot(z, gradient, "--", label="f'")
        axes.set_title(name, fontsize=10)
    panels[0].legend(frameon=False)
    lesson.save(figure, "activations")


if __name__ == "__main__":
    lesson.run()
