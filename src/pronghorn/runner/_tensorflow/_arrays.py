"""Functions of TensorFlow that mean something else than NumPy's, or that NumPy does not have."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn.errors import GraphError, compose
from pronghorn.runner._tensorflow import _table  # noqa: F401 - fills FUNCTIONS
from pronghorn.runner._tensorflow._calls import FUNCTIONS, is_symbolic, plain, served
from pronghorn.runner._tensorflow._creation import read_shape
from pronghorn.runner._tensorflow._tensor import make_tensor, read_value
from pronghorn.runner._tensorflow.dtypes import numpy_dtype

__all__ = ["TopK", "Unique", "read_alike", "read_numbers"]


def read_numbers(what: str, value: Any) -> NDArray[Any]:
    """The value as an array; a symbolic one has no numbers to ask about."""
    if is_symbolic(value):
        raise GraphError(
            compose(
                f"tf.{what}",
                expected="a tensor with numbers",
                received="a symbolic value",
                remedy="Inside a layer, loss or metric use tf.where in its place",
            )
        )
    return read_value(value)


def read_alike(values: Any) -> list[NDArray[Any]]:
    """The members of a list as arrays of one type: that of the first which has one of its own."""
    arrays = [read_value(value) for value in values]
    own = [a.dtype for a, v in zip(arrays, values, strict=True) if hasattr(v, "dtype")]
    return [a.astype(own[0]) if own and a.dtype.kind in "if" else a for a in arrays]


# Shapes.


@served("reshape")
def reshape(tensor: Any, shape: Any) -> Any:
    """The same numbers in another shape, of which one length may be -1. Source: tf.reshape."""
    if is_symbolic(tensor):
        return ops.reshape(tensor, read_shape(shape))
    return np.reshape(read_value(tensor), read_shape(shape))


@served("concat")
def concat(values: Any, axis: Any) -> Any:
    """Tensors joined along an axis. Source: tf.concat."""
    if is_symbolic(*values):
        return ops.concatenate([plain(value) for value in values], axis=int(axis))
    return np.concatenate(read_alike(values), axis=int(axis))


@served("stack")
def stack(values: Any, axis: Any = 0) -> Any:
    """Tensors joined along a further axis. Source: tf.stack."""
    if is_symbolic(*values):
        return ops.stack([plain(value) for value in values], axis=int(axis))
    return np.stack(read_alike(values), axis=int(axis))


@served("unstack")
def unstack(value: Any, num: int | None = None, axis: int = 0) -> Any:
    """The parts along an axis, without that axis. Source: tf.unstack."""
    if is_symbolic(value):
        return ops.unstack(value, num, axis)
    return list(np.moveaxis(read_value(value), axis, 0))


@served("split")
def split(value: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None) -> Any:
    """Equal parts, or parts of these sizes, along an axis. Source: tf.split."""
    sizes = plain(num_or_size_splits)
    places = sizes if np.ndim(sizes) == 0 else np.cumsum(sizes)[:-1].tolist()
    if is_symbolic(value):
        return ops.split(value, places, axis=axis)
    return np.split(read_value(value), places, axis=axis)


@served("pad")
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    """So many numbers before and after along each axis. Source: tf.pad."""
    widths, how = plain(paddings), mode.lower()
    if is_symbolic(tensor):
        return ops.pad(tensor, widths, how, constant_values)
    if how == "constant":
        return np.pad(read_value(tensor), widths, constant_values=constant_values)
    return np.pad(read_value(tensor), widths, how)  # type: ignore[call-overload]


@served("slice")
def cut(input_: Any, begin: Any, size: Any) -> Any:
    """``size`` elements from ``begin`` on along each axis; -1 for all. Source: tf.slice."""
    ends = zip(read_shape(begin), read_shape(size), strict=True)
    key = tuple(slice(first, None if count == -1 else first + count) for first, count in ends)
    return input_[key] if is_symbolic(input_) else read_value(input_)[key]


@served("meshgrid")
def meshgrid(*args: Any, indexing: str = "xy") -> Any:
    """One tensor for each vector, repeated along the axes of the others. Source: tf.meshgrid."""
    parts = [read_numbers("meshgrid", part) for part in args]
    return list(np.meshgrid(*parts, indexing="ij" if indexing == "ij" else "xy"))


# Choices.


@served("where")
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """x where the condition holds, else y; alone, the places (count, axes) where it holds.

    Source: tf.where.
    """
    if x is None and y is None:
        return np.argwhere(read_numbers("where", condition))
    if is_symbolic(condition, x, y):
        return ops.where(plain(condition), plain(x), plain(y))
    return np.where(read_value(condition), *read_alike([x, y]))


@served("gather", "nn.embedding_lookup")
def gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None) -> Any:
    """The parts at these positions along an axis, the first by default. Source: tf.gather."""
    place = 0 if axis is None else int(axis)
    if is_symbolic(params, indices):
        return ops.take(plain(params), plain(indices), axis=place)
    return np.take(read_value(params), read_value(indices), axis=place)


@served("gather_nd")
def gather_nd(params: Any, indices: Any) -> Any:
    """The parts at positions (…, axes). Source: tf.gather_nd."""
    places = read_numbers("gather_nd", indices)
    return read_numbers("gather_nd", params)[tuple(np.moveaxis(places, -1, 0))]


@served("boolean_mask")
def boolean_mask(tensor: Any, mask: Any, axis: int | None = None) -> Any:
    """The parts where the mask holds. Source: tf.boolean_mask."""
    chosen = read_numbers("boolean_mask", mask).astype(bool)
    places: tuple[Any, ...] = (*(slice(None),) * (axis or 0), chosen)
    return read_numbers("boolean_mask", tensor)[places]


@served("argmax")
def argmax(input: Any, axis: Any = None, output_type: Any = "int64") -> Any:
    """The position of the first largest element, along the first axis by default.

    Source: tf.argmax.
    """
    return _find_extreme(ops.argmax, np.argmax, input, axis, output_type)


@served("argmin")
def argmin(input: Any, axis: Any = None, output_type: Any = "int64") -> Any:
    """The position of the first smallest element, along the first axis by default.

    Source: tf.argmin.
    """
    return _find_extreme(ops.argmin, np.argmin, input, axis, output_type)


def _find_extreme(in_graph: Any, at_once: Any, values: Any, axis: Any, output_type: Any) -> Any:
    place = 0 if axis is None else int(axis)
    if is_symbolic(values):
        return in_graph(values, axis=place)
    return at_once(read_value(values), axis=place).astype(numpy_dtype(output_type))


@served("sort")
def sort(values: Any, axis: int = -1, direction: str = "ASCENDING") -> Any:
    """The elements along an axis in order. Source: tf.sort."""
    ordered = np.sort(read_numbers("sort", values), axis=axis)
    return ordered if direction == "ASCENDING" else np.flip(ordered, axis)


@served("argsort")
def argsort(values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False) -> Any:
    """The positions that sort an axis; equal elements keep their order. Source: tf.argsort."""
    array = read_numbers("argsort", values)
    # Sorted backwards from behind, so that equal elements keep their order there too.
    if direction == "ASCENDING":
        return np.argsort(array, axis=axis, kind="stable").astype(np.int32)
    behind = np.argsort(np.flip(array, axis), axis=axis, kind="stable")
    return (array.shape[axis] - 1 - np.flip(behind, axis)).astype(np.int32)


class TopK(NamedTuple):
    """What ``tf.math.top_k`` gives."""

    values: Any
    indices: Any


def top_k(input: Any, k: int = 1, sorted: bool = True, name: Any = None) -> TopK:
    """The k largest elements of the last axis, the largest first. Source: tf.math.top_k."""
    values, places = ops.top_k(read_numbers("math.top_k", input), int(k))
    return TopK(make_tensor(values), make_tensor(places))


class Unique(NamedTuple):
    """What ``tf.unique`` gives."""

    y: Any
    idx: Any


def unique(x: Any, out_idx: Any = "int32", name: Any = None) -> Unique:
    """The different elements in the order in which they come, and which of them each is.

    Source: tf.unique.
    """
    _, first, which = np.unique(read_numbers("unique", x), return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    found = read_value(x)[np.sort(first)]
    return Unique(make_tensor(found), make_tensor(rank[which].astype(numpy_dtype(out_idx))))


FUNCTIONS.update({"math.top_k": top_k, "nn.top_k": top_k, "unique": unique})


@served("searchsorted")
def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = "int32"
) -> Any:
    """Where the values belong in a sorted vector. Source: tf.searchsorted."""
    places = np.searchsorted(
        read_numbers("searchsorted", sorted_sequence),
        read_numbers("searchsorted", values),
        "right" if side == "right" else "left",
    )
    return np.asarray(places, numpy_dtype(out_type))


# Sums and bounds.


@served("add_n", "math.add_n")
def add_n(inputs: Any) -> Any:
    """The sum of a list of tensors. Source: tf.add_n."""
    total = inputs[0]
    for part in inputs[1:]:
        total = FUNCTIONS["add"](total, part)
    return total


@served("cumsum", "math.cumsum")
def cumsum(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Any:
    """Sums of the elements up to each one, with or without it. Source: tf.cumsum."""
    if is_symbolic(x):
        if exclusive or reverse:
            raise GraphError(
                compose(
                    "tf.cumsum of a symbolic value",
                    expected="sums up to each element from the first",
                    received=f"exclusive={exclusive}, reverse={reverse}",
                )
            )
        return ops.cumsum(x, axis=axis)
    array = read_value(x)
    seen = np.flip(array, axis) if reverse else array
    sums = np.cumsum(seen, axis=axis, dtype=array.dtype)
    sums = sums - seen if exclusive else sums
    return np.flip(sums, axis) if reverse else sums


@served("clip_by_value")
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """min(max(t, least), most). Source: tf.clip_by_value."""
    return FUNCTIONS["minimum"](FUNCTIONS["maximum"](t, clip_value_min), clip_value_max)


@served("clip_by_norm")
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    """t · c / max(‖t‖, c). Source: tf.clip_by_norm."""
    squares = FUNCTIONS["reduce_sum"](FUNCTIONS["square"](t), axes, keepdims=True)
    length = FUNCTIONS["maximum"](FUNCTIONS["sqrt"](squares), clip_norm)
    return FUNCTIONS["divide"](FUNCTIONS["multiply"](t, clip_norm), length)


@served("math.confusion_matrix")
def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: int | None = None,
    weights: Any = None,
    dtype: Any = "int32",
) -> Any:
    """How often each class (row) was predicted as each (column). Source: tf.math.confusion_matrix.

    >>> confusion_matrix([0, 1, 1], [0, 1, 0]).numpy().tolist()
    [[1, 0], [1, 1]]
    """
    true = read_numbers("math.confusion_matrix", labels).reshape(-1).astype(np.int64)
    guessed = read_numbers("math.confusion_matrix", predictions).reshape(-1).astype(np.int64)
    count = int(max(true.max(initial=-1), guessed.max(initial=-1))) + 1
    size = count if num_classes is None else int(num_classes)
    table = np.zeros((size, size), np.float64)
    np.add.at(table, (true, guessed), 1.0 if weights is None else read_value(weights))
    return table.astype(numpy_dtype(dtype))


@served("math.bincount")
def bincount(arr: Any, weights: Any = None, minlength: Any = None, dtype: Any = "int32") -> Any:
    """How often each whole number occurs. Source: tf.math.bincount."""
    numbers = read_numbers("math.bincount", arr).reshape(-1)
    given = None if weights is None else read_value(weights).reshape(-1)
    counts = np.bincount(numbers, given, int(minlength or 0))
    return counts.astype(numpy_dtype(dtype) if given is None else given.dtype)
