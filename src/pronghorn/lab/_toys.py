"""Small data sets in the plane, made by formulas: what a network is to tell apart or to fit.

Points lie in [-6, 6]². ``noise`` is in percent, as on the sliders: its share is s = noise / 100.
U(a, b) is uniform, N(v) normal with variance v. The first six have the formulas of TensorFlow
Playground.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError
from pronghorn.lab._expression import read_expression

__all__ = [
    "DOMAIN",
    "MOST_CLASSES",
    "MOST_POINTS",
    "Toy",
    "find_toy",
    "make_data",
    "make_points",
    "toys",
]

Array = NDArray[Any]
DOMAIN = (-6.0, 6.0)
MOST_CLASSES = 10
MOST_POINTS = 5000

_USUAL_SIZES = {"binary": 500, "multiclass": 500, "regression": 1200}
_USUAL_CURVE = 200


@dataclass(frozen=True)
class Options:
    """What a generator may ask for besides the number of points."""

    share: float  # s
    classes: int
    function: Callable[[Array], Array] | None


Maker = Callable[[np.random.Generator, int, Options], tuple[Array, Array]]


@dataclass(frozen=True)
class Toy:
    """A generator: (rng, n, options) → points (n, 2) or (n, 1), and labels or values (n,)."""

    name: str
    title: str
    task: str  # binary, multiclass or regression
    make: Maker
    needs: tuple[str, ...] = ()
    columns: int = 2
    usual_function: str = ""

    @property
    def usual_size(self) -> int:
        """How many points it has where nobody says."""
        return _USUAL_CURVE if self.columns == 1 else _USUAL_SIZES[self.task]


_toys: dict[str, Toy] = {}


def toy(name: str, title: str, task: str, **further: Any) -> Callable[[Maker], Maker]:
    """Register a generator under a name."""

    def add(make: Maker) -> Maker:
        _toys[name] = Toy(name, title, task, make, **further)
        return make

    return add


def toys() -> list[Toy]:
    """All generators, in the order of this file."""
    return list(_toys.values())


def find_toy(name: str) -> Toy:
    """The generator of that name; raises ParameterError."""
    if name not in _toys:
        raise ParameterError(f"data: expected one of {', '.join(_toys)}, received {name!r}.")
    return _toys[name]


def make_data(
    name: str,
    *,
    noise: float = 0.0,
    split: float = 50.0,
    seed: int = 0,
    size: int | None = None,
    classes: int = 3,
    function: str | None = None,
    points: Sequence[Sequence[float]] = (),
    erased: Sequence[int] = (),
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """((x_train, y_train), (x_test, y_test)) of one of the lab's data sets.

    x is float32 (n, 2), or (n, 1) for curves; y is int64 class numbers, or float32 values.

    Args:
        name: "circle", "xor", "gauss", "spiral", "moons", "rings", "checker", "blobs",
            "above_below", "plane", "multi_gauss", "sine", "step" or "curve".
        noise: In percent, 0 to 80. Default 0.
        split: Percent of the points that train. Default 50.
        seed: The same seed gives the same points. Default 0.
        size: How many. Default: 500 to classify, 1200 in the plane to fit, 200 on a line.
        classes: Of "rings" and "blobs". Default 3.
        function: f(x) of "above_below" and "curve", as text. Default: a sine.
        points: Further ones, drawn by hand: (x1, x2, label) or (x1, value).
        erased: Numbers of generated points to leave out.

    Errors: ParameterError for an unknown name or a formula that gives no numbers.

    >>> (x_train, y_train), (x_test, y_test) = make_data("spiral", split=80)
    >>> x_train.shape, x_test.shape, sorted(set(y_train.tolist()))
    ((400, 2), (100, 2), [0, 1])
    """
    found = find_toy(name)
    options = Options(noise / 100.0, classes, _read_function(found, function))
    x, y = _generate(found, seed, size, options)
    # A stream of its own: the split is the same whatever the generator draws.
    order = np.random.default_rng([seed, 2]).permutation(len(x))
    cut = round(len(x) * split / 100.0)
    kept = np.ones(len(x), bool)
    kept[[i for i in erased if 0 <= i < len(x)]] = False
    parts = [order[:cut], order[cut:]]
    parts = [part[kept[part]] for part in parts]
    drawn = np.asarray(points, np.float64).reshape(len(points), found.columns + 1)
    # A drawn point stays where it is, in training or in testing, whatever is drawn after it.
    trains = np.random.default_rng([seed, 1]).random(len(drawn)) < split / 100.0
    kind = np.float32 if found.task == "regression" else np.int64
    made = []
    for part, own in zip(parts, (drawn[trains], drawn[~trains]), strict=True):
        rows = np.concatenate([x[part], own[:, :-1]]).astype(np.float32)
        made.append((rows, np.concatenate([y[part], own[:, -1]]).astype(kind)))
    return made[0], made[1]


def make_points(
    name: str,
    *,
    noise: float = 0.0,
    seed: int = 0,
    size: int | None = None,
    classes: int = 3,
    function: str | None = None,
    **ignored: Any,
) -> tuple[Array, Array]:
    """The generated points alone, by their numbers: (n, columns), and their labels."""
    found = find_toy(name)
    options = Options(noise / 100.0, classes, _read_function(found, function))
    return _generate(found, seed, size, options)


def _generate(found: Toy, seed: int, size: int | None, options: Options) -> tuple[Array, Array]:
    n = found.usual_size if size is None else size
    return found.make(np.random.default_rng(seed), n, options)


def _read_function(found: Toy, text: str | None) -> Callable[[Array], Array] | None:
    if "function" not in found.needs:
        return None
    formula = read_expression(text or found.usual_function, ["x"])

    def evaluate(x: Array) -> Array:
        with np.errstate(all="ignore"):
            values = np.broadcast_to(np.asarray(formula(x=x), np.float64), x.shape)
        if not np.isfinite(values).all():
            raise ParameterError(
                f"function {formula.text!r}: expected finite values on [-6, 6], received others."
            )
        return values

    return evaluate


def _spread(share: float) -> float:
    """The variance of a cloud: 0.5 without noise, 4 at 50 percent, linear between."""
    return 0.5 + share * (4.0 - 0.5) / 0.5


@toy("circle", "Circle", "binary")
def _circle(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # Half with r ~ U(0, 2.5), half with r ~ U(3.5, 5); a noisy copy decides the label:
    # 1 where |(x, y) + s U(-5, 5)²| < 2.5.
    radius = 5.0
    inner = n // 2
    r = np.concatenate(
        [
            rng.uniform(0.0, radius * 0.5, inner),
            rng.uniform(radius * 0.7, radius, n - inner),
        ]
    )
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    x = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    moved = x + options.share * rng.uniform(-radius, radius, (n, 2))
    return x, (np.hypot(moved[:, 0], moved[:, 1]) < radius * 0.5).astype(np.int64)


@toy("xor", "XOR", "binary")
def _xor(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # U(-5, 5)², each coordinate 0.3 away from 0; 1 where the noisy product is ≥ 0.
    x = rng.uniform(-5.0, 5.0, (n, 2))
    x += np.where(x > 0, 0.3, -0.3)
    moved = x + options.share * rng.uniform(-5.0, 5.0, (n, 2))
    return x, (moved[:, 0] * moved[:, 1] >= 0).astype(np.int64)


@toy("gauss", "Two clouds", "binary")
def _gauss(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # N((2, 2)) is 1, N((-2, -2)) is 0.
    label = (np.arange(n) < n // 2).astype(np.int64)
    centre = np.where(label == 1, 2.0, -2.0)[:, None]
    return centre + rng.normal(0.0, np.sqrt(_spread(options.share)), (n, 2)), label


@toy("spiral", "Spiral", "binary")
def _spiral(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # Arm of m points: r = 5 i/m, t = 1.75 (i/m) 2π + δ; δ = 0 is 1, δ = π is 0.
    parts = []
    for size, delta in ((n // 2, 0.0), (n - n // 2, np.pi)):
        share = np.arange(size) / size
        t = 1.75 * share * 2.0 * np.pi + delta
        arm = np.stack([5.0 * share * np.sin(t), 5.0 * share * np.cos(t)], axis=1)
        parts.append(arm + options.share * rng.uniform(-1.0, 1.0, (size, 2)))
    label = (np.arange(n) < n // 2).astype(np.int64)
    return np.concatenate(parts), label


@toy("moons", "Two moons", "binary")
def _moons(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # Two half circles of radius 3 that reach into each other, moved by N(s).
    label = (np.arange(n) < n // 2).astype(np.int64)
    t = rng.uniform(0.0, np.pi, n)
    sign = np.where(label == 1, 1.0, -1.0)
    x = np.stack([sign * (3.0 * np.cos(t) - 1.5), sign * (3.0 * np.sin(t) - 0.75)], axis=1)
    return x + rng.normal(0.0, np.sqrt(options.share), (n, 2)), label


@toy("rings", "Rings", "multiclass", needs=("classes",))
def _rings(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # Class c of k lies around radius 5 (c + 1) / k, a quarter of the gap wide.
    k = options.classes
    label = np.arange(n) % k
    width = 5.0 / k / 4.0
    r = 5.0 * (label + 1) / k + rng.uniform(-width, width, n)
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    x = np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
    return x + options.share * rng.normal(0.0, 5.0 / k, (n, 2)), label


@toy("checker", "Chess board", "binary")
def _checker(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # Four by four squares of side 3.
    x = rng.uniform(-6.0, 6.0, (n, 2))
    moved = x + options.share * rng.uniform(-3.0, 3.0, (n, 2))
    return x, np.floor(moved / 3.0).sum(axis=1).astype(np.int64) % 2


@toy("blobs", "Clouds", "multiclass", needs=("classes",))
def _blobs(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # k clouds whose centres stand evenly on a circle of radius 3.5.
    k = options.classes
    label = np.arange(n) % k
    angle = 2.0 * np.pi * label / k
    centre = 3.5 * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return centre + rng.normal(0.0, np.sqrt(_spread(options.share)), (n, 2)), label


@toy(
    "above_below",
    "Above or below f(x)",
    "binary",
    needs=("function",),
    usual_function="3 sin(x)",
)
def _above_below(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # 1 where x2 + s U(-6, 6) > f(x1).
    assert options.function is not None
    x = rng.uniform(-6.0, 6.0, (n, 2))
    height = x[:, 1] + options.share * rng.uniform(-6.0, 6.0, n)
    return x, (height > options.function(x[:, 0])).astype(np.int64)


@toy("plane", "Plane", "regression")
def _plane(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # [-10, 10] → [-1, 1] of the sum of the noisy coordinates, not cut off.
    x = rng.uniform(-6.0, 6.0, (n, 2))
    moved = x + options.share * rng.uniform(-6.0, 6.0, (n, 2))
    return x, moved.sum(axis=1) / 10.0


@toy("multi_gauss", "Six hills", "regression")
def _multi_gauss(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    # ± max(0, 1 - distance / 2) of the centre where that is largest.
    centres = np.array([(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)])
    signs = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    x = rng.uniform(-6.0, 6.0, (n, 2))
    moved = x + options.share * rng.uniform(-6.0, 6.0, (n, 2))
    distance = np.linalg.norm(moved[:, None] - centres, axis=2)
    height = np.maximum(0.0, 1.0 - distance / 2.0)
    nearest = height.argmax(axis=1)
    return x, signs[nearest] * height[np.arange(n), nearest]


def _on_line(rng: np.random.Generator, n: int, share: float, f: Callable[[Array], Array]) -> Any:
    # y = f(x) + N(s²), x ~ U(-6, 6).
    x = rng.uniform(-6.0, 6.0, (n, 1))
    return x, f(x[:, 0]) + rng.normal(0.0, share, n)


@toy("sine", "Sine", "regression", columns=1)
def _sine(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    made: tuple[Array, Array] = _on_line(rng, n, options.share, np.sin)
    return made


@toy("step", "Step", "regression", columns=1)
def _step(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    made: tuple[Array, Array] = _on_line(rng, n, options.share, np.sign)
    return made


@toy("curve", "A curve f(x)", "regression", columns=1, needs=("function",), usual_function="sin(x)")
def _curve(rng: np.random.Generator, n: int, options: Options) -> tuple[Array, Array]:
    assert options.function is not None
    made: tuple[Array, Array] = _on_line(rng, n, options.share, options.function)
    return made
