"""Central differences on the reference engine: derivatives from function values alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.engines.base import Feed
from pronghorn.engines.reference import ENGINE
from pronghorn.ir.graph import Graph, Node

Doubles = NDArray[np.float64]

# The five-point stencil errs by h⁴ f⁽⁵⁾ / 30 and by rounding, about 2e-16 |f| / h: both near 1e-13.
STEP = 1e-3


def evaluate(
    values: Mapping[str, Node], arrays: Mapping[str, Any], rows: int = 1, **scalars: float
) -> dict[str, Doubles]:
    """The nodes' values in float64; ``arrays`` holds inputs and parameters by name."""
    graph = Graph(outputs=values)
    stores = {}
    sources = {}
    for node in graph.nodes():
        if node.op == "input":
            sources[node.attrs["name"]] = arrays[node.attrs["name"]]
        elif node.op == "parameter":
            stores[node.attrs["name"]] = ENGINE.store(tuple(int(s or 0) for s in node.shape))
            stores[node.attrs["name"]].write(arrays[node.attrs["name"]])
    program = ENGINE.lower(graph, stores, rows)
    feed = Feed(sources, np.arange(rows), rows)
    return program.trace(feed, scalars={k: np.array([v]) for k, v in scalars.items()}, seed=5)


def differentiate(f: Callable[[Doubles], float], at: Doubles) -> Doubles:
    """d f / d x at ``at``, element by element."""
    at = np.asarray(at, np.float64)
    slope = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        shift = np.zeros_like(at)
        shift[place] = STEP
        # f' ≈ (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h
        near = f(at + shift) - f(at - shift)
        far = f(at + 2 * shift) - f(at - 2 * shift)
        slope[place] = (8 * near - far) / (12 * STEP)
    return slope
