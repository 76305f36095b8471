"""A layer on arrays, at once: its graph, lowered and run on one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import config
from pronghorn._core.errors import DataError, compose, describe
from pronghorn._core.results import as_result
from pronghorn.engines.base import Feed, RunResult, engine_named
from pronghorn.ir.graph import Graph, Node, broadcast_to, input_node
from pronghorn.ir.labels import find_labels
from pronghorn.ir.operators import Operators
from pronghorn.ir.precision import use_precision
from pronghorn.layers._arguments import is_builtin
from pronghorn.layers._emission import Emission, emit
from pronghorn.layers._tensor import flatten, map_leaves
from pronghorn.layers._texts import is_text, read_texts

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["run_eagerly"]


def run_eagerly(
    layer: Layer,
    inputs: Any,
    training: bool | None,
    keywords: Mapping[str, Any] | None = None,
    formula: Callable[..., Any] | None = None,
) -> Any:
    """The layer's output as float32 arrays, in the structure in which ``call`` gives it.

    ``training``: None where the caller says nothing; then layers that were told when they were
    connected, or have a default, do as they were told. ``formula``: what is computed of the layer
    and its inputs instead of the whole layer, with the penalty on its output.

    What the layers assign to their variables is written, and what they add to the loss is kept
    for ``losses``.
    """
    arrays = [_as_array(layer, value) for value in _leaves(inputs)]
    shapes = [(None, *array.shape[1:]) for array in arrays]
    further = {k: _as_array(layer, v) for k, v in (keywords or {}).items() if is_data(v)}
    layer._build(
        shapes,
        like=_pack(inputs, iter(shapes)) if _is_container(inputs) else None,
        further={f"{name}_shape": (None, *array.shape[1:]) for name, array in further.items()},
    )
    with emit(training) as emission:
        nodes = [input_node(f"x{i}", shape) for i, shape in enumerate(shapes)]
        given: dict[str, Any] = dict(keywords or {})
        for name, array in further.items():
            given[name] = input_node(name, (None, *array.shape[1:]))
        symbolic = _pack(inputs, iter(nodes))
        if formula is None:
            result = layer._emit(symbolic, training, given)
        else:
            told = {} if training is None else {"training": training}
            with use_precision(layer._product_precision):
                result = formula(layer, symbolic, **given, **told)
    asked: list[Node] = flatten(result, Node, layer.name)
    # What belongs to the whole batch is computed as the same row for each, and given once.
    outputs = [
        node if node.has_batch else broadcast_to(node, (None, *node.shape)) for node in asked
    ]
    graph = Graph(
        outputs={str(i): node for i, node in enumerate(outputs)},
        totals={str(i): (node,) for i, node in enumerate(emission.penalties)},
        writes=emission.written(),
    )
    sources = {f"x{i}": array for i, array in enumerate(arrays)} | further
    sources = _look_up(layer, graph, emission, sources)
    engine = engine_named(config.engine())
    n = len(arrays[0])
    stores = {name: v.adopt(engine) for name, v in emission.variables.items()}
    found = {
        str(i): np.empty((n, *(int(s or 1) for s in node.shape[1:])), np.float32)
        for i, node in enumerate(outputs)
    }
    program = engine.lower(graph, stores, n)
    seed, step = layer._draws.take(graph)
    outcome = program.run(
        Feed(sources, np.arange(n), n), scalars={}, step=step, seed=seed, outputs=found
    )
    if outcome.status != "ok":
        raise _refuse_row(layer, outcome, find_labels(graph))
    _keep_losses(layer, emission, program.totals(), n)
    given_out = zip(asked, found.values(), strict=True)
    arrays_out = (array if node.has_batch else array[0] for node, array in given_out)
    return map_leaves(result, lambda _: as_result(next(arrays_out)))


def _look_up(
    layer: Layer, graph: Graph, emission: Emission, arrays: dict[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """The arrays that the graph reads, with those that are made of texts or numbers first."""
    from pronghorn.layers._host import run_host_calls  # its layers are made of this one's base

    run_host_calls([call for call, _ in emission.host_calls.values()], arrays)
    read = {node.attrs["name"] for node in graph.nodes() if node.op == "input"}
    for name in read:
        if arrays[name].dtype.kind == "O":
            raise _refuse_input(layer, "texts")
    return {name: array for name, array in arrays.items() if array.dtype.kind != "O"}


def is_data(value: Any) -> bool:
    """Whether a further argument of a call is an array, not an option."""
    if isinstance(value, list):
        return np.ndim(value) > 0
    return hasattr(value, "__array__") and not isinstance(value, Operators | np.generic)


def _refuse_row(layer: Layer, outcome: RunResult, labels: Mapping[str, int]) -> DataError:
    """The error for a row that the layer cannot compute with."""
    is_label = outcome.status == "label"
    expected = (
        f"whole numbers from 0 to {labels[outcome.name] - 1}" if is_label else "finite values"
    )
    return DataError(
        compose(
            f"{type(layer).__name__} {layer.name!r}",
            expected=expected,
            received=f"another one in row {outcome.row}",
        )
    )


def _keep_losses(layer: Layer, emission: Emission, totals: Mapping[str, float], n: int) -> None:
    for part in layer._with_sublayers():
        part._added_losses = []
    # A term without a batch axis counts once for each row.
    for i, (part, _) in enumerate(emission.penalized):
        part._added_losses.append(totals[str(i)] / n)


def _is_list(inputs: Any) -> bool:
    return (
        isinstance(inputs, list | tuple)
        and len(inputs) > 0
        and (is_data(inputs[0]) if hasattr(inputs[0], "__array__") else np.ndim(inputs[0]) > 1)
    )


def _is_container(inputs: Any, *, is_inner: bool = False) -> bool:
    """Whether it holds several inputs: numbers in lists within them are one input each."""
    if not isinstance(inputs, list | tuple):
        return isinstance(inputs, Mapping)
    if not inputs:
        return False
    first = inputs[0]
    if hasattr(first, "__array__") or not is_inner:
        return _is_list(inputs) or isinstance(first, Mapping)
    return _is_container(first, is_inner=True)


def _leaves(inputs: Any, *, is_inner: bool = False) -> list[Any]:
    if not _is_container(inputs, is_inner=is_inner):
        return [inputs]
    members = inputs.values() if isinstance(inputs, Mapping) else inputs
    return [leaf for member in members for leaf in _leaves(member, is_inner=True)]


def _pack(inputs: Any, values: Any, *, is_inner: bool = False) -> Any:
    """The values in the places of the inputs."""
    if not _is_container(inputs, is_inner=is_inner):
        return next(values)
    if isinstance(inputs, Mapping):
        return {key: _pack(member, values, is_inner=True) for key, member in inputs.items()}
    return [_pack(member, values, is_inner=True) for member in inputs]


def _as_array(layer: Layer, value: Any) -> NDArray[Any]:
    array = np.asarray(value)
    takes_text = layer._carries_text or not is_builtin(type(layer))
    if takes_text and array.ndim and is_text(array):
        return read_texts(f"{type(layer).__name__} {layer.name!r}", array)
    if array.dtype.kind not in "biuf" or array.ndim == 0 or len(array) == 0:
        raise _refuse_input(layer, describe(value))
    return np.ascontiguousarray(array)


def _refuse_input(layer: Layer, received: str) -> DataError:
    return DataError(
        compose(
            f"{type(layer).__name__} {layer.name!r}",
            expected="an array of numbers with one row per sample, or a symbolic tensor",
            received=received,
        )
    )
