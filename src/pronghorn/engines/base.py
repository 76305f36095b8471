"""The seam between graphs and the machines that run them.

An ``Engine`` keeps arrays (``Store``) and turns a ``Graph`` into a ``Program``. A program runs
many steps per call and comes back only when they are done, so one epoch may be one call without
the GIL. Training, evaluation and prediction are three graphs over the same stores, hence three
programs. Everything above this file is blind to which engine runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import EngineError, compose
from pronghorn.ir.graph import Graph

__all__ = ["Engine", "Feed", "Program", "RunResult", "Store", "engine_named"]


class Store(Protocol):
    """One parameter, slot or counter in the engine's own layout and precision."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def read(self) -> NDArray[np.float32]:
        """A copy in plain row-major form."""

    def write(self, array: NDArray[Any]) -> None:
        """Replace the contents; the shape must be the store's own."""

    def fill(self, value: float) -> None: ...


class Feed(NamedTuple):
    """The rows of a run: data by input name, and which rows, in which order, in what batches.

    ``sources``: name → array of at least one row per index, any numeric dtype, kept as it is; or
    what the engine made of it (``Engine.hold``).
    ``index``: row numbers in the order they are visited; a batch is ``batch`` of them, the last
    one what remains.
    """

    sources: Mapping[str, Any]
    index: NDArray[np.int64]  # type: ignore[assignment]  # hides tuple.index
    batch: int

    @property
    def steps(self) -> int:
        return -(-len(self.index) // self.batch)


class RunResult(NamedTuple):
    """What a run did.

    ``status``: "ok"; "nonfinite_input" (``name``: the source, ``row``: the row of the data);
    "label" (a label outside the classes: ``name``, ``row``); "nonfinite_total" (``name``: the
    total, ``row``: the first row position of the batch). Unless "ok", the step that failed wrote
    nothing and ``steps`` counts those before it.
    """

    steps: int
    status: str = "ok"
    name: str = ""
    row: int = -1


class Program(Protocol):
    """A graph made ready to run."""

    def run(
        self,
        feed: Feed,
        *,
        scalars: Mapping[str, NDArray[np.float64]],
        step: int = 0,
        seed: int = 0,
        outputs: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> RunResult:
        """Run one step for every batch of the feed.

        ``scalars``: name → one number a step (the graph's step scalars). ``step`` numbers the
        first step for the counter RNG and ``seed`` keys it. ``outputs``: name → array
        (len(index), …) that receives the graph's outputs. Raises KeyboardInterrupt between two
        steps.
        """

    def answer(self, rows: NDArray[Any], output: NDArray[np.float32]) -> RunResult | None:
        """One batch of a graph with one input and one output that draws nothing.

        What ``run`` does without step scalars, with less around it; None where all went well.
        """

    def find_places(self, sources: Mapping[str, Any]) -> NDArray[np.uint16] | None:
        """For every row of the sources a number, by which ``group_alike`` orders a batch.

        None where to order them makes no run faster.
        """

    def totals(self) -> dict[str, float]:
        """The graph's totals since the last reset, in float64."""

    def tallies(self) -> dict[str, NDArray[np.float64]]:
        """The graph's tallies since the last reset: one vector (k,) each."""

    def reset_totals(self) -> None:
        """Totals and tallies begin at zero again."""

    def trace(
        self,
        feed: Feed,
        *,
        scalars: Mapping[str, NDArray[np.float64]],
        step: int = 0,
        seed: int = 0,
    ) -> dict[str, NDArray[Any]]:
        """The graph's outputs on one batch, writing nothing."""


class Engine(Protocol):
    """An execution engine: native or reference."""

    name: str

    def hold(self, rows: NDArray[Any]) -> Any:
        """``rows`` in the form that this engine's programs read fastest, as a source of a feed.

        The same numbers, or the array itself. Anything else holds finite numbers only.
        """

    def store(self, shape: tuple[int, ...]) -> Store:
        """A zeroed store."""

    def lower(self, graph: Graph, stores: Mapping[str, Store], batch: int) -> Program:
        """A program for batches of up to ``batch`` rows; ``stores`` holds every parameter of
        the graph by name. Raises EngineError where the engine cannot run the graph."""


_ENGINES = {"native": "pronghorn.engines.native", "reference": "pronghorn.engines.reference"}


def engine_named(name: str) -> Engine:
    """The engine called ``name``, imported on first use."""
    if name not in _ENGINES:
        raise EngineError(
            compose("engine", expected=" or ".join(map(repr, _ENGINES)), received=repr(name))
        )
    engine: Engine = import_module(_ENGINES[name]).ENGINE
    return engine
