"""Tensors made of values and shapes: ``tf.constant``, ``tf.zeros``, ``tf.cast``, …"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn.ir.operators import Operators
from pronghorn.runner._tensorflow._calls import FUNCTIONS, is_symbolic, plain, served
from pronghorn.runner._tensorflow._shapes import TensorShape
from pronghorn.runner._tensorflow._tensor import Tensor, read_value
from pronghorn.runner._tensorflow.dtypes import numpy_dtype

__all__ = ["cast", "constant", "convert_to_tensor", "read_shape"]


def read_shape(shape: Any) -> tuple[Any, ...]:
    """A shape given as numbers, lists or tensors; None is a batch whose length is not known."""
    shape = plain(shape)
    lengths = np.atleast_1d(shape).tolist() if isinstance(shape, np.ndarray | np.generic) else shape
    if isinstance(lengths, int):
        return (lengths,)
    return tuple(None if s is None else int(s) for s in lengths)


@served("constant")
def constant(value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """A tensor of a value, filled up to ``shape`` from a single number. Source: tf.constant."""
    if is_symbolic(value):
        return value
    array = np.array(read_value(value, dtype))
    if shape is not None:
        wanted = read_shape(shape)
        array = np.full(wanted, array) if array.size == 1 else array.reshape(wanted)
    return array


@served("convert_to_tensor")
def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None) -> Any:
    """A tensor of a value, without a copy where it is an array. Source: tf.convert_to_tensor."""
    if is_symbolic(value):
        return value if dtype is None else cast(value, dtype)
    if isinstance(value, list | tuple) and any(isinstance(part, Tensor) for part in value):
        value = np.stack([read_value(part) for part in value])
    return read_value(value, dtype)


@served("cast")
def cast(x: Any, dtype: Any) -> Any:
    """``x`` as another type; numbers lose their fraction as integers. Source: tf.cast."""
    if x is None or is_symbolic(x):
        return ops.cast(x, numpy_dtype(dtype).name)
    return read_value(x).astype(numpy_dtype(dtype))


@served("identity")
def identity(input: Any) -> Any:
    """The value itself. Source: tf.identity."""
    return input if is_symbolic(input) else convert_to_tensor(input)


@served("ensure_shape")
def ensure_shape(x: Any, shape: Any) -> Any:
    """The value, if its shape is this one as far as that is given. Source: tf.ensure_shape."""
    found = TensorShape(x.shape)
    if not TensorShape(shape).is_compatible_with(found):
        raise ValueError(f"tf.ensure_shape: the tensor has shape {found}, not {tuple(shape)}")
    return x


@served("stop_gradient")
def stop_gradient(input: Any) -> Any:
    """The value, a constant for derivatives. Source: tf.stop_gradient."""
    return ops.stop_gradient(input) if is_symbolic(input) else convert_to_tensor(input)


# Shapes.


@served("shape")
def shape(input: Any, out_type: Any = "int32") -> Any:
    """The lengths of the axes; of a symbolic value a tuple with None for the batch.

    Source: tf.shape.
    """
    if is_symbolic(input):
        return tuple(input.shape)
    return np.asarray(np.shape(read_value(input)), numpy_dtype(out_type))


@served("rank")
def rank(input: Any) -> Any:
    """The number of axes. Source: tf.rank."""
    return np.int32(len(input.shape) if is_symbolic(input) else read_value(input).ndim)


@served("size")
def count(input: Any, out_type: Any = "int32") -> Any:
    """The number of elements. Source: tf.size."""
    if is_symbolic(input):
        return ops.size(input)
    return np.asarray(read_value(input).size, numpy_dtype(out_type))


# From shapes.


@served("fill")
def fill(dims: Any, value: Any) -> Any:
    """One number everywhere. Source: tf.fill."""
    wanted = read_shape(dims)
    if None in wanted or is_symbolic(value):
        return ops.full(wanted, plain(value))
    array = read_value(value)
    return np.full(wanted, array, array.dtype)


def _filled(shape: Any, value: float, dtype: Any) -> Any:
    wanted = read_shape(shape)
    if None in wanted:
        return ops.full(wanted, value)
    return np.full(wanted, value, numpy_dtype(dtype))


@served("zeros")
def zeros(shape: Any, dtype: Any = "float32", **_: Any) -> Any:
    """0 everywhere. Source: tf.zeros."""
    return _filled(shape, 0, dtype)


@served("ones")
def ones(shape: Any, dtype: Any = "float32", **_: Any) -> Any:
    """1 everywhere. Source: tf.ones."""
    return _filled(shape, 1, dtype)


def _filled_like(input: Any, value: float, dtype: Any) -> Any:
    if is_symbolic(input):
        return ops.full_like(input, value)
    array = read_value(input)
    kind = array.dtype if dtype is None else numpy_dtype(dtype)
    return np.full(array.shape, value, kind)


@served("zeros_like")
def zeros_like(input: Any, dtype: Any = None, **_: Any) -> Any:
    """0 everywhere, in the shape and type of another tensor. Source: tf.zeros_like."""
    return _filled_like(input, 0, dtype)


@served("ones_like")
def ones_like(input: Any, dtype: Any = None, **_: Any) -> Any:
    """1 everywhere, in the shape and type of another tensor. Source: tf.ones_like."""
    return _filled_like(input, 1, dtype)


@served("eye")
def eye(
    num_rows: int, num_columns: int | None = None, batch_shape: Any = None, dtype: Any = "float32"
) -> Any:
    """1 on the diagonal, else 0; one matrix for each of a batch. Source: tf.eye."""
    matrix = np.eye(num_rows, num_columns, dtype=numpy_dtype(dtype))
    return matrix if batch_shape is None else np.tile(matrix, (*read_shape(batch_shape), 1, 1))


@served("range")
def arange(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    """start, start + delta, …, below limit; from 0 if only one is given. Source: tf.range."""
    ends = (0, start) if limit is None else (start, limit)
    arrays = [read_value(value) for value in (*ends, delta)]
    kind = np.result_type(*arrays) if dtype is None else numpy_dtype(dtype)
    return np.arange(*(array.item() for array in arrays)).astype(kind)


@served("linspace")
def linspace(start: Any, stop: Any, num: Any, axis: int = 0) -> Any:
    """``num`` numbers at equal distances from start to stop. Source: tf.linspace."""
    first, last = read_value(start), read_value(stop)
    kind = first.dtype if first.dtype.kind == "f" else np.dtype(np.float32)
    return np.linspace(first, last, int(num), axis=axis).astype(kind)


@served("one_hot")
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
) -> Any:
    """Integers (…) as a further axis of ``off_value`` with one ``on_value``; 0 and 1 by default.

    Integers outside of the depth give no ``on_value``. Source: tf.one_hot.
    """
    on = 1 if on_value is None else on_value
    off = 0 if off_value is None else off_value
    place = -1 if axis is None else axis
    if is_symbolic(indices):
        hot = ops.one_hot(indices, int(depth), axis=place)
        return hot if (on, off) == (1, 0) else hot * (on - off) + off
    hot = np.moveaxis(np.arange(int(depth)) == read_value(indices)[..., None], -1, place)
    given = next((value for value in (on_value, off_value) if value is not None), 1.0)
    kind = read_value(given).dtype if dtype is None else numpy_dtype(dtype)
    return np.where(hot, on, off).astype(kind)


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor, a symbolic value or a weight. Source: tf.is_tensor."""
    return isinstance(x, Tensor | Operators)


FUNCTIONS["is_tensor"] = is_tensor


def make_tensor_proto(values: Any, dtype: Any = None, shape: Any = None) -> Any:
    """A value as TensorBoard writes it, for its plugins; needs TensorBoard.

    Source: tf.make_tensor_proto.
    """
    array = read_value(values, dtype)
    return import_module("tensorboard.util.tensor_util").make_tensor_proto(array, shape=shape)


FUNCTIONS["make_tensor_proto"] = make_tensor_proto
