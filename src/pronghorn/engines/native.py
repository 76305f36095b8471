"""The native engine: graphs run by the C++ core on the CPU.

A graph is lowered once (``_lowering.py``) to a flat plan; a run then hands the plan row numbers
and per-step scalars for many steps, which it carries out without the GIL.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import _native
from pronghorn._core.config import thread_limit
from pronghorn._core.errors import EngineError, compose
from pronghorn.engines._alike import find_places
from pronghorn.engines._held import Quotients, hold
from pronghorn.engines._lowering import Lowering
from pronghorn.engines._profile import Profile, active_profile, profile_process
from pronghorn.engines.base import Engine, Feed, RunResult, Store
from pronghorn.ir.graph import Graph
from pronghorn.ir.passes import prepare

__all__ = ["ENGINE"]

_NO_DIVISORS: list[float] = []
_NO_OUTPUTS: list[NDArray[np.float32]] = []
_NO_SCALARS = np.empty((0, 0), np.float32)


class NativeProgram:
    """A plan, and the names of what it reads and adds up."""

    def __init__(self, graph: Graph, stores: Mapping[str, _native.Store], batch: int) -> None:
        self.graph, self.stores, self.batch = graph, stores, batch
        lowered = Lowering(prepare(graph), stores, batch)
        self.plan = lowered.plan
        self._sources = lowered.sources
        self._scalars = lowered.scalars
        self._outputs = lowered.outputs
        self._totals, self._tallies = list(lowered.accumulators), lowered.tallies
        self._tracer: NativeProgram | None = None
        # Batches of so many rows are known to be work for one thread.
        self._small_batch = 0
        # What the steps are, once a profile asks.
        self._lines: list[str] = []

    def run(
        self,
        feed: Feed,
        *,
        scalars: Mapping[str, NDArray[np.float64]],
        step: int = 0,
        seed: int = 0,
        outputs: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> RunResult:
        given, index, batch = feed
        table = _NO_SCALARS
        if self._scalars:
            table = np.empty((feed.steps, len(self._scalars)), np.float32)
            for column, name in enumerate(self._scalars):
                table[:, column] = scalars[name]
        results = _NO_OUTPUTS
        if self._outputs:
            results = self._output_arrays(len(index), outputs)
        sources, divisors = [given[name] for name in self._sources], _NO_DIVISORS
        for source in sources:
            if type(source) is Quotients:
                sources, divisors = _split(sources)
                break
        # Small steps stay on one thread: then nobody needs to know the limit.
        limit = 1
        if batch > self._small_batch:
            if self.plan.wanted_threads(batch) == 1:
                self._small_batch = batch
            else:
                limit = thread_limit() or 0
        profile = active_profile()
        began = 0.0 if profile is None else perf_counter()
        done, status, where, row = self.plan.run(
            sources,
            index,
            batch,
            table,
            step,
            seed,
            results,
            0,
            limit,
            profile is not None,
            divisors,
        )
        if profile is not None:
            self._add_times(profile, done, perf_counter() - began)
        return self._explain(done, status, where, row, batch)

    def answer(self, rows: NDArray[Any], output: NDArray[np.float32]) -> RunResult | None:
        n = len(rows)
        if n <= self._small_batch and active_profile() is None:
            refused = self.plan.answer(rows, output)
            return None if refused is None else self._explain(*refused, n)
        feed = Feed(dict.fromkeys(self._sources, rows), np.arange(n), n)
        result = self.run(feed, scalars={}, outputs=dict.fromkeys(self._outputs, output))
        return None if result.status == "ok" else result

    def find_places(self, sources: Mapping[str, Any]) -> NDArray[np.uint16] | None:
        weights = {
            name: self.plan.listed_weights(number)
            for number, name in enumerate(self._sources)
            if name in sources
        }
        return find_places(sources, weights)

    def _explain(self, done: int, status: str, where: int, row: int, batch: int) -> RunResult:
        if status == "ok":
            return RunResult(done)
        if status == "nonfinite_total":
            return RunResult(done, status, self._totals[where], done * batch)
        return RunResult(done, status, self._sources[where], row)

    def _add_times(self, profile: Profile, steps: int, seconds: float) -> None:
        if not self._lines:
            self._lines = self.plan.describe()
        profile.add(id(self), self._lines, self.plan.take_times(), steps, seconds)

    def _output_arrays(
        self, rows: int, outputs: Mapping[str, NDArray[np.float32]] | None
    ) -> list[NDArray[np.float32]]:
        given = outputs or {}
        return [
            given[name] if name in given else np.empty((rows, per_sample * cols), np.float32)
            for name, (_, (per_sample, cols)) in self._outputs.items()
        ]

    def totals(self) -> dict[str, float]:
        # The accumulators of the totals come first, those of the tallies behind them.
        sums = self.plan.totals().tolist()
        return dict(zip(self._totals, sums[: len(self._totals)], strict=True))

    def tallies(self) -> dict[str, NDArray[np.float64]]:
        """One vector for each tally of the graph."""
        if not self._tallies:
            return {}
        sums = self.plan.totals()
        return {name: sums[first : first + k] for name, (first, k) in self._tallies.items()}

    def reset_totals(self) -> None:
        self.plan.reset_totals()

    def trace(
        self,
        feed: Feed,
        *,
        scalars: Mapping[str, NDArray[np.float64]],
        step: int = 0,
        seed: int = 0,
    ) -> dict[str, NDArray[Any]]:
        if self._tracer is None:
            quiet = Graph(outputs=self.graph.outputs)
            self._tracer = NativeProgram(quiet, self.stores, self.batch)
        rows = min(len(feed.index), feed.batch)
        shapes = {
            name: tuple(s for s in node.shape if s is not None)
            for name, node in self.graph.outputs.items()
        }
        arrays = {name: np.empty((rows, *shape), np.float32) for name, shape in shapes.items()}
        one = Feed(feed.sources, feed.index[:rows], feed.batch)
        self._tracer.run(one, scalars=scalars, step=step, seed=seed, outputs=arrays)
        return dict(arrays)


def _split(sources: list[Any]) -> tuple[list[Any], list[float]]:
    """Arrays, and what each of them is divided by."""
    held = [s if isinstance(s, Quotients) else Quotients(s, 1.0) for s in sources]
    return [one.bytes for one in held], [one.divisor for one in held]


class NativeEngine:
    """The C++ core."""

    name = "native"

    def hold(self, rows: NDArray[Any]) -> NDArray[Any] | Quotients:
        return hold(rows)

    def store(self, shape: tuple[int, ...]) -> Store:
        return _native.Store(shape)

    def lower(self, graph: Graph, stores: Mapping[str, Store], batch: int) -> NativeProgram:
        own: dict[str, _native.Store] = {}
        for name, store in stores.items():
            if not isinstance(store, _native.Store):
                raise EngineError(
                    compose(
                        f"parameter {name!r}",
                        expected="a store of the native engine",
                        received=type(store).__name__,
                    )
                )
            own[name] = store
        return NativeProgram(graph, own, batch)


ENGINE: Engine = NativeEngine()
profile_process()
