"""The reference engine: a NumPy float64 interpreter of the graph.

It is the definition. Each node's meaning is its row of ``TENSOR_OPS``; nothing is fused, planned
or reused, so that what it computes can be read off the tables. The other engines are opinions
about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import EngineError, ShapeError, compose
from pronghorn.engines.base import Engine, Feed, RunResult, Store
from pronghorn.ir.graph import Graph, Node
from pronghorn.ir.labels import find_labels
from pronghorn.ir.ops import TENSOR_OPS

__all__ = ["ENGINE", "ReferenceStore"]

Array = NDArray[Any]


class ReferenceStore:
    """A float64 array."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.value: NDArray[np.float64] = np.zeros(shape, np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def read(self) -> NDArray[np.float32]:
        return self.value.astype(np.float32)

    def write(self, array: Array) -> None:
        array = np.asarray(array)
        if array.shape != self.shape:
            raise ShapeError(
                compose("store", expected=f"shape {self.shape}", received=f"shape {array.shape}")
            )
        self.value = array.astype(np.float64)

    def fill(self, value: float) -> None:
        self.value = np.full(self.shape, value, np.float64)


class _Step:
    """What the meanings may ask of one step (``ir.ops.Context``)."""

    def __init__(
        self,
        arrays: Mapping[str, Array],
        stores: Mapping[str, ReferenceStore],
        rows: int,
        seed: int,
        step: int,
        scalars: dict[str, float],
    ) -> None:
        self.arrays, self.stores = arrays, stores
        self.rows, self.seed, self.step, self.scalars = rows, seed, step, scalars

    def read(self, kind: str, name: str) -> Array:
        return self.arrays[name] if kind == "input" else self.stores[name].value


class ReferenceProgram:
    """A graph, run node by node."""

    def __init__(self, graph: Graph, stores: Mapping[str, ReferenceStore]) -> None:
        self.graph, self.stores = graph, stores
        self.nodes = graph.nodes()
        self.shapes = {n.attrs["name"]: n.shape[1:] for n in self.nodes if n.op == "input"}
        self.classes = find_labels(graph)
        self.reset_totals()

    def run(
        self,
        feed: Feed,
        *,
        scalars: Mapping[str, NDArray[np.float64]],
        step: int = 0,
        seed: int = 0,
        outputs: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> RunResult:
        for i in range(feed.steps):
            first = i * feed.batch
            index = feed.index[first : first + feed.batch]
            arrays = self._gather(feed, index)
            refused = self._refuse(arrays, index)
            if refused is not None:
                return RunResult(i, *refused)
            now = {name: float(values[i]) for name, values in scalars.items()}
            values = self._evaluate(_Step(arrays, self.stores, len(index), seed, step + i, now))
            parts = {
                name: sum(_count(values[t], t, len(index)) for t in terms)
                for name, terms in self.graph.totals.items()
            }
            guard = self.graph.guard
            if guard is not None and not np.isfinite(parts[guard]):
                return RunResult(i, "nonfinite_total", guard, first)
            for name, part in parts.items():
                self._totals[name] += float(part)
            for name, node in self.graph.tallies.items():
                self._tallies[name] += np.sum(values[node], axis=0)
            for name, node in self.graph.writes.items():
                self.stores[name].value = np.array(values[node], np.float64)
            for name, node in self.graph.outputs.items():
                if outputs is not None and name in outputs:
                    outputs[name][first : first + len(index)] = values[node]
        return RunResult(feed.steps)

    def answer(self, rows: NDArray[Any], output: NDArray[np.float32]) -> RunResult | None:
        feed = Feed(dict.fromkeys(self.shapes, rows), np.arange(len(rows)), len(rows))
        result = self.run(feed, scalars={}, outputs=dict.fromkeys(self.graph.outputs, output))
        return None if result.status == "ok" else result

    def find_places(self, sources: Mapping[str, Any]) -> NDArray[np.uint16] | None:
        return None

    def totals(self) -> dict[str, float]:
        return dict(self._totals)

    def tallies(self) -> dict[str, NDArray[np.float64]]:
        return {name: vector.copy() for name, vector in self._tallies.items()}

    def reset_totals(self) -> None:
        self._totals = dict.fromkeys(self.graph.totals, 0.0)
        self._tallies = {
            name: np.zeros(int(node.shape[-1] or 0)) for name, node in self.graph.tallies.items()
        }

    def trace(
        self,
        feed: Feed,
        *,
        scalars: Mapping[str, NDArray[np.float64]],
        step: int = 0,
        seed: int = 0,
    ) -> dict[str, Array]:
        index = feed.index[: feed.batch]
        now = {name: float(values[0]) for name, values in scalars.items()}
        values = self._evaluate(
            _Step(self._gather(feed, index), self.stores, len(index), seed, step, now)
        )
        return {name: np.array(values[node]) for name, node in self.graph.outputs.items()}

    def _gather(self, feed: Feed, index: NDArray[np.int64]) -> dict[str, Array]:
        return {
            name: np.asarray(feed.sources[name][index], np.float64).reshape(len(index), *shape)
            for name, shape in self.shapes.items()
        }

    def _refuse(
        self, arrays: Mapping[str, Array], index: NDArray[np.int64]
    ) -> tuple[str, str, int] | None:
        for name, array in arrays.items():
            flat = array.reshape(len(index), -1)
            bad = ~np.isfinite(flat).all(axis=1)
            if bad.any():
                return ("nonfinite_input", name, int(index[bad.argmax()]))
            if name in self.classes:
                outside = ((flat < 0) | (flat >= self.classes[name])).any(axis=1)
                if outside.any():
                    return ("label", name, int(index[outside.argmax()]))
        return None

    def _evaluate(self, context: _Step) -> dict[Node, Any]:
        values: dict[Node, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                operands = [values[x] for x in node.inputs]
                values[node] = TENSOR_OPS[node.op].meaning(node, operands, context)
        return values


def _count(value: Any, term: Node, rows: int) -> float:
    """A term with a batch axis is summed over it; one without counts once for each sample."""
    return float(np.sum(value)) * (1 if term.has_batch else rows)


class ReferenceEngine:
    """NumPy, float64, one node after the other."""

    name = "reference"

    def hold(self, rows: NDArray[Any]) -> NDArray[Any]:
        return rows

    def store(self, shape: tuple[int, ...]) -> ReferenceStore:
        return ReferenceStore(shape)

    def lower(self, graph: Graph, stores: Mapping[str, Store], batch: int) -> ReferenceProgram:
        own: dict[str, ReferenceStore] = {}
        for name, store in stores.items():
            if not isinstance(store, ReferenceStore):
                raise EngineError(
                    compose(
                        f"parameter {name!r}",
                        expected="a store of the reference engine",
                        received=type(store).__name__,
                    )
                )
            own[name] = store
        return ReferenceProgram(graph, own)


ENGINE: Engine = ReferenceEngine()
