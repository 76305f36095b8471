"""A network's loss as a surface to race on: the plane of its own way through the weights.

The network of an experiment is trained first. The plane lies closest to the weights that it passed
through (their principal axes, Li et al. 2018, arXiv:1712.09913) and ends at the trained ones; the
race begins where the training began. Heights and slopes are those of the loss of the training
rows, by the engine: ∂L/∂α = Σ ∂L/∂w · d for a direction d of length 1.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import NumericsError, ParameterError
from pronghorn.inspection import loss_plane, path_directions
from pronghorn.lab._experiment import read_experiment, unpack_link
from pronghorn.lab._run import Run
from pronghorn.lab._surfaces import Surface

__all__ = ["USUAL", "USUAL_RATES", "NetworkSlice", "Plane", "slice_network"]

Array = NDArray[np.float64]

_MOST_ROWS, _MOST_WEIGHTS = 500, 20_000
_MOST_MOMENTS = 60
# Points of a side of the map: each is a loss of all rows.
_MAP = 31
# Room around the way, as a share of it.
_AIR = 0.5
_MOST_KNOWN = 100_000
USUAL = {
    "data": {"name": "circle", "seed": 1},
    "layers": [{"units": 4, "activation": "tanh"}],
    "optimizer": {"name": "adam", "parameters": {"learning_rate": 0.03}},
}
# Of ``tune_rates`` for that network.
USUAL_RATES = {
    "SGD": 5.0,
    "Momentum": 2.0,
    "NAG": 2.0,
    "Adagrad": 5.0,
    "RMSprop": 0.5,
    "Adam": 5.0,
}


class Plane:
    """The loss over α and β, counted from the trained weights in directions of length 1.

    ``way`` (moments, 2): where the training went; ``explained`` (2,): shares of its variance.
    """

    def __init__(self, run: Run, epochs: int) -> None:
        self._model = run.model
        self._weights = run.model.trainable_variables
        count = sum(int(np.prod(v.shape)) for v in self._weights)
        if count > _MOST_WEIGHTS:
            raise ParameterError(
                f"surface: expected a network of at most {_MOST_WEIGHTS} weights, received {count}."
            )
        path = [self._present()]
        for epoch in range(1, epochs + 1):
            run.advance(run.batches)
            if epoch % max(1, epochs // _MOST_MOMENTS) == 0 or epoch == epochs:
                path.append(self._present())
        if run.diverged is not None:
            raise ParameterError(
                f"surface: expected a network that trains, received one whose loss is no number "
                f"after step {run.diverged.step}."
            )
        found = path_directions(path, 2)
        self._directions = found.directions
        self._origin = path[-1]
        self._x = run.problem.x_train[:_MOST_ROWS]
        self._y = run.problem.y_train[:_MOST_ROWS]
        self._known: dict[bytes, float] = {}
        # Two viewers may race on one plane.
        self._lock = threading.Lock()
        self.way: Array = found.positions
        self.explained = found.explained
        self.rows = len(self._x)

    def _present(self) -> list[NDArray[Any]]:
        return [np.array(v.numpy(), np.float64) for v in self._weights]

    def look(self, points: Any) -> tuple[Array, NDArray[np.float32]]:
        """Losses (n,) and slopes (n, 2) at points (n, 2); NaN where a loss is no number."""
        points = np.asarray(points, np.float32)
        losses = np.full(len(points), np.nan)
        slopes = np.full(points.shape, np.nan, np.float32)
        with self._lock:
            for i, point in enumerate(points):
                self._move(point)
                try:
                    loss, found = self._model.compute_gradients(self._x, self._y, training=False)
                except NumericsError:
                    continue
                losses[i] = self._known[point.tobytes()] = float(loss)
                slopes[i] = [
                    sum(
                        float(np.sum(g * d))
                        for g, d in zip(found.values(), direction, strict=True)
                        if g is not None
                    )
                    for direction in self._directions
                ]
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
        return losses, slopes

    def _move(self, point: NDArray[np.float32]) -> None:
        for v, w, d, e in zip(self._weights, self._origin, *self._directions, strict=True):
            v.assign(w + float(point[0]) * d + float(point[1]) * e)

    def losses(self, points: Any) -> Array:
        """Losses (n,) at points (n, 2); those that a race has met are remembered."""
        points = np.asarray(points, np.float32)
        found = np.array([self._known.get(point.tobytes(), np.nan) for point in points])
        missing = np.flatnonzero(np.isnan(found) & np.isfinite(points).all(axis=1))
        found[missing] = self.look(points[missing])[0]
        return found

    def grid(self, x: Array, y: Array) -> Array:
        """Losses (len(y), len(x)) over a lattice."""
        with self._lock:
            self._move(np.zeros(2, np.float32))
            first, second = self._directions
            return loss_plane(self._model, self._x, self._y, (first, second), x, y)

    def at(self, points: Any) -> NDArray[np.float32]:
        """Slopes (n, 2) alone, as a race asks for them."""
        return self.look(points)[1]


@dataclass(frozen=True, eq=False)
class NetworkSlice(Surface):
    """A surface whose heights are losses of a network."""

    plane: Plane | None = None
    # Filled when first drawn.
    _drawn: dict[int, Array] = field(default_factory=dict)

    @property
    def tuning_steps(self) -> int:
        """Few: each step costs a pass through the network."""
        return 40

    @property
    def term(self) -> None:
        """No formula."""
        return

    @property
    def way(self) -> list[list[float]]:
        """Where the training went that the plane was laid through."""
        return [[float(x), float(y)] for x, y in self._plane.way]

    @property
    def _plane(self) -> Plane:
        assert self.plane is not None
        return self.plane

    def heights(self, points: Any) -> Array:
        """The losses at points (…, 2)."""
        points = np.asarray(points, np.float64)
        return self._plane.losses(points.reshape(-1, 2)).reshape(points.shape[:-1])

    def slopes(self, count: int) -> Plane:
        """What gives the slopes of ``count`` points at a time."""
        return self._plane

    def grid(self, resolution: int) -> Array:
        """Losses on a lattice of at most 31 points a side."""
        side = min(resolution, _MAP)
        if side not in self._drawn:
            x, y = (np.linspace(low, high, side) for low, high in self.domain)
            self._drawn[side] = self._plane.grid(x, y)
        return self._drawn[side]


@lru_cache(maxsize=4)
def slice_network(link: str | None, epochs: int) -> NetworkSlice:
    """The surface of an experiment of the playground after so many epochs of training.

    ``link``: what stands behind the # of a playground's address; None is a small network on the
    circle. Raises ParameterError for a link that is none, a network of more than 20,000 weights,
    and one whose training diverges.
    """
    config = read_experiment(USUAL) if link is None else unpack_link(link)
    plane = Plane(Run(config), epochs)
    first, second = plane.explained
    low, high = plane.way.min(axis=0), plane.way.max(axis=0)
    # Of a way that is nearly straight the second axis would be a slit.
    room = np.maximum(_AIR * (high - low), 0.2 * float((high - low).max()))
    domain = tuple(zip((low - room).tolist(), (high + room).tolist(), strict=True))
    lesson = (
        f"The loss of {plane.rows} rows over the plane that lies closest to the way of the weights "
        f"in {epochs} epochs: it holds {100 * float(first + second):.1f} % of it. The dotted line "
        f"is that way; its end is (0, 0)."
    )
    return NetworkSlice(
        name="network",
        title="A network's loss",
        formula="",
        domain=domain,
        start=_pair(plane.way[0]),
        minima=(),
        lesson=lesson,
        tuned=USUAL_RATES if link is None else {},
        plane=plane,
    )


def _pair(point: Sequence[float]) -> tuple[float, float]:
    """The point as float32 has it, so that it is met again."""
    x, y = np.asarray(point, np.float32)
    return float(x), float(y)
