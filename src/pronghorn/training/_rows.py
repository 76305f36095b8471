"""Checked data as an engine reads it: shapes fitted, sources by the names of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import data
from pronghorn._core.errors import DataError, compose
from pronghorn.data import ArraySource
from pronghorn.engines.base import Engine, Feed, Program
from pronghorn.engines.shuffle import group_alike
from pronghorn.ir.graph import Shape
from pronghorn.layers._host import HostCall, run_host_calls
from pronghorn.training._step import Trainable

__all__ = ["Rows", "fit_rows", "in_order"]

# The row numbers of every batch of usual size: views of one array.
_FIRST_ROWS = np.arange(4096, dtype=np.int64)
_FIRST_ROWS.flags.writeable = False


def in_order(n: int) -> NDArray[np.int64]:
    """0, 1, …, n - 1: all rows as they come."""
    return _FIRST_ROWS[:n] if n <= len(_FIRST_ROWS) else np.arange(n, dtype=np.int64)


@dataclass(frozen=True)
class Rows:
    """n rows of every input, target and weight, by the names that the graphs use.

    ``target_shapes`` (None first; None: no target) and ``weight_shapes`` (the same; None: no
    weights) say which graph they need. ``lengths`` are the shapes of the inputs, by name, of a
    model whose rows may be of several lengths. ``held`` is what an engine made of some sources, and
    ``places`` are what a program orders the rows of a batch by.
    """

    n: int
    sources: Mapping[str, ArraySource]
    target_shapes: tuple[Shape | None, ...]
    weight_shapes: tuple[Shape | None, ...]
    lengths: tuple[tuple[str, Shape], ...] = ()
    held: Mapping[str, Any] = field(default_factory=dict)
    places: NDArray[np.uint16] | None = None

    def hold(self, engine: Engine, labels: Mapping[str, int]) -> Rows:
        """The same rows for many visits: what is no label as the engine reads it fastest."""
        held = {}
        for name, source in self.sources.items():
            if name not in labels and not source.is_mapped:
                found = engine.hold(source.array)
                if found is not source.array:
                    held[name] = found
        return replace(self, held=held)

    def find_places(self, program: Program) -> Rows:
        """The same rows with their places, found once for all epochs of a fit.

        Mapped files are not read for it: they may be larger than memory.
        """
        sources = self.feed(in_order(0), 1).sources
        near = {name: rows for name, rows in sources.items() if not self.sources[name].is_mapped}
        return replace(self, places=program.find_places(near))

    def group(self, index: NDArray[np.int64], batch: int) -> NDArray[np.int64]:
        """The same batches, their rows in the order that a program runs fastest."""
        return index if self.places is None else group_alike(index, batch, self.places)

    def feed(self, index: NDArray[np.int64], batch: int) -> Feed:
        """Visit the rows of ``index`` in batches."""
        arrays = {name: source.array for name, source in self.sources.items()}
        return Feed({**arrays, **self.held}, index, batch)

    def one_batch(self) -> Feed:
        """Visit all rows at once."""
        return self.feed(in_order(self.n), self.n)

    def check(self, labels: Mapping[str, int]) -> None:
        """Read everything once: finite numbers, labels within their classes.

        Mapped files are left to the engine, which looks at every batch anyway: they may be
        larger than memory. Raises DataError with the first bad row.
        """
        for name, source in self.sources.items():
            if source.is_mapped or name in self.held:
                continue
            data.check_finite(source)
            if name in labels:
                shape, is_input = source.sample_shape, name.startswith("x:")
                data.check_labels(source, labels[name], expected=shape, is_input=is_input)


def fit_rows(model: Trainable, feed: data.Feed, needs_target: Sequence[bool] | None = None) -> Rows:
    """The rows of a feed in the shapes that the model takes.

    ``needs_target`` says which outputs have a loss or metrics; None: targets play no part.
    Raises ShapeError for rows that do not fit, DataError where targets are missing.
    """
    sources: dict[str, ArraySource] = {}
    for name, shape, source in zip(model.input_names, model.input_shapes, feed.inputs, strict=True):
        where = f"input {name!r}"
        sources[f"x:{name}"] = data.match_shape(source, shape[1:], where=where)
    if model.host_calls:
        sources = _look_up(model.host_calls, sources)
    lengths: tuple[tuple[str, Shape], ...] = ()
    if model.is_open:
        lengths = tuple((name, (None, *source.sample_shape)) for name, source in sources.items())
    if needs_target is None:
        return Rows(feed.n, sources, (), (), lengths)
    if any(needs_target) and not feed.targets:
        raise DataError(
            compose(
                "y",
                expected=f"targets beside {feed.inputs[0].name}: the model has a loss or metrics",
                received="None",
                remedy="Pass y too: fit(x, y), validation_data=(x, y), or batches (x, y)",
            )
        )
    shapes: list[Shape | None] = []
    weighted: list[Shape | None] = []
    output_shapes = model.output_shapes
    for i, name in enumerate(model.output_names):
        if not feed.targets or not needs_target[i]:
            shapes.append(None)
            weighted.append(None)
            continue
        target = _fit_target(feed.targets[i], output_shapes[i])
        sources[f"y:{name}"] = target
        shapes.append((None, *target.sample_shape))
        weight = feed.weights[i]
        weighted.append(None if weight is None else (None, *weight.sample_shape))
        if weight is not None:
            sources[f"w:{name}"] = weight
    return Rows(feed.n, sources, tuple(shapes), tuple(weighted), lengths)


def _look_up(
    calls: Sequence[HostCall], sources: Mapping[str, ArraySource]
) -> dict[str, ArraySource]:
    """The sources of the graph: what the calls make of texts and numbers, and all numbers."""
    arrays = {name: source.array for name, source in sources.items()}
    run_host_calls(calls, arrays)
    made = {
        call.output: ArraySource(arrays[call.output], f"the output of {call.layer.name!r}")
        for call in calls
        if arrays[call.output].dtype.kind != "O"
    }
    numbers = {name: source for name, source in sources.items() if source.dtype.kind != "O"}
    return {**numbers, **made}


def _fit_target(source: ArraySource, output: Shape) -> ArraySource:
    """Targets as the losses take them: (n,) beside (n, 1) becomes (n, 1)."""
    shape = source.sample_shape
    if output[-1] == 1 and len(shape) == len(output) - 2:
        return source.reshape((*shape, 1))
    return source
