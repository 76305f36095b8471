"""Layers that are computed before rows go to the engine, which knows numbers only."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import GraphError, compose
from pronghorn._core.results import as_result
from pronghorn.ir.graph import Node, Shape, input_node
from pronghorn.layers._arguments import is_builtin
from pronghorn.layers._base import Layer
from pronghorn.layers._emission import current
from pronghorn.layers._shapes import fill_lengths, list_shapes
from pronghorn.layers._tensor import Tensor, flatten
from pronghorn.layers._texts import read_values

__all__ = ["HostCall", "HostLayer", "emit_host", "run_host_calls"]

Array = NDArray[Any]


@dataclass(frozen=True)
class HostCall:
    """One use of such a layer in a model: the names of what it reads and of what it makes."""

    layer: Any
    inputs: tuple[str, ...]
    output: str


class HostLayer(Layer):
    """y = look_up(x), by NumPy: texts or numbers to numbers, without weights or derivatives.

    In a model it stands behind the inputs, or behind other layers of its kind: what it makes of
    the rows is an input of the graph that the engine runs.

    Args: those of ``Layer``; ``dtype`` may name a type of whole numbers or "string" too, and means
        nothing.
    """

    _carries_text = True
    # Whether rows of other modes than "int" are whole numbers too, as Keras hands them out.
    _counts_whole: ClassVar[bool] = False
    output_mode: str

    def __init__(self, **kwargs: Any) -> None:
        if _names_other_dtype(kwargs.get("dtype")):
            kwargs["dtype"] = None
        super().__init__(**kwargs)

    def _output_dtype(self) -> str:
        return "int64" if self.output_mode == "int" else "float32"

    # What a layer defines.

    def look_up(self, *values: Array) -> Array:
        """The output for arrays of texts (bytes) or numbers, in any type of numbers."""
        raise NotImplementedError

    def row_shape(self, *shapes: Shape) -> Shape:
        """The shape of the output for inputs of these shapes (None first)."""
        raise NotImplementedError

    def _own_arrays(self) -> dict[str, Array]:
        """What Keras keeps in a file beside weights, by name."""
        return {}

    def _take_lines(self, lines: Sequence[str], idf_weights: Any = None) -> None:
        """The vocabulary as Keras's files have it beside the config, where there is none yet."""

    # Calling.

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """On symbolic tensors a place in a model; on texts and arrays the numbers, at once."""
        self._require_init()
        are_several = self._takes_several and isinstance(inputs, list | tuple)
        leaves = inputs if are_several else [inputs]
        if any(isinstance(leaf, Tensor | Node) for leaf in leaves):
            return super().__call__(inputs, *args, **kwargs)
        owner = f"{type(self).__name__} {self.name!r}"
        values = [read_values(owner, leaf) for leaf in leaves]
        found = self.look_up(*values)
        shapes = [(None, *np.shape(value)[1:]) for value in values]
        self._build(shapes, like=shapes if are_several else shapes[0])
        is_whole = self.output_mode == "int" or self._counts_whole
        is_counted = found.dtype.kind in "biu"
        return as_result(
            found.astype(np.int64 if is_whole else np.float32) if is_counted else found
        )

    def call(self, x: Any) -> Any:
        """The same as calling the layer."""
        return HostLayer.__call__(self, x)

    def _call_by_hand(self, inputs: Any, training: Any, keywords: Any, formula: Any) -> Any:
        return HostLayer.__call__(self, inputs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        shapes = list_shapes(input_shape)
        self._build(shapes, like=input_shape)
        return self.row_shape(*shapes)

    def _connect(
        self, inputs: Any, training: bool | None, keywords: Mapping[str, Any] | None = None
    ) -> Any:
        for tensor in flatten(inputs, Tensor, f"{type(self).__name__} {self.name!r}"):
            # What a model in front consists of shows when it is run.
            producer = tensor.producer
            if is_builtin(type(producer)) and not producer._move_before_engine():
                raise self._refuse(f"the output of {producer.name!r}")
        return super()._connect(inputs, training, keywords)

    def _emit(
        self, inputs: Any, training: bool | None = None, keywords: Mapping[str, Any] | None = None
    ) -> Node:
        nodes = flatten(inputs, Node, f"{type(self).__name__} {self.name!r}")
        if any(node.op != "input" for node in nodes):
            raise self._refuse("the values of another layer")
        node = emit_host(self, nodes, self.row_shape(*(n.shape for n in nodes)))
        current().note(self, [node])
        self._emitted_shapes = (node.shape,)
        return node

    def _refuse(self, received: str) -> GraphError:
        return GraphError(
            compose(
                f"{type(self).__name__} {self.name!r}",
                expected="the inputs of the model, or what another lookup makes of them: it is "
                "computed before the rows go to the engine",
                received=received,
                remedy="Put it right behind Input(…)",
            )
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor; there is nothing to train."""
        config = super().get_config()
        return {key: value for key, value in config.items() if key not in ("trainable", "dtype")}


def emit_host(layer: Any, nodes: Sequence[Node], shape: Shape) -> Node:
    """The input of the graph that ``layer.look_up`` makes of others, and a note of the call."""
    emission = current()
    names = tuple(str(node.attrs["name"]) for node in nodes)
    output = plain = f"{' '.join(names)}>{layer.name}"
    copy = 1
    # Layers of two nested models may share a name; the same use twice is one.
    while output in emission.host_calls and emission.host_calls[output][0].layer is not layer:
        copy += 1
        output = f"{plain}:{copy}"
    if output not in emission.host_calls:
        known = fill_lengths(emission.lengths.get(output, shape), emission.length)
        emission.host_calls[output] = HostCall(layer, names, output), input_node(output, known)
    return emission.host_calls[output][1]


def run_host_calls(calls: Sequence[HostCall], arrays: MutableMapping[str, Array]) -> None:
    """Add to the arrays what the calls make of them, in order."""
    for call in calls:
        owner = f"{type(call.layer).__name__} {call.layer.name!r}"
        found = call.layer.look_up(*(read_values(owner, arrays[name]) for name in call.inputs))
        arrays[call.output] = np.ascontiguousarray(found)


def _names_other_dtype(dtype: Any) -> bool:
    name = dtype.get("config", {}).get("name") if isinstance(dtype, Mapping) else dtype
    return isinstance(name, str) and name in ("int32", "int64", "string")
