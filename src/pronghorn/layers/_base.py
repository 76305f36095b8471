"""What every layer is: weights, and a function of symbolic values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pronghorn import initializers, regularizers
from pronghorn._core.errors import (
    GraphError,
    NotBuiltError,
    ParameterError,
    ShapeError,
    compose,
    describe,
)
from pronghorn._core.params import Boolean, check
from pronghorn.ir.graph import Node, Shape, input_node
from pronghorn.layers._eager import run_eagerly
from pronghorn.layers._emission import current, emit
from pronghorn.layers._names import name_automatically
from pronghorn.layers._options import read_dtype, read_legacy_shape, refuse_unknown
from pronghorn.layers._tensor import Call, Tensor, flatten
from pronghorn.layers._variable import Variable

__all__ = ["Layer"]

L = TypeVar("L", bound="Layer")


class Layer:
    """y = call(x): a function with weights, from which models are put together.

    Args:
        name: How messages, summaries and files call it. Default: "dense", "dense_1", ...
        trainable: Whether training changes the weights. Default True; takes effect at the next
            ``compile``.
        dtype: "float32", the only one. Default None, which means the same.
        activity_regularizer: A penalty on the output, divided by the batch size. Default None.

    A layer of your own defines ``call(x)`` (or ``call(x, training)``) with ``pronghorn.ops``,
    and, where it has weights, ``build(input_shape)`` with ``add_weight``; inside ``call`` a
    weight's ``node()`` is its value. The derivative follows by itself.

    Called on a symbolic tensor (from ``Input``) it becomes part of a model; called on arrays it
    computes at once.

    Errors: ParameterError for unknown arguments, ShapeError for input that does not fit.

    Source: keras.layers.Layer.

    >>> import numpy as np
    >>> from pronghorn import layers, ops
    >>> class Scale(layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), initializer="ones")
    ...     def call(self, x):
    ...         return ops.multiply(x, self.factor.node())
    >>> Scale()(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        if name is not None and (not isinstance(name, str) or not name):
            raise ParameterError(
                compose(f"{kind} name", expected="None or a text", received=describe(name))
            )
        self._trainable = check(kind, "trainable", trainable, Boolean())
        self.dtype = read_dtype(kind, dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.legacy_shape = read_legacy_shape(kind, kwargs)
        refuse_unknown(type(self), kwargs)
        self.name: str = name_automatically(kind) if name is None else name
        self.built = False
        self.build_shape: Any = None
        self.calls: list[Call] = []
        self._variables: list[Variable] = []

    # What a subclass defines.

    def build(self, input_shape: Any) -> None:
        """Make the weights for rows of ``input_shape`` (None first). By default there are none."""

    def call(self, x: Any) -> Any:
        """The output for symbolic input; may take ``training`` as well."""
        raise NotImplementedError(f"{type(self).__name__} must define call(x)")

    def check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        """Refuse shapes that do not fit, with a ShapeError; ``origin`` names where they come from.

        By default anything goes, as far as ``call`` can compute with it.
        """

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for rows of ``input_shape`` (None first)."""
        shapes = _shapes_of(input_shape)
        self._build(shapes)
        # The operations of `call` know their shapes: a second rule is not needed.
        with emit(training=False):
            nodes = [input_node(f"x{i}", shape) for i, shape in enumerate(shapes)]
            result = self._emit(nodes[0] if _is_shape(input_shape) else nodes)
        return [r.shape for r in result] if isinstance(result, list | tuple) else result.shape

    # Weights.

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        regularizer: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a weight of ``shape`` (default: a single number).

        Initializer: "glorot_uniform" by default; "zeros" for shapes of fewer than two axes.
        Raises ShapeError where the initializer gives another shape.
        """
        shape = tuple(int(s) for s in ((shape,) if isinstance(shape, int) else shape))
        default = "glorot_uniform" if len(shape) > 1 else "zeros"
        fill = initializers.get(default if initializer is None else initializer)
        value = np.asarray(fill(shape, dtype="float32"))
        label = name or f"variable_{len(self._variables)}"
        if value.shape != shape:
            raise ShapeError(
                compose(
                    f"initializer of {self.name}/{label}",
                    expected=f"an array of shape {shape}",
                    received=describe(value),
                )
            )
        variable = Variable(value, name=label, trainable=trainable)
        variable.owner = self.name
        variable.regularizer = regularizers.get(regularizer)
        self._variables.append(variable)
        return variable

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; takes effect at the next ``compile``."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = check(type(self).__name__, "trainable", value, Boolean())
        for layer in self.sublayers():
            layer.trainable = value

    def sublayers(self) -> Iterator[Layer]:
        """The layers kept in attributes (also in lists and dicts of them)."""
        for value in vars(self).values():
            yield from _layers_in(value)

    @property
    def weights(self) -> list[Variable]:
        """Every weight, each once: the layer's own, then those of the layers inside it."""
        found = dict.fromkeys(self._variables)
        for layer in self.sublayers():
            found.update(dict.fromkeys(layer.weights))
        return list(found)

    @property
    def variables(self) -> list[Variable]:
        """The same as ``weights``."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        own = [v for v in self._variables if v.trainable] if self._trainable else []
        found = dict.fromkeys(own)
        for layer in self.sublayers():
            found.update(dict.fromkeys(layer.trainable_weights))
        return list(found)

    @property
    def trainable_variables(self) -> list[Variable]:
        """The same as ``trainable_weights``."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trainable = set(self.trainable_weights)
        return [v for v in self.weights if v not in trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The same as ``non_trainable_weights``."""
        return self.non_trainable_weights

    def get_weights(self) -> list[NDArray[np.float32]]:
        """Copies of the weights, float32 in row-major order, in the order of ``weights``."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replace all weights, or none: numbers and shapes are checked before the first change.

        Raises ShapeError, naming the weight that does not fit.
        """
        variables = self.weights
        what = f"{type(self).__name__} {self.name!r} set_weights"
        if len(weights) != len(variables):
            built = "" if self.built else " (it is not built yet)"
            raise ShapeError(
                compose(
                    what,
                    expected=f"{len(variables)} arrays{built}",
                    received=f"{len(weights)}",
                    remedy="Pass a list like the one of get_weights()",
                )
            )
        arrays = [np.asarray(value, dtype=np.float32) for value in weights]
        for variable, array in zip(variables, arrays, strict=True):
            if variable.shape != array.shape:
                raise ShapeError(
                    compose(
                        what,
                        expected=f"shape {variable.shape} for {variable.path!r}",
                        received=f"shape {array.shape}",
                        remedy="Pass a list like the one of get_weights()",
                    )
                )
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """The number of numbers in all weights; raises NotBuiltError before there are any."""
        if not self.built:
            raise NotBuiltError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a layer whose input shape is known",
                    received="one that is not built",
                    remedy="Put it in a model with an Input, or call build(input_shape)",
                )
            )
        return sum(variable.size for variable in self.weights)

    # Calling.

    def __call__(self, inputs: Any, *, training: bool | None = None) -> Any:
        """The layer on symbolic tensors (a place in a model) or on arrays (computed at once)."""
        leaves = _peek(inputs)
        if any(isinstance(leaf, Tensor) for leaf in leaves):
            return self._connect(inputs, training)
        if any(isinstance(leaf, Node) for leaf in leaves):
            nodes = flatten(inputs, Node, self.name)
            self._build([node.shape for node in nodes])
            return self._emit(inputs, training)
        return run_eagerly(self, inputs, bool(training))

    def _connect(self, inputs: Any, training: bool | None) -> Any:
        tensors = tuple(flatten(inputs, Tensor, f"{type(self).__name__} {self.name!r}"))
        shapes = [tensor.shape for tensor in tensors]
        origin = next((repr(t.producer.name) for t in tensors if t.producer is not None), None)
        is_list = not isinstance(inputs, Tensor)
        self._build(shapes, origin, is_list)
        shape = self.compute_output_shape(shapes if is_list else shapes[0])
        is_single = _is_shape(shape)
        call = Call(self, inputs, tensors, training, is_single=is_single, number=len(self.calls))
        call.outputs = tuple(
            Tensor(s, name=self.name, call=call, position=i)
            for i, s in enumerate([shape] if is_single else shape)
        )
        self.calls.append(call)
        return call.outputs[0] if is_single else list(call.outputs)

    def _build(
        self, shapes: Sequence[Shape], origin: str | None = None, is_list: bool | None = None
    ) -> None:
        self.check_input(shapes, origin)
        if self.built:
            return
        several = len(shapes) > 1 if is_list is None else is_list
        before = len(self._variables)
        try:
            self.build(list(shapes) if several else shapes[0])
        except BaseException:
            # A refused input leaves no half-made weights behind.
            del self._variables[before:]
            raise
        self.build_shape = list(shapes) if several else shapes[0]
        self.built = True

    def _emit(self, inputs: Any, training: bool | None = None) -> Any:
        emission = current()
        arguments: dict[str, Any] = {}
        if _takes_training(type(self).call):
            arguments["training"] = emission.training if training is None else training
        result = self.call(inputs, **arguments)
        for node in result if isinstance(result, list | tuple) else [result]:
            if not isinstance(node, Node):
                raise GraphError(
                    compose(
                        f"{type(self).__name__} {self.name!r} call",
                        expected="a symbolic value",
                        received=describe(node),
                        remedy="Compute with pronghorn.ops",
                    )
                )
        emission.note(self, result)
        return result

    # Configuration.

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's first use in a model."""
        return self._first_call().structure

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's first use: ``Model(m.input, layer.output)``."""
        call = self._first_call()
        return call.outputs[0] if call.is_single else list(call.outputs)

    def _first_call(self) -> Call:
        if not self.calls:
            raise NotBuiltError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a layer in a model",
                    received="one that was not called on a symbolic tensor yet",
                )
            )
        return self.calls[0]

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, as plain values."""
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": self.dtype,
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls: type[L], config: Mapping[str, Any]) -> L:
        """A new layer, with new weights, from ``get_config()``'s result."""
        return cls(**config)

    def __repr__(self) -> str:
        state = "" if self.built else ", not built"
        return f"<{type(self).__name__} {self.name}{state}>"


def _shapes_of(input_shape: Any) -> list[Shape]:
    """One shape or a list of shapes as a list; the batch axis becomes None."""
    shapes = [input_shape] if _is_shape(input_shape) else list(input_shape)
    return [(None, *(int(s) for s in shape[1:])) for shape in shapes]


def _is_shape(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        s is None or isinstance(s, int | np.integer) for s in value
    )


def _peek(inputs: Any) -> list[Any]:
    if isinstance(inputs, Mapping):
        return list(inputs.values())
    return list(inputs) if isinstance(inputs, list | tuple) else [inputs]


def _layers_in(value: Any) -> Iterator[Layer]:
    if isinstance(value, Layer):
        yield value
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _layers_in(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from _layers_in(member)


@cache
def _takes_training(call: Callable[..., Any]) -> bool:
    return "training" in inspect.signature(call).parameters
