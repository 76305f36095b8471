"""Sequential: a chain of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pronghorn._core.errors import GraphError, ParameterError, ShapeError, compose, describe
from pronghorn._core.registry import register
from pronghorn.ir.graph import Shape
from pronghorn.layers._base import Layer
from pronghorn.layers._input import InputLayer
from pronghorn.layers._tensor import Tensor
from pronghorn.models import _config
from pronghorn.models._model import Model
from pronghorn.models._network import Network

__all__ = ["Sequential"]


@register("layer", "Sequential")
class Sequential(Model):
    """y = layer_k(… layer_2(layer_1(x))): one input, one output, a chain of layers.

    Args:
        layers: The layers in order. The first may be an ``Input``, or carry ``input_shape=``;
            otherwise the shape comes from the first data, and there are no weights before it.
        trainable: Whether training changes the weights. Default True.
        name: Default "sequential", "sequential_1", ...

    Errors: GraphError for two layers of one name. One layer may come several times.

    Source: keras.Sequential.

    >>> from pronghorn import Input, Sequential, layers
    >>> model = Sequential([Input((3,)), layers.Dense(2)])
    >>> model.add(layers.Dense(1))
    >>> model.count_params()
    11
    """

    def __init__(
        self,
        layers: Sequence[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._chain: list[Layer] = []
        super().__init__(name=name, trainable=trainable, **kwargs)
        if not isinstance(layers, Iterable | None) or isinstance(layers, str | Tensor):
            raise ParameterError(
                compose(
                    "Sequential",
                    expected="a list of layers",
                    received=describe(layers),
                    remedy="Put one layer into a list as well: Sequential([layer])",
                )
            )
        for layer in () if layers is None else layers:
            self._append(layer)
        self._rebuild()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer; raises GraphError for a name that is taken."""
        self._append(layer)
        if rebuild:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Remove the last layer and return it; raises GraphError where there is none."""
        if not self.layers:
            raise GraphError(
                compose(f"Sequential {self.name!r} pop", expected="a layer", received="none left")
            )
        layer = self._chain.pop()
        if rebuild:
            self._rebuild()
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, without the Input."""
        return [layer for layer in self._chain if not isinstance(layer, InputLayer)]

    def _operations(self) -> list[Layer]:
        return self.layers

    def _sublayers(self) -> Any:
        yield from self._chain

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Tensor) and isinstance(layer.producer, InputLayer):
            layer = layer.producer
        if not isinstance(layer, Layer):
            raise ParameterError(
                compose(
                    f"Sequential {self.name!r}",
                    expected="layers",
                    received=describe(layer),
                    remedy=f"Pass {layer.__name__}(…), an object"
                    if isinstance(layer, type)
                    else "Pass objects of pronghorn.layers or of your own subclass of Layer",
                )
            )
        if isinstance(layer, InputLayer) and self._chain:
            raise GraphError(
                compose(
                    f"Sequential {self.name!r}",
                    expected="an Input in front of the other layers",
                    received=f"{layer.name!r} after {self._chain[-1].name!r}",
                )
            )
        if any(known.name == layer.name and known is not layer for known in self._chain):
            raise GraphError(
                compose(
                    f"Sequential {self.name!r}",
                    expected="layers with different names",
                    received=f"two called {layer.name!r}",
                    remedy="Give one of them another name=",
                )
            )
        if not self._chain and not isinstance(layer, InputLayer):
            shape = _input_shape_of(layer)
            if shape is not None:
                self._chain.append(InputLayer(shape[1:]))
        self._chain.append(layer)

    def _check_again(self, shapes: Sequence[Shape]) -> None:
        known = None if self._network is None else self._network.input_shapes[0]
        if known is not None and list(shapes) != [known]:
            raise ShapeError(
                compose(
                    f"Sequential {self.name!r} build",
                    expected=f"the input shape that it is built for, {known}",
                    received=", ".join(map(str, shapes)),
                    remedy="Make a new model for other rows",
                )
            )

    def _rebuild(self) -> None:
        """Connect the chain where its input shape is known; forget how it was otherwise."""
        if self._chain and isinstance(self._chain[0], InputLayer):
            self._connect_chain(self._chain[0].output)
        else:
            self._network, self.built = None, False

    def _connect_to(
        self,
        shapes: Sequence[Shape],
        names: Sequence[str] | None = None,
        further: Mapping[str, Shape] | None = None,
        dtypes: Sequence[str | None] | None = None,
    ) -> None:
        if len(shapes) != 1:
            raise ParameterError(
                compose(
                    f"Sequential {self.name!r}",
                    expected="one input",
                    received=f"{len(shapes)}",
                    remedy="Connect several inputs with Model(inputs, outputs)",
                )
            )
        if not self._chain:
            raise GraphError(
                compose(
                    f"Sequential {self.name!r}",
                    expected="at least one layer",
                    received="none",
                    remedy="Call add(layer) first",
                )
            )
        dtype = None if dtypes is None else dtypes[0]
        front = InputLayer(shapes[0][1:], name=None if names is None else names[0], dtype=dtype)
        self._connect_chain(front.output)
        self._chain.insert(0, front)

    def _connect_chain(self, tensor: Tensor) -> None:
        value: Any = tensor
        for layer in self.layers:
            value = layer(value)
        self._take(Network(tensor, value))

    def _own_spec(self) -> None:
        """None, as in Keras: its first layer says what it takes."""

    def get_build_config(self) -> dict[str, Any] | None:
        """The shape of the input, which ``build_from_config`` takes; None where nobody knows it."""
        return None if self._network is None else {"input_shape": self._network.input_shapes[0]}

    def get_config(self) -> dict[str, Any]:
        """The layers in order, as plain values; see ``Model.get_config``."""
        if not _config.is_made_of(type(self), ("layers",)):
            return super().get_config()
        return _config.describe_chain(self, self._chain)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """A new model, with new weights, from ``get_config()``'s result."""
        if not _config.is_made_of(cls, ("layers",)):
            return super().from_config(config, custom_objects)
        return _config.connect_chain(cls, config, custom_objects)


def _input_shape_of(layer: Layer) -> Shape | None:
    """The shape that the first layer brings along: ``input_shape=``, or a model's own."""
    if layer._legacy_shape is not None:
        return layer._legacy_shape
    if isinstance(layer, Model) and layer._network is not None:
        return layer._network.input_shapes[0]
    return None
