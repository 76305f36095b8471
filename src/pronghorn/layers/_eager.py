"""A layer on arrays, at once: its graph, lowered and run on one batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn._core import config, rng
from pronghorn._core.errors import DataError, compose, describe
from pronghorn.engines.base import Feed, engine_named
from pronghorn.ir.graph import Graph, Node, input_node
from pronghorn.layers._emission import emit

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["run_eagerly"]


def run_eagerly(layer: Layer, inputs: Any, training: bool) -> Any:
    """The layer's output as float32 arrays, in the structure in which ``call`` gives it."""
    arrays = [_as_array(layer, value) for value in _leaves(inputs)]
    shapes = [(None, *array.shape[1:]) for array in arrays]
    layer._build(shapes)
    with emit(training) as emission:
        nodes = [input_node(f"x{i}", shape) for i, shape in enumerate(shapes)]
        result = layer._emit(_pack(inputs, iter(nodes)), training)
    several = isinstance(result, list | tuple)
    outputs: list[Node] = list(result) if several else [result]
    graph = Graph(outputs={str(i): node for i, node in enumerate(outputs)})
    engine = engine_named(config.engine())
    n = len(arrays[0])
    stores = {name: v.adopt(engine) for name, v in emission.variables.items()}
    found = {
        str(i): np.empty((n, *(int(s or 1) for s in node.shape[1:])), np.float32)
        for i, node in enumerate(outputs)
    }
    engine.lower(graph, stores, n).run(
        Feed({f"x{i}": array for i, array in enumerate(arrays)}, np.arange(n), n),
        scalars={},
        seed=rng.next_seed() if training else 0,
        outputs=found,
    )
    return list(found.values()) if several else found["0"]


def _leaves(inputs: Any) -> list[Any]:
    if isinstance(inputs, Mapping):
        return list(inputs.values())
    if isinstance(inputs, list | tuple) and inputs and np.ndim(inputs[0]) > 1:
        return list(inputs)
    return [inputs]


def _pack(inputs: Any, nodes: Any) -> Any:
    if isinstance(inputs, Mapping):
        return {key: next(nodes) for key in inputs}
    if isinstance(inputs, list | tuple) and inputs and np.ndim(inputs[0]) > 1:
        return [next(nodes) for _ in inputs]
    return next(nodes)


def _as_array(layer: Layer, value: Any) -> np.ndarray[Any, Any]:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.ndim == 0 or len(array) == 0:
        raise DataError(
            compose(
                f"{type(layer).__name__} {layer.name!r}",
                expected="an array of numbers with one row per sample, or a symbolic tensor",
                received=describe(value),
            )
        )
    return np.ascontiguousarray(array)
