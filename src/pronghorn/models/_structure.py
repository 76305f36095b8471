"""What a model is before anybody trains it: layers, weights, names and shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pronghorn._core.errors import (
    NotBuiltError,
    ParameterError,
    UnknownNameError,
    compose,
    describe,
    suggest,
)
from pronghorn.files import read_class_name, to_plain
from pronghorn.ir.graph import Node, Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._input import InputLayer
from pronghorn.layers._input_spec import InputSpec
from pronghorn.layers._operation import Operation
from pronghorn.layers._shapes import count_rows, is_nested
from pronghorn.layers._tensor import Tensor, flatten, map_leaves
from pronghorn.layers._variable import Variable
from pronghorn.models._arguments import unpack_single
from pronghorn.models._network import Network, align, map_structure
from pronghorn.models._yielding import yielding

__all__ = ["Structure"]


class Structure(Layer):
    """A layer made of layers: the part of ``Model`` that knows of no data."""

    _takes_several = True
    _carries_text = True

    def __init__(self, name: str | None, trainable: bool, **kwargs: Any) -> None:
        super().__init__(name=name, trainable=trainable, **kwargs)
        self._network: Network | None = None
        self._is_connecting = False

    @property
    def _known_network(self) -> Network:
        """The layers and how they are connected; raises NotBuiltError where nobody knows yet."""
        if self._network is None:
            raise NotBuiltError(
                compose(
                    f"model {self.name!r}",
                    expected="a model whose input shape is known",
                    received="one that is not built",
                    remedy="Begin it with Input(shape), or call fit or build(input_shape) first",
                )
            )
        return self._network

    @property
    def _is_functional(self) -> bool:
        """Whether the layers can be seen one by one: false where ``call`` was written by hand."""
        return type(self).call is Structure.call

    # Layers and weights.

    @property
    def layers(self) -> list[Layer]:
        """The layers in the order of the calls (a Sequential does not list its Input)."""
        if not self._is_functional:
            return list(super()._sublayers())
        return [layer for layer in self._known_network.layers if not isinstance(layer, Operation)]

    @yielding
    def operations(self) -> list[Layer]:
        """The layers, and between them what operators and functions of ``ops`` made.

        Source: keras.Model.operations, of connected layers.
        """
        return self._operations()

    def _operations(self) -> list[Layer]:
        return self._known_network.layers if self._is_functional else self.layers

    def _sublayers(self) -> Iterator[Layer]:
        connected = self._network.layers if self._is_functional and self._network else ()
        # What is kept in attributes besides belongs to it as well.
        yield from dict.fromkeys([*connected, *super()._sublayers()])

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place in ``layers``.

        Raises UnknownNameError with the nearest name, ParameterError for a place outside.
        """
        layers = self.layers
        if index is not None and name is None:
            if not -len(layers) <= index < len(layers):
                raise ParameterError(
                    compose(
                        "get_layer index",
                        expected=f"a place among {len(layers)} layers",
                        received=f"{index}",
                    )
                )
            return layers[index]
        if not isinstance(name, str) or index is not None:
            received = "both" if index is not None else describe(name)
            raise ParameterError(
                compose("get_layer", expected="a name or an index", received=received)
            )
        names = [layer.name for layer in layers]
        if name not in names:
            raise UnknownNameError(
                compose(
                    f"model {self.name!r}",
                    expected=f"a layer among {', '.join(names)}",
                    received=repr(name),
                    remedy=suggest(name, names),
                )
            )
        return layers[names.index(name)]

    # Inputs and outputs.

    @yielding
    def inputs(self) -> list[Tensor]:
        """The symbolic inputs."""
        return self._known_network.input_tensors

    @yielding
    def outputs(self) -> list[Tensor]:
        """The symbolic outputs."""
        return self._known_network.output_tensors

    @property
    def input(self) -> Any:
        """The symbolic input, or the structure of them."""
        return self._known_network.inputs

    @property
    def output(self) -> Any:
        """The symbolic output, or the structure of them."""
        return self._known_network.outputs

    @yielding
    def input_names(self) -> list[str]:
        """The names by which a dict of inputs is read."""
        return self._known_network.input_names

    @yielding
    def output_names(self) -> list[str]:
        """The names by which dicts of targets, losses and metrics are read."""
        return self._known_network.output_names

    @yielding
    def input_shapes(self) -> list[Shape]:
        """The shapes of the inputs, None first."""
        return self._known_network.input_shapes

    @yielding
    def output_shapes(self) -> list[Shape]:
        """The shapes of the outputs, None first."""
        return self._known_network.output_shapes

    @yielding
    def input_shape(self) -> Any:
        """The shape of the input; of several a list, in the order of ``inputs``."""
        return unpack_single(self._known_network.input_shapes)

    @yielding
    def output_shape(self) -> Any:
        """The shape of the output; of several a list, in the order of ``outputs``."""
        return unpack_single(self._known_network.output_shapes)

    # As a layer.

    def _own_spec(self) -> Any:
        network = self._network
        if network is None or not self._is_functional:
            return None
        is_dict = isinstance(network.inputs, Mapping)
        if is_dict and is_nested(network.inputs):
            return None
        pairs = list(zip(network.input_names, network.input_shapes, strict=True))
        if is_dict:
            pairs.sort()
        return [InputSpec(shape=s, allow_last_axis_squeeze=True, name=name) for name, s in pairs]

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of this shape (None first)."""
        # A class with a call() of its own is built while it is being connected.
        if self._network is None and input_shape is not None and not self._is_connecting:
            is_one = all(s is None or isinstance(s, int) for s in input_shape)
            shapes = [input_shape] if is_one else list(input_shape)
            self._connect_to([(None, *shape[1:]) for shape in shapes])
        self.built = True

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that ``build`` was given, None for those that the inputs say by themselves."""
        return super().get_build_config() or ({"input_shape": None} if self.built else None)

    def _build(
        self,
        shapes: Sequence[Shape],
        origin: str | None = None,
        like: Any = None,
        further: Mapping[str, Any] | None = None,
    ) -> None:
        is_new = self._network is None and not self._is_connecting
        if further and is_new and not self._is_functional:
            self._connect_to(shapes, list(like) if isinstance(like, Mapping) else None, further)
        super()._build(shapes, origin, like, further)

    def _connect_to(
        self,
        shapes: Sequence[Shape],
        names: Sequence[str] | None = None,
        further: Mapping[str, Shape] | None = None,
        dtypes: Sequence[str | None] | None = None,
    ) -> None:
        """Find out the network for inputs of these shapes and types.

        ``further``: "<name>_shape" → shape, for the further arguments of a ``call`` by hand. They
        are the model's last inputs.
        """
        tensors: list[Tensor] = []
        for i, shape in enumerate(shapes):
            name = None if names is None else names[i]
            dtype = None if dtypes is None else dtypes[i]
            tensors.append(InputLayer(shape[1:], name=name, dtype=dtype).output)
        given: Any = tensors[0] if len(tensors) == 1 else tensors
        if names is not None:
            given = dict(zip(names, tensors, strict=True))
        keywords = {
            name.removesuffix("_shape"): InputLayer(shape[1:]).output
            for name, shape in (further or {}).items()
        }
        self._connect_given(given, keywords)

    def _connect_given(self, given: Any, keywords: Mapping[str, Tensor] | None = None) -> None:
        """Find out the network for input tensors in the structure that ``call`` takes."""
        further = dict(keywords or {})
        ends = [*flatten(given, Tensor, self.name), *further.values()] if further else given
        self._is_connecting = True
        try:
            self._take(Network(ends, self._connect(given, None, further)))
        finally:
            self._is_connecting = False

    def _take(self, network: Network) -> None:
        self._network = network
        self.built = True

    def call(self, x: Any, training: bool | None = None) -> Any:
        network = self._known_network
        nodes = align(x, network.inputs) or flatten(x, Node, f"model {self.name!r}")
        values = dict(zip(network.output_tensors, network.forward(nodes), strict=True))
        return unpack_single(map_structure(network.outputs, values))

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self._network is not None and self._is_functional:
            return count_rows(_shapes_like(self._known_network.outputs), input_shape)
        return super().compute_output_shape(input_shape)

    # Description.

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers: name, output shape, parameters.

        Args: those of Keras. ``print_fn`` receives the whole text once; default: print.
        ``layer_range``: names (or patterns) of the first and the last layer shown.

        Source: keras.Model.summary.
        """
        from pronghorn.models._summary import print_summary  # rich is imported on use

        print_summary(
            self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range
        )

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON; ``models.model_from_json`` is the inverse.

        Of a compiled model with the arguments of ``compile``, unless one of them is a function
        without a name. ``kwargs`` go to ``json.dumps``.
        """
        from pronghorn.models._config import describe  # models are made of this class

        described = {**describe(self), **self._describe_compile()}
        return json.dumps(described, **{"default": to_plain, **kwargs})

    def __repr__(self) -> str:
        return f"<{read_class_name(self)} name={self.name}, built={self.built}>"

    def _describe_compile(self) -> dict[str, Any]:
        """What a description of the model says besides, by the keys of Keras."""
        return {}

    @yielding
    def optimizer_weights(self) -> list[Variable]:
        """The state that an optimizer keeps beside the weights; none before training."""
        return self._slot_variables()

    def _slot_variables(self) -> list[Variable]:
        return []


def _shapes_like(structure: Any) -> Any:
    return map_leaves(structure, lambda tensor: tensor.shape)
