"""What a page draws of a run: maps, tiles, weights and numbers of one moment, as a frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import Model
from pronghorn.errors import DataError, ParameterError
from pronghorn.lab._network import dense_layers, read_weights
from pronghorn.lab._problem import Problem
from pronghorn.lab._protocol import Frame
from pronghorn.lab._run import CURVE, Run

__all__ = ["COMPARE", "PLAYGROUND", "Views", "Watch", "draw_map"]

Array = NDArray[Any]

# Kinds of frames.
PLAYGROUND, COMPARE = 1, 6
_TILE = 20
# Weights of a layer that are sent whole; of a larger one those between drawn units.
_MOST_WEIGHTS = 4096
_LINE = 200
_TILE_LINE = 25


@dataclass
class Watch:
    """What the page looks at."""

    #: (layer, unit), or None for the output.
    shown: tuple[int, int] | None = None
    resolution: int = 100
    tiles: bool = True
    drawn: int = 16
    pair: tuple[int, int] = (0, 1)
    diagnostics: bool = True
    histograms: bool = False
    points: bool = False


@dataclass
class Views:
    """Draws a run. What depends on the network and the data alone is kept until they change."""

    run: Run
    watch: Watch
    _grids: dict[tuple[Any, ...], Array] = field(default_factory=dict)
    _made_for: tuple[Any, ...] = ()
    _probe: Any = None
    _until: dict[int, Any] = field(default_factory=dict)

    def _refresh(self) -> None:
        key = (self.run.model, self.run.problem)
        if any(a is not b for a, b in zip(key, self._made_for or (None, None), strict=True)):
            self._made_for, self._grids, self._until, self._probe = key, {}, {}, None

    # Grids.

    @property
    def is_line(self) -> bool:
        """Whether there is one coordinate, so that a curve is drawn and no map."""
        return len(self.run.problem.columns) == 1

    @property
    def has_map(self) -> bool:
        return self.run.problem.picture is None and not self.is_line

    def domain(self) -> list[float]:
        """Ranges of the two columns that are drawn."""
        problem = self.run.problem
        if problem.picture is not None:
            return []
        pair = (0,) if self.is_line else self.pair
        return [bound for column in pair for bound in problem.domain(column)]

    @property
    def pair(self) -> tuple[int, int]:
        """The columns that are drawn."""
        count = len(self.run.problem.columns)
        first, second = self.watch.pair
        return (first, second) if max(first, second) < count and first != second else (0, 1)

    def grid(self, resolution: int) -> Array:
        """What goes in at the points of the map, row 0 at the largest second column."""
        key = (resolution, self.pair)
        if key not in self._grids:
            self._grids[key] = make_grid(self.run.problem, self.pair, resolution)
        return self._grids[key]

    # Parts of a frame.

    def draw(self, resolution: int) -> tuple[dict[str, Any], dict[str, Array]]:
        """The map: scalars and arrays."""
        self._refresh()
        if self.is_line:
            return {"map_kind": "line"}, {"line": self._draw_line()}
        if not self.has_map:
            return {"map_kind": "none"}, {}
        x = self.grid(resolution)
        if self.watch.shown is None:
            return draw_map(self.run.problem, self.run.predict(x), resolution)
        layer, unit = self.watch.shown
        values = self._hidden(layer, x)[:, unit]
        quantised, scale = quantise(values.reshape(1, resolution, resolution))
        reach = float(scale[0])
        scalars = {"map_kind": "signed", "map_low": -reach, "map_high": reach}
        return scalars, {"map": quantised[0]}

    def _draw_line(self) -> Array:
        x = self._line_grid()
        if self.watch.shown is None:
            return self.run.predict(x)[:, 0].astype(np.float32)
        layer, unit = self.watch.shown
        return self._hidden(layer, x)[:, unit].astype(np.float32)

    def _line_grid(self) -> Array:
        key = ("line",)
        if key not in self._grids:
            low, high = self.run.problem.domain(0)
            points = np.linspace(low, high, _LINE, dtype=np.float32)[:, None]
            self._grids[key] = self.run.problem.prepare_grid(points)
        return self._grids[key]

    def _hidden(self, layer: int, x: Array) -> Array:
        """(n, units): activations of one layer; NaN where they are not finite."""
        if layer not in self._until:
            layers = dense_layers(self.run.model)
            if not 0 <= layer < len(layers):
                raise ParameterError(
                    f"layer: expected one from 0 to {len(layers) - 1}, received {layer}."
                )
            model = Model(self.run.model.input, layers[layer].output)
            self._until[layer] = model.make_predict_function()
        try:
            return np.asarray(self._until[layer](x))
        except DataError:
            units = dense_layers(self.run.model)[layer].units
            return np.full((len(x), units), np.nan, np.float32)

    def hidden(self, layer: int, x: Array) -> Array:
        """Activations of a layer for rows as the network takes them."""
        self._refresh()
        return self._hidden(layer, x)

    def tiles(self) -> dict[str, Array]:
        """A small map for each drawn unit, and for each input."""
        self._refresh()
        if self.is_line:
            x = self._line_grid()[:: _LINE // _TILE_LINE]
            return {"tile_lines": self._probe_units(x), "input_lines": np.ascontiguousarray(x.T)}
        if not self.has_map or self.run.problem.features is None:
            return {}
        x = self.grid(_TILE)
        stacked = self._probe_units(x).reshape(-1, _TILE, _TILE)
        quantised, scales = quantise(stacked)
        inputs, input_scales = quantise(x.T.reshape(-1, _TILE, _TILE))
        return {
            "tiles": quantised,
            "tile_scales": scales,
            "input_tiles": inputs,
            "input_tile_scales": input_scales,
        }

    def _probe_units(self, x: Array) -> Array:
        """(units, n) float32: what each drawn unit gives for rows, layer by layer."""
        if self._probe is None:
            outputs = [layer.output for layer in dense_layers(self.run.model)]
            self._probe = Model(self.run.model.input, outputs).make_predict_function()
        found = self._probe(x)
        drawn = self.watch.drawn
        parts = found if isinstance(found, list) else [found]
        return np.concatenate([part[:, :drawn].T for part in parts]).astype(np.float32)

    def weights(self) -> dict[str, Array]:
        """Kernels and biases, of large layers the drawn part."""
        found: dict[str, Array] = {}
        most = self.watch.drawn
        for i, (kernel, bias) in enumerate(read_weights(self.run.model)):
            whole = kernel.size <= _MOST_WEIGHTS
            found[f"weights/{i}"] = kernel if whole else kernel[:most, :most]
            found[f"bias/{i}"] = bias if whole else bias[:most]
        return found

    def outputs(self) -> dict[str, Array]:
        """What each point is taken for."""
        run, task = self.run, self.run.problem.task
        pairs = (("train", run.problem.x_train), ("test", run.problem.x_test))
        return {
            f"{name}_outputs": task.decide(run.predict(x)).astype(np.float32)
            for name, x in pairs
            if len(x)
        }

    def frame(
        self, resolution: int, first: int, scalars: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> Frame:
        """A frame of this moment; ``first``: the row of the curve from which on it is sent."""
        run = self.run
        drawn, maps = self.draw(resolution)
        row = dict(zip(CURVE, run.curve[-1], strict=True)) if run.curve else {}
        parts: dict[str, Array] = {**maps, **self.weights(), **arrays}
        parts["curve"] = np.asarray(run.curve[first:], np.float64).reshape(-1, len(CURVE))
        if self.watch.tiles:
            parts.update(self.tiles())
        if self.watch.points:
            parts.update(self.outputs())
        numbers = {
            **row,
            **drawn,
            **scalars,
            "step": run.step,
            "epoch": run.exact_epoch,
            "batch": run.batch,
            "metric": run.problem.task.metric,
            "domain": self.domain(),
            "curve_first": first,
        }
        return Frame(PLAYGROUND, run.step, numbers, parts)


def make_grid(problem: Problem, pair: tuple[int, int], resolution: int) -> Array:
    """(r², k): what goes in at the middle of each pixel, the other columns at their means."""
    columns = np.tile(problem.means, (resolution * resolution, 1))
    share = (np.arange(resolution, dtype=np.float64) + 0.5) / resolution
    (low_x, high_x), (low_y, high_y) = problem.domain(pair[0]), problem.domain(pair[1])
    across = low_x + share * (high_x - low_x)
    down = high_y - share * (high_y - low_y)
    columns[:, pair[0]] = np.tile(across, resolution)
    columns[:, pair[1]] = np.repeat(down, resolution)
    return problem.prepare_grid(columns.astype(np.float32))


def draw_map(
    problem: Problem, outputs: Array, resolution: int
) -> tuple[dict[str, Any], dict[str, Array]]:
    """The map of outputs (r², units): classes with their confidence, or a signed value."""
    task = problem.task
    shape = (resolution, resolution)
    if task.kind == "multiclass":
        scores = outputs
        if task.output_activation != "softmax":
            shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            scores = shifted / shifted.sum(axis=1, keepdims=True)
        best = scores.max(axis=1)
        confidence = np.nan_to_num(np.clip(best, 0.0, 1.0) * 255.0).round().astype(np.uint8)
        classes = scores.argmax(axis=1).astype(np.uint8)
        return {"map_kind": "classes", "map_low": 0, "map_high": task.classes - 1}, {
            "map": classes.reshape(shape),
            "confidence": confidence.reshape(shape),
        }
    low, high = problem.target_range if task.kind == "regression" else (-1.0, 1.0)
    if task.kind == "binary" and task.output_activation == "sigmoid":
        low = 0.0
    values = np.clip((outputs[:, 0] - low) / (high - low), 0.0, 1.0)
    quantised = np.nan_to_num(values * 255.0, nan=127.5).round().astype(np.uint8)
    kind = "values" if task.kind == "regression" else "signed"
    return {"map_kind": kind, "map_low": low, "map_high": high}, {"map": quantised.reshape(shape)}


def quantise(values: Array) -> tuple[Array, Array]:
    """(units, r, r) → u1 of 0…255 for -scale…scale, and the scales (units,), at least 1."""
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    scales = np.maximum(np.abs(finite).max(axis=(1, 2)), 1.0).astype(np.float32)
    # Half a step up, so that 0 is 128 whatever the scale.
    return (finite / scales[:, None, None] * 127.0 + 128.0).round().astype(np.uint8), scales
