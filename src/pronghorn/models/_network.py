"""Layers connected: what lies between a model's inputs and its outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import GraphError, compose
from pronghorn._core.naming import name_apart
from pronghorn.ir.graph import Graph, Node, Shape, input_node, order
from pronghorn.ir.text import show
from pronghorn.layers._arguments import is_builtin
from pronghorn.layers._base import Layer
from pronghorn.layers._emission import Emission, current, emit
from pronghorn.layers._host import HostCall, HostLayer
from pronghorn.layers._input import InputLayer
from pronghorn.layers._lambda import Lambda
from pronghorn.layers._shapes import fill_lengths, is_nested, is_open
from pronghorn.layers._tensor import Call, Tensor, flatten, map_leaves
from pronghorn.models._order import order_layers

__all__ = ["Network", "align", "map_structure"]


class Network:
    """The uses of layers that lead from the input tensors to the output tensors, in order.

    ``inputs`` and ``outputs`` keep the structure that they were given in (one tensor, a list, a
    dict); outputs in a dict stand in the order of their keys, as in Keras. Raises GraphError where
    an output does not follow from the inputs alone, or two layers share a name.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs, self.outputs = inputs, _sort_keys(outputs)
        self.added_losses: list[Tensor] = []
        self.input_tensors: list[Tensor] = flatten(inputs, Tensor, "Model inputs")
        self.output_tensors: list[Tensor] = flatten(self.outputs, Tensor, "Model outputs")
        for tensor in self.output_tensors:
            _require_rows(tensor)
        if not self.input_tensors or not self.output_tensors:
            raise GraphError(
                compose("Model", expected="at least one input and one output", received="none")
            )
        if any(not isinstance(t.producer, InputLayer) for t in self.input_tensors):
            self._begin_anew()
        #: The shapes of the rows for which a step is being built, by the names of its inputs.
        self.lengths: Mapping[str, Shape] = {}
        self.calls = self._find_calls()
        # Keras meets inputs, too, in the order of their keys.
        self.layers = order_layers(
            flatten(_sort_keys(self.inputs), Tensor, "Model inputs"), self.output_tensors
        )
        self._check_names()

    def _begin_anew(self) -> None:
        """Put an Input in place of every input tensor that a layer made: what leads to it is no
        part of the model. The layers behind are called once more."""
        fresh: dict[Tensor, Tensor] = {
            tensor: tensor
            if isinstance(tensor.producer, InputLayer)
            else InputLayer(tensor.shape[1:], dtype=tensor.dtype).output
            for tensor in self.input_tensors
        }
        for call in self._find_calls():
            given = map_structure(call.structure, fresh)
            result = call.layer._connect(given, call.training, map_structure(call.keywords, fresh))
            fresh.update(zip(call.outputs, flatten(result, Tensor, call.layer.name), strict=True))
        self.inputs, self.outputs = (
            map_structure(part, fresh) for part in (self.inputs, self.outputs)
        )
        self.input_tensors = [fresh[tensor] for tensor in self.input_tensors]
        self.output_tensors = [fresh[tensor] for tensor in self.output_tensors]

    # Every call of a model asks for these; they are as they were when it was connected.

    @cached_property
    def input_names(self) -> list[str]:
        """The names of the inputs: the keys of a dict, else those of the Input layers."""
        if isinstance(self.inputs, dict) and not is_nested(self.inputs):
            return [str(key) for key in self.inputs]
        return [tensor.producer.name for tensor in self.input_tensors]

    @cached_property
    def output_names(self) -> list[str]:
        """The names of the outputs: the keys of a dict, else those of the last layers."""
        if isinstance(self.outputs, dict) and not is_nested(self.outputs):
            return [str(key) for key in self.outputs]
        return list(name_apart((t.producer.name, t) for t in self.output_tensors))

    @cached_property
    def is_nested(self) -> bool:
        """Whether inputs or outputs are in lists or dicts within others."""
        return is_nested(self.inputs) or is_nested(self.outputs)

    def flatten_data(self, x: Any, *targets: Any) -> tuple[Any, ...]:
        """Data in the structure of inputs, targets and weights in that of outputs, by position;
        what is laid out otherwise stays as it is."""
        return _flatten_as(self.inputs, x), *(_flatten_as(self.outputs, part) for part in targets)

    @cached_property
    def input_shapes(self) -> list[Shape]:
        return [tensor.shape for tensor in self.input_tensors]

    @cached_property
    def output_shapes(self) -> list[Shape]:
        return [tensor.shape for tensor in self.output_tensors]

    @cached_property
    def text_names(self) -> frozenset[str]:
        """The names of the inputs that are texts."""
        pairs = zip(self.input_names, self.input_tensors, strict=True)
        return frozenset(name for name, tensor in pairs if tensor.dtype == "string")

    @cached_property
    def host_calls(self) -> tuple[HostCall, ...]:
        """What is computed before rows go to the engine, in order.

        Raises GraphError for texts that reach a layer which computes with numbers.
        """
        parts = [part for layer in self.layers for part in layer._with_sublayers()]
        if not self.text_names and not any(isinstance(part, HostLayer) for part in parts):
            return ()
        names = [f"x:{name}" for name in self.input_names]
        with emit(training=False) as emission:
            outputs = self.forward(self._stand_ins(names))
        read = {n.attrs["name"] for n in order([*outputs, *emission.penalties]) if n.op == "input"}
        for name in sorted(self.text_names):
            if f"x:{name}" in read:
                raise GraphError(
                    compose(
                        f"Model input {name!r}",
                        expected="a layer behind it that makes numbers of its texts",
                        received="one that computes with numbers",
                        remedy="StringLookup, TextVectorization and Hashing take texts",
                    )
                )
        return tuple(call for call, _ in emission.host_calls.values())

    @cached_property
    def leaves_traces(self) -> bool:
        """Whether layers add terms to the loss (``add_loss``, activities) or assign variables
        while rows pass that train nothing."""
        return _leaves_traces(self._try(training=False)[0])

    @cached_property
    def assigns(self) -> bool:
        """Whether layers assign variables while rows pass that train nothing."""
        parts = {type(part) for layer in self.layers for part in layer._with_sublayers()}
        # Those of Pronghorn assign in training only; most models have no others.
        if all(is_builtin(kind) and kind is not Lambda for kind in parts):
            return False
        return bool(self._try(training=False)[0].updates)

    @cached_property
    def is_called_as_predicted(self) -> bool:
        """Whether calling it, without a word on training, is what ``predict`` does and no more:
        no layer was told ``training=True`` when it was connected, or has that for its default."""
        emission, outputs = self._try(training=None)
        if _leaves_traces(emission):
            return False
        return not emission.is_undecided or show(Graph(outputs)) == show(
            Graph(self._try(training=False)[1])
        )

    def _try(self, training: bool | None) -> tuple[Emission, dict[str, Node]]:
        """What a call leaves behind, and its outputs."""
        with emit(training) as emission:
            nodes = self.forward(self._stand_ins([f"x{i}" for i in range(len(self.input_shapes))]))
        return emission, {str(i): node for i, node in enumerate(nodes)}

    @cached_property
    def is_open(self) -> bool:
        """Whether the length of rows, or of what lookups make of them, differs with the data."""
        made = [t.shape for call in self.calls for t in call.outputs]
        return any(map(is_open, (*self.input_shapes, *made)))

    def _stand_ins(self, names: Sequence[str]) -> list[Node]:
        shapes = [fill_lengths(shape, current().length) for shape in self.input_shapes]
        return [input_node(name, shape) for name, shape in zip(names, shapes, strict=True)]

    def add_loss(self, tensor: Tensor) -> None:
        """Let a tensor that follows from the inputs be a term of the loss; summed if it has axes.

        Raises GraphError for one that does not, or that needs layers with weights of their own.
        """
        self.added_losses.append(tensor)
        try:
            calls = self._find_calls()
            known = {w for layer in self.layers for w in layer.weights}
            for layer in dict.fromkeys(call.layer for call in calls):
                if not known.issuperset(layer.weights):
                    raise GraphError(
                        compose(
                            "Model add_loss",
                            expected="a tensor made of layers of the model",
                            received=f"one that needs {layer.name!r}",
                            remedy="Give the tensor to the model as one of its outputs",
                        )
                    )
        except GraphError:
            self.added_losses.pop()
            raise
        self.calls = calls
        for name in ("leaves_traces", "is_called_as_predicted"):
            vars(self).pop(name, None)

    def forward(self, nodes: Sequence[Node]) -> list[Node]:
        """Call every layer on symbolic values; one node an output.

        Whether this is training the caller says; layers that were told so when they were connected
        do as they were told where it says nothing.
        """
        emission = current()
        emission.lengths.update(self.lengths)
        is_told = emission.training is not None
        values: dict[Tensor, Node] = dict(zip(self.input_tensors, nodes, strict=True))
        for call in self.calls:
            given = map_structure(call.structure, values)
            further = map_structure(call.keywords, values)
            result = call.layer._emit(given, None if is_told else call.training, further)
            results = flatten(result, Node, call.layer.name)
            values.update(zip(call.outputs, results, strict=True))
        for tensor in self.added_losses:
            node = values[tensor]
            emission.penalized.append((tensor.producer, ops.sum(node) if node.rank else node))
        return [values[tensor] for tensor in self.output_tensors]

    def _find_calls(self) -> list[Call]:
        """The calls that the outputs need, operands before users, in the order of creation."""
        known, wanted = set(self.input_tensors), [*self.output_tensors, *self.added_losses]
        found: dict[Call, None] = {}
        stack: list[tuple[Tensor, bool]] = [(t, False) for t in reversed(wanted)]
        while stack:
            tensor, is_ready = stack.pop()
            call = tensor.call
            if tensor in known or call is None or call in found:
                continue
            if is_ready:
                found[call] = None
                continue
            if isinstance(call.layer, InputLayer):
                raise GraphError(
                    compose(
                        "Model outputs",
                        expected="outputs that follow from "
                        + ", ".join(repr(t.producer.name) for t in self.input_tensors),
                        received=f"one that needs {call.layer.name!r} too",
                        remedy="List every Input in inputs=[…]",
                    )
                )
            stack.append((tensor, True))
            stack.extend((operand, False) for operand in reversed(call.inputs))
        return list(found)

    def _check_names(self) -> None:
        taken: dict[str, Layer] = {}
        for layer in self.layers:
            if taken.setdefault(layer.name, layer) is not layer:
                raise GraphError(
                    compose(
                        "Model",
                        expected="layers with different names",
                        received=f"two called {layer.name!r}",
                        remedy="Give one of them another name=",
                    )
                )

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)


def _leaves_traces(emission: Emission) -> bool:
    return bool(emission.penalized or emission.updates)


def _sort_keys(structure: Any) -> Any:
    """The structure with its dicts in the order of their keys."""
    if isinstance(structure, dict):
        return {key: _sort_keys(structure[key]) for key in sorted(structure)}
    if isinstance(structure, list | tuple):
        parts = [_sort_keys(part) for part in structure]
        return tuple(parts) if isinstance(structure, tuple) else parts
    return structure


def align(given: Any, like: Any) -> list[Any] | None:
    """What is given for the tensors in ``like``, in their order; None for another structure."""
    if isinstance(like, Tensor):
        return None if isinstance(given, Mapping) else [given]
    if isinstance(like, dict):
        if not isinstance(given, Mapping) or given.keys() != like.keys():
            return None
        pairs = [(given[key], like[key]) for key in like]
    else:
        if not isinstance(given, list | tuple) or len(given) != len(like):
            return None
        pairs = list(zip(given, like, strict=True))
    parts = [align(*pair) for pair in pairs]
    return None if None in parts else [leaf for part in parts for leaf in part or ()]


def _flatten_as(like: Any, given: Any) -> Any:
    # What belongs to a single tensor is data, a list of rows or None too.
    return given if isinstance(like, Tensor) else align(given, like) or given


def map_structure(structure: Any, values: dict[Tensor, Any]) -> Any:
    """The structure with every tensor replaced by its value."""
    return map_leaves(structure, lambda part: values[part] if isinstance(part, Tensor) else part)


def _require_rows(tensor: Tensor) -> None:
    """Refuse an output that is one value for the whole batch."""
    if tensor.shape[:1] != (None,):
        raise GraphError(
            compose(
                f"Model output {tensor.producer.name!r}",
                expected="one row for each row of the inputs",
                received=f"shape {tensor.shape}, reduced over the rows of the batch",
                remedy="Reduce over axis=-1, or keep the reduced axis beside the rows "
                "(x - ops.mean(x, axis=0, keepdims=True)); numbers of a whole batch belong in "
                "add_loss or in a metric",
            )
        )
