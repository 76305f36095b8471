"""A layer on symbolic tensors: its place in a model, and the shapes that its call traces to."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pronghorn._core.members import list_members
from pronghorn.ir.graph import Node, Shape, input_node
from pronghorn.layers._emission import LENGTHS, emit
from pronghorn.layers._shapes import (
    arrange,
    fill_lengths,
    is_nested,
    is_open,
    is_shape,
    merge_lengths,
)
from pronghorn.layers._tensor import Call, Tensor, flatten, map_leaves, refuse_text

if TYPE_CHECKING:
    from pronghorn.layers._base import Layer

__all__ = ["connect_layer", "further_shapes", "trace_shape"]


def connect_layer(
    layer: Layer, inputs: Any, training: bool | None, keywords: Mapping[str, Any]
) -> Any:
    """The symbolic output, in the structure in which ``call`` gives it; one more of its calls."""
    tensors = tuple(flatten(inputs, Tensor, f"{type(layer).__name__} {layer.name!r}"))
    members = [member for value in keywords.values() for member in list_members(value)]
    further = tuple(member for member in members if isinstance(member, Tensor))
    refuse_text(layer, tensors)
    shapes = [tensor.shape for tensor in tensors]
    origin = next((repr(t.producer.name) for t in tensors if t.producer is not None), None)
    layer._build(shapes, origin, inputs, further_shapes(keywords, Tensor))
    shape = (
        trace_shape(layer, inputs, keywords)
        if further or isinstance(inputs, dict) or is_nested(inputs)
        else layer.compute_output_shape(layer._own_shape(arrange(shapes, inputs)))
    )
    number, dtype = len(layer._uses), layer._output_dtype()
    call = Call(layer, inputs, (*tensors, *further), training, number=number, keywords=keywords)
    outputs: list[Tensor] = []

    def place(shape: Any) -> Tensor:
        tensor = Tensor(tuple(shape), dtype, layer.name, call=call, position=len(outputs))
        outputs.append(tensor)
        return tensor

    call.result = map_leaves(shape, place, is_shape)
    call.outputs = tuple(outputs)
    layer._uses.append(call)
    return call.result


def trace_shape(layer: Layer, inputs: Any, keywords: Mapping[str, Any]) -> Any:
    """The shape of the output for symbolic tensors: None where it follows the rows' lengths."""
    shorter = _trace_at(layer, inputs, keywords, LENGTHS[0])
    leaves = [leaf for value in (inputs, *keywords.values()) for leaf in list_members(value)]
    if not any(isinstance(leaf, Tensor) and is_open(leaf.shape) for leaf in leaves):
        return shorter
    longer: list[Shape] = []
    map_leaves(_trace_at(layer, inputs, keywords, LENGTHS[1]), longer.append, is_shape)
    others = iter(longer)
    return map_leaves(shorter, lambda shape: merge_lengths(shape, next(others)), is_shape)


def _trace_at(layer: Layer, inputs: Any, keywords: Mapping[str, Any], length: int) -> Any:
    """``trace_shape`` with ``length`` for the lengths that rows bring along."""
    numbers = itertools.count()

    def stand_in(value: Any) -> Any:
        if isinstance(value, Tensor):
            return input_node(f"x{next(numbers)}", fill_lengths(value.shape, length))
        if isinstance(value, Mapping):
            return {key: stand_in(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [stand_in(part) for part in value]
        return value

    # The operations of `call` know their shapes: a second rule is not needed.
    with emit(training=False, length=length):
        result = layer._emit(stand_in(inputs), None, stand_in(keywords))
    return map_leaves(result, lambda node: node.shape)


def further_shapes(keywords: Mapping[str, Any], kind: type[Node | Tensor]) -> dict[str, Any]:
    """``<name>_shape`` for each further input, as ``build`` may ask for it."""
    return {
        f"{name}_shape": value.shape for name, value in keywords.items() if isinstance(value, kind)
    }
