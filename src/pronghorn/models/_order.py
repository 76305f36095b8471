"""The order of the layers of a model, by which Keras lists weights and names them in files."""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn.layers._base import Layer
from pronghorn.layers._tensor import Call, Tensor

__all__ = ["order_layers"]


def order_layers(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Layer]:
    """The layers between the tensors: those farthest from the outputs first.

    The distance of a layer is the length of the longest way to an output, over all of its calls.
    Of equal ones comes first what a walk back from the outputs, operand by operand, meets first.

    >>> from pronghorn import Input, layers
    >>> x = Input((2,), name="x")
    >>> long = layers.Dense(2, name="b")(layers.Dense(2, name="a")(x))
    >>> total = layers.Add(name="sum")([layers.Dense(2, name="c")(x), long])
    >>> [layer.name for layer in order_layers([x], [total])]
    ['x', 'a', 'c', 'b', 'sum']
    """
    met, finished = _walk_back(inputs, outputs)
    depths: dict[Layer, int] = {}
    of_calls: dict[Call, int] = {}
    for call in reversed(finished):
        depth = max(of_calls.get(call, 0), depths.get(call.layer, 0))
        depths[call.layer] = depth
        for operand in call.inputs if not _is_input(call, inputs) else ():
            if operand.call is not None:
                of_calls[operand.call] = max(of_calls.get(operand.call, 0), depth + 1)
    for tensor in inputs:
        if tensor.producer not in depths:
            # An input that no output needs.
            depths[tensor.producer], met[tensor.producer] = 0, -1
    return sorted(depths, key=lambda layer: (-depths[layer], met[layer]))


def _is_input(call: Call, inputs: Sequence[Tensor]) -> bool:
    return any(tensor in inputs for tensor in call.outputs)


def _walk_back(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor]
) -> tuple[dict[Layer, int], list[Call]]:
    """When each layer was met first, and the calls, operands before users."""
    met: dict[Layer, int] = {}
    finished: dict[Call, None] = {}
    stack = [(tensor.call, False) for tensor in reversed(outputs)]
    while stack:
        call, is_ready = stack.pop()
        if call is None or call in finished:
            continue
        if is_ready:
            finished[call] = None
            continue
        met.setdefault(call.layer, len(met))
        stack.append((call, True))
        if not _is_input(call, inputs):
            stack += [(operand.call, False) for operand in reversed(call.inputs)]
    return met, list(finished)
