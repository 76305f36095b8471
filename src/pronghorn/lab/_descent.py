"""Gradient descent by itself: rules for the step, and what theory says about them.

The steps are those of the library's own SGD, whose rate the rule sets anew before each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import Variable, optimizers
from pronghorn.errors import ParameterError, UnknownNameError
from pronghorn.lab._surfaces import Surface

__all__ = ["RULES", "Descent", "Theory", "curvatures", "predict", "run_descent"]

MOST_STEPS = 2000
Array = NDArray[np.float64]

# Backtracking: how much of the fall that the slope promises must come true (Armijo), and by what
# the step shrinks until it does.
_PROMISE, _SHRINK, _MOST_CUTS = 0.5, 0.5, 40
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
# Distance of the points of a second difference: its error is the smallest near ε^(1/4).
_GAP = 1e-4


@dataclass(frozen=True)
class Search:
    """What a rule may look at: f along the line x − α g, the slope's square, step number."""

    slope_square: float
    along: Callable[[float], float]
    rate: float
    decay: float
    step: int

    @cached_property
    def height(self) -> float:
        """f where the step begins; rules that need no search do not ask for it."""
        return self.along(0.0)


def _fixed(search: Search) -> float:
    return search.rate


def _decreasing(search: Search) -> float:
    return search.rate / (1.0 + search.decay * search.step)


def _backtracking(search: Search) -> float:
    rate = search.rate
    for _ in range(_MOST_CUTS):
        promised = _PROMISE * rate * search.slope_square
        if search.along(rate) <= search.height - promised:
            return rate
        rate *= _SHRINK
    return rate


def _exact(search: Search) -> float:
    """The lowest point of the line: doubled until f rises, then narrowed by the golden section."""
    if search.slope_square == 0.0:
        return 0.0
    far = search.rate
    while search.along(far) > search.height and far > 1e-12:
        far *= _SHRINK
    while search.along(2.0 * far) < search.along(far) and far < 1e6:
        far *= 2.0
    low, high = 0.0, 2.0 * far
    left, right = high - _GOLDEN * high, _GOLDEN * high
    at_left, at_right = search.along(left), search.along(right)
    for _ in range(60):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = search.along(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = search.along(right)
    return (low + high) / 2.0


#: Rule → the step size α of the next step.
RULES: dict[str, Callable[[Search], float]] = {
    "fixed": _fixed,
    "decreasing": _decreasing,
    "backtracking": _backtracking,
    "exact": _exact,
}


@dataclass(frozen=True)
class Descent:
    """Points (T + 1, d), gradients (T, d) as used, the α of each step, heights (T + 1)."""

    surface: Surface
    rule: str
    points: NDArray[np.float32]
    gradients: NDArray[np.float32]
    rates: Array
    heights: Array
    distances: Array
    stopped_at: int | None


def run_descent(
    surface: Surface,
    rule: str = "fixed",
    rate: float = 0.1,
    steps: int = 50,
    *,
    start: Sequence[float] | None = None,
    momentum: float = 0.0,
    decay: float = 0.1,
    noise: float = 0.0,
    seed: int = 0,
) -> Descent:
    """x ← x − α g, with α by the rule; with momentum β: v ← β v − α g, x ← x + v.

    Args:
        rule: "fixed": α. "decreasing": α / (1 + decay · t), t = 0, 1, … "backtracking": α halved
            until f(x − α g) ≤ f(x) − α ‖g‖² / 2. "exact": the lowest point along −g.
        noise: Standard deviation of normal numbers added to the gradient, as mini-batches do.

    Raises UnknownNameError for another rule, ParameterError for values outside their ranges.
    """
    _check(rule, rate, steps, decay, noise)
    begin = surface.read_start(start)
    slope, rng = surface.slopes(1), np.random.default_rng(seed)
    weight = Variable(begin, name="point")
    optimizer = optimizers.SGD(rate, momentum=momentum)
    optimizer.build([weight])
    points = np.repeat(begin[None], steps + 1, axis=0)
    gradients = np.zeros((steps, len(begin)), np.float32)
    rates = np.zeros(steps)
    stopped_at = None
    for step in range(steps):
        gradient = slope.at(points[step][None])[0]
        if noise:
            gradient = gradient + rng.normal(0.0, noise, len(begin)).astype(np.float32)
        gradients[step] = gradient
        if not np.isfinite(gradient).all():
            stopped_at = step
            break
        search = _look(surface, points[step], gradient, rate, decay, step)
        rates[step] = RULES[rule](search)
        optimizer.learning_rate = rates[step]
        optimizer.apply([gradient], [weight])
        points[step + 1 :], is_lost = surface.halt(weight.numpy())
        if is_lost:
            stopped_at = step
            break
    heights, distances = surface.heights(points), surface.distances(points)
    return Descent(surface, rule, points, gradients, rates, heights, distances, stopped_at)


def _look(
    surface: Surface, point: Any, gradient: Any, rate: float, decay: float, step: int
) -> Search:
    x, g = np.asarray(point, np.float64), np.asarray(gradient, np.float64)

    def along(alpha: float) -> float:
        height = float(surface.heights(x - alpha * g))
        return height if math.isfinite(height) else math.inf

    return Search(float(g @ g), along, rate, decay, step)


def _check(rule: str, rate: float, steps: int, decay: float, noise: float) -> None:
    if rule not in RULES:
        raise UnknownNameError(f"rule: expected one of {', '.join(RULES)}, received {rule!r}.")
    wrong = None
    if not (rate > 0.0 and math.isfinite(rate)):
        wrong = f"a rate above 0, received {rate}"
    elif not 1 <= steps <= MOST_STEPS:
        wrong = f"1 to {MOST_STEPS} steps, received {steps}"
    elif not (decay >= 0.0 and noise >= 0.0 and math.isfinite(decay + noise)):
        wrong = f"decay and noise of at least 0, received {decay} and {noise}"
    if wrong is not None:
        raise ParameterError(f"descent: expected {wrong}.")


@dataclass(frozen=True)
class Theory:
    """What is known of gradient descent near a minimum with curvatures μ ≤ … ≤ L.

    ``limit``: 2 / L, from which on a fixed step diverges. ``best``: 2 / (μ + L), with which the
    error shrinks by (k − 1) / (k + 1) a step, k = L / μ. ``momentum`` and ``momentum_rate``: the
    best pair for heavy ball, ((√k − 1) / (√k + 1))² and 4 / (√L + √μ)².

    Source: Polyak 1964; Nesterov, "Introductory lectures on convex optimization", section 2.1.
    """

    curvatures: tuple[float, ...]
    directions: tuple[tuple[float, ...], ...]
    limit: float
    best: float
    condition: float
    shrinks_by: float
    momentum: float
    momentum_rate: float


def curvatures(surface: Surface, point: Sequence[float]) -> tuple[Array, Array]:
    """Eigenvalues (d,) and eigenvectors (d, d), in columns, of the second derivatives at a point.

    By differences of heights in float64.

    >>> from pronghorn.lab._surfaces import SURFACES
    >>> lecture = SURFACES["lecture"]
    >>> curvatures(lecture, lecture.minima[0])[0].round(5).tolist()
    [2.70347]
    """
    x = np.asarray(point, np.float64)
    gap = _GAP * np.ptp(np.asarray(surface.domain), axis=1)
    units = np.diag(gap)
    f = surface.heights
    second = np.array(
        [[f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b) for b in units] for a in units]
    )
    values, vectors = np.linalg.eigh(second / (4.0 * np.outer(gap, gap)))
    return values, vectors


def predict(surface: Surface) -> Theory | None:
    """The theory at the first minimum; None where none is known or it is no valley there."""
    if not surface.minima:
        return None
    values, vectors = curvatures(surface, surface.minima[0])
    low, high = float(values[0]), float(values[-1])
    if not low > 1e-9 * high:
        return None
    condition = high / low
    root = math.sqrt(condition)
    return Theory(
        tuple(map(float, values)),
        tuple(tuple(map(float, column)) for column in vectors.T),
        2.0 / high,
        2.0 / (low + high),
        condition,
        (condition - 1.0) / (condition + 1.0),
        ((root - 1.0) / (root + 1.0)) ** 2,
        4.0 / (math.sqrt(high) + math.sqrt(low)) ** 2,
    )
