"""Where data enters a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Integer, Optional, Several, check
from pronghorn._core.registry import register
from pronghorn.layers._base import Layer
from pronghorn.layers._options import check_shape
from pronghorn.layers._tensor import Call, Tensor

__all__ = ["Input", "InputLayer"]


@register("layer", "InputLayer")
class InputLayer(Layer):
    """y = x: the place of one input in a model; rows of a fixed shape, of numbers or of texts.

    Args:
        shape: The shape of one row, without the batch: ``(784,)``. None stands for a length that
            the rows of each batch bring along: ``(None,)`` for sequences of numbers.
        batch_size: Accepted; batches of every size run all the same.
        dtype: What the caller means to pass. Default "float32". Data of any numeric dtype is
            taken as it is and computed with in float32. "string": texts, for the layers that
            turn them into numbers (StringLookup, TextVectorization, Hashing).
        batch_shape: The shape with the batch axis in front, in place of ``shape``.
        name: Default "input_layer", "input_layer_1", ...

    Errors: ParameterError for a shape that is missing, or not a tuple.

    Source: keras.layers.InputLayer.

    >>> from pronghorn import layers
    >>> layers.InputLayer((3,)).output.shape
    (None, 3)
    """

    _carries_text = True

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        batch_shape: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if batch_shape is not None:
            rule = Several(Optional(Integer()))
            shape = tuple(check("Input", "batch_shape", batch_shape, rule)[1:])
        elif shape is None and self._legacy_shape is not None:
            shape = self._legacy_shape[1:]
        self.batch_size = batch_size
        self.batch_shape = (None, *check_shape("Input", "shape", shape))
        self.input_dtype = _read_input_dtype(dtype)
        self.built = True
        self._build_shape = self.batch_shape
        call = Call(self, [], (), None)
        call.result = Tensor(self.batch_shape, self.input_dtype, self.name, call)
        call.outputs = (call.result,)
        self._uses.append(call)

    def call(self, x: Any) -> Any:
        return x

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.input_dtype,
            "name": self.name,
        }


def _read_input_dtype(dtype: Any) -> str:
    if dtype is str or (isinstance(dtype, str) and dtype == "string"):
        return "string"
    try:
        name = np.dtype("float32" if dtype is None else dtype)
    except TypeError:
        name = np.dtype(object)
    if name.kind not in "biuf":
        raise ParameterError(
            compose(
                "Input dtype",
                expected="the name of a numeric dtype, or 'string'",
                received=describe(dtype),
            )
        )
    return name.name


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    **kwargs: Any,
) -> Tensor:
    """A symbolic tensor of rows of ``shape``: where a functional model begins.

    Args: those of ``InputLayer``.

    Source: keras.Input.

    >>> from pronghorn import Input, Model, layers
    >>> x = Input((3,))
    >>> Model(x, layers.Dense(2)(x)).output_shape
    (None, 2)
    """
    layer = InputLayer(shape, batch_size, dtype, batch_shape, name, **kwargs)
    tensor: Tensor = layer.output
    return tensor
