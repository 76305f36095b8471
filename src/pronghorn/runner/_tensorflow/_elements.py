"""The elements of a data set: tensors, alone or in tuples, lists and dicts of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import DataError, ParameterError, compose
from pronghorn.runner._tensorflow._shapes import TensorSpec
from pronghorn.runner._tensorflow._tensor import Tensor, make_tensor, read_value

__all__ = [
    "as_arrays",
    "as_element",
    "count_rows",
    "map_element",
    "pack",
    "read_count",
    "spec_of",
    "take_rows",
]


def map_element(function: Callable[..., Any], first: Any, *others: Any) -> Any:
    """The function of the leaves, in the structure of the first element."""
    if isinstance(first, dict):
        return {
            key: map_element(function, part, *(o[key] for o in others))
            for key, part in first.items()
        }
    if isinstance(first, tuple):
        parts = [map_element(function, *group) for group in zip(first, *others, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    return function(first, *others)


def leaves(element: Any) -> Iterator[Any]:
    """The tensors or arrays of an element, in order."""
    if isinstance(element, dict):
        for part in element.values():
            yield from leaves(part)
    elif isinstance(element, tuple):
        for part in element:
            yield from leaves(part)
    else:
        yield element


def as_arrays(value: Any) -> Any:
    """What a program gives as a whole, by its structure: tuples and dicts of arrays.

    A frame's columns stay one array; a list is one array.
    """
    if isinstance(value, tuple):
        return tuple(map(as_arrays, value))
    if isinstance(value, Mapping):
        return {key: as_arrays(part) for key, part in value.items()}
    return read_value(value)


def as_element(value: Any) -> Any:
    """What a function of an element gave, as an element: its leaves are tensors."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, tuple | dict):
        return map_element(as_element, value)
    if isinstance(value, list):
        value = [read_value(part) for part in value]
    return make_tensor(read_value(value))


def count_rows(arrays: Any) -> int:
    """The length of the first axis, the same for all leaves."""
    counts = {len(leaf) if np.ndim(leaf) else None for leaf in leaves(arrays)}
    if len(counts) != 1 or None in counts:
        shapes = ", ".join(str(np.shape(leaf)) for leaf in leaves(arrays))
        raise DataError(
            compose(
                "tf.data.Dataset.from_tensor_slices",
                expected="arrays of one length",
                received=f"the shapes {shapes}",
                remedy="One tuple or dict holds the parts of an element: (x, y)",
            )
        )
    return int(counts.pop() or 0)


def take_rows(arrays: Any, rows: Any) -> Any:
    """The row, or the rows, at these positions of every leaf, as tensors."""
    if type(arrays) is tuple:  # the usual case, in a loop over rows
        return tuple(take_rows(part, rows) for part in arrays)
    if isinstance(arrays, dict | tuple):
        return map_element(lambda leaf: make_tensor(leaf[rows]), arrays)
    return make_tensor(arrays[rows])


def pack(elements: Sequence[Any]) -> Any:
    """Several elements as one, with a further axis in front."""
    return map_element(lambda *parts: make_tensor(_stack(parts)), *elements)


def _stack(parts: Sequence[Tensor]) -> NDArray[Any]:
    arrays = [read_value(part) for part in parts]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise DataError(
            compose(
                "tf.data.Dataset.batch",
                expected="elements of one shape",
                received=" and ".join(map(str, sorted(shapes)[:2])),
            )
        )
    return np.stack(arrays)


def spec_of(element: Any, *, lead: tuple[Any, ...] | None = None) -> Any:
    """Shape and type of every leaf; ``lead`` stands for the first lengths."""

    def describe(leaf: Any) -> TensorSpec:
        array = read_value(leaf)
        shape = array.shape if lead is None else (*lead, *array.shape[len(lead) :])
        return TensorSpec(shape, array.dtype)

    return map_element(describe, element)


def read_count(what: str, value: Any, low: int) -> int:
    """A whole number that a step was given; ParameterError where it is below ``low``."""
    number = int(read_value(value))
    if number < low:
        raise ParameterError(
            compose(
                f"tf.data.Dataset.{what}",
                expected=f"a whole number of at least {low}",
                received=str(number),
            )
        )
    return number
