"""An operation on symbolic tensors as a layer of the model."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ParameterError, UnknownNameError, compose, describe, suggest
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._connecting import trace_shape
from pronghorn.layers._host import emit_host
from pronghorn.layers._names import name_automatically
from pronghorn.layers._shapes import arrange, is_shape
from pronghorn.layers._tensor import Tensor

__all__ = ["Operation", "connect"]

# The operations that change nothing but the shape and the choice of elements, by NumPy.
_SHAPES: Mapping[str, Callable[..., Any]] = {
    "expand_dims": np.expand_dims,
    "get_item": operator.getitem,
    "reshape": np.reshape,
    "squeeze": np.squeeze,
}


@register("layer", "Operation")
class Operation(Layer):
    """y = ops.operation(…): what an operator or a function of ``ops`` makes in a model.

    Args:
        operation: The name of a function of ``pronghorn.ops``, such as "multiply".
        arguments: Its positional arguments as plain values: {"tensor": i} stands for the tensor i
            of the layer's inputs, {"array": [...]} for an array, {"slice": [...]} and
            {"ellipsis": true} for parts of a subscript.
        keywords: Its keyword arguments, likewise.
        name: Default: the operation's name, numbered.

    Errors: UnknownNameError for an operation that ``pronghorn.ops`` does not have.

    Source: the operations that Keras's functional models hold beside layers.

    >>> from pronghorn import Input, Model
    >>> x = Input((2,))
    >>> Model(x, x * 2.0 + 1.0).predict([[1.0, 2.0]], verbose=0).tolist()
    [[3.0, 5.0]]
    """

    _takes_several = True

    def __init__(
        self,
        operation: str,
        arguments: Sequence[Any] = (),
        keywords: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if operation not in dir(ops):
            raise UnknownNameError(
                compose(
                    "Operation",
                    expected="a function of pronghorn.ops",
                    received=repr(operation),
                    remedy=suggest(str(operation), dir(ops)),
                )
            )
        kwargs["name"] = kwargs.get("name") or name_automatically(operation)
        super().__init__(**kwargs)
        self.operation = operation
        self.arguments = list(arguments)
        self.keywords = dict(keywords or {})
        self._is_text = False

    # Texts in another shape stay texts: NumPy does it, as it does all that comes before the engine,
    # numbers for lookups among them.

    def _connect(
        self, inputs: Any, training: bool | None, keywords: Mapping[str, Any] | None = None
    ) -> Any:
        self._is_text = isinstance(inputs, Tensor) and inputs.dtype == "string"
        self._carries_text = self._is_text and self.operation in _SHAPES
        return super()._connect(inputs, training, keywords)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the result; what was reduced over the batch is no row of it any more."""
        shapes = [input_shape] if is_shape(input_shape) else list(input_shape)
        self._build(shapes, like=input_shape)
        tensors = [Tensor(tuple(shape)) for shape in shapes]
        return trace_shape(self, arrange(tensors, input_shape), {})

    def _output_dtype(self) -> str:
        return "string" if self._is_text else super()._output_dtype()

    def _move_before_engine(self) -> bool:
        if self.operation in _SHAPES:
            self._carries_text = True
            for call in self._uses:
                for tensor in call.inputs:
                    tensor.producer._move_before_engine()
        return self._carries_text

    def _emit(
        self, inputs: Any, training: bool | None = None, keywords: Mapping[str, Any] | None = None
    ) -> Any:
        node = super()._emit(inputs, training, keywords)
        is_host = self._carries_text and inputs.op == "input"
        return emit_host(self, [inputs], node.shape) if is_host else node

    def look_up(self, values: Any) -> Any:
        """An array of texts in its other shape."""
        args = [_fill(value, [values]) for value in (*self.arguments, *self.keywords.values())]
        return _SHAPES[self.operation](*args)

    def call(self, x: Any) -> Any:
        nodes = x if isinstance(x, list | tuple) else [x]
        args = [_fill(value, nodes) for value in self.arguments]
        kwargs = {name: _fill(value, nodes) for name, value in self.keywords.items()}
        return getattr(ops, self.operation)(*args, **kwargs)


def connect(
    operation: str, args: Sequence[Any], kwargs: Mapping[str, Any], name: str | None = None
) -> Any:
    """The operation on tensors, as a layer that was called on them."""
    tensors: list[Tensor] = []
    layer = Operation(
        operation,
        [_describe(operation, value, tensors) for value in args],
        {key: _describe(operation, value, tensors) for key, value in kwargs.items()},
        name=name,
    )
    return layer(tensors[0] if len(tensors) == 1 else tensors)


def _describe(operation: str, value: Any, tensors: list[Tensor]) -> Any:
    """An argument as a plain value; its tensors are collected."""
    if isinstance(value, Tensor):
        if not any(value is known for known in tensors):
            tensors.append(value)
        return {"tensor": next(i for i, known in enumerate(tensors) if known is value)}
    if isinstance(value, list | tuple):
        return [_describe(operation, part, tensors) for part in value]
    if isinstance(value, slice):
        return {"slice": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, type | np.dtype):
        return np.dtype(value).name
    if hasattr(value, "__array__") and not getattr(value, "owner", ""):
        # A variable of no layer as well: the numbers that it has now are part of the model.
        return {"array": np.asarray(value).tolist()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ParameterError(
        compose(
            f"ops.{operation} between layers",
            expected="tensors, arrays and plain values",
            received=describe(value),
            remedy="Weights belong to a layer: write a subclass of Layer",
        )
    )


def _fill(value: Any, nodes: Sequence[Any]) -> Any:
    if isinstance(value, Mapping):
        if "tensor" in value:
            return nodes[value["tensor"]]
        if "slice" in value:
            return slice(*value["slice"])
        return Ellipsis if "ellipsis" in value else _as_constant(value["array"])
    if isinstance(value, list | tuple):
        parts = [_fill(part, nodes) for part in value]
        # A subscript of several parts is a tuple; every function takes one for a list.
        return tuple(parts)
    return value


def _as_constant(values: Any) -> Any:
    """Numbers of a config as an array: whole ones, which may be positions, stay whole."""
    array = np.asarray(values)
    return array.astype(np.float32) if array.dtype.kind == "f" else array
