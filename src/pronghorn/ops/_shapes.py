"""Shapes: the same numbers arranged otherwise, and cut.

The batch axis of a symbolic value has no length that is known here: it stays in front, and what
would cut or join it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from pronghorn._core.errors import GraphError, ShapeError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Node, Shape
from pronghorn.ops._values import as_node, as_numbers, axes_of, axis_of, is_place, unwrap

__all__ = [
    "array_split",
    "broadcast_to",
    "expand_dims",
    "get_item",
    "hsplit",
    "moveaxis",
    "ndim",
    "ravel",
    "reshape",
    "shape",
    "split",
    "squeeze",
    "swapaxes",
    "transpose",
    "unstack",
    "vsplit",
]


def shape(x: Any) -> Shape:
    """The lengths of the axes; None for the batch of a symbolic value."""
    x = unwrap(x)
    found: Shape = x.shape if is_place(x) or isinstance(x, Node) else np.shape(x)
    return found


def _listed(given: Any) -> Sequence[Any]:
    """A number, of Python or NumPy, as the only one of a list."""
    return [given] if given is None or np.ndim(given) == 0 else list(given)


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(shape(x))


def reshape(x: Any, newshape: int | Sequence[int | None]) -> Any:
    """The same numbers in another shape, of which one length may be -1 (what remains).

    For a symbolic value with a batch the first is the batch, written None or -1.
    """
    x = unwrap(x)
    wanted = tuple(s if s is None else int(s) for s in _listed(newshape))
    if not isinstance(x, Node):
        return np.reshape(as_numbers(x), tuple(-1 if s is None else s for s in wanted))
    lead: Shape = ()
    if x.has_batch and wanted and wanted[0] in (None, -1):
        lead, wanted = (None,), wanted[1:]
    if wanted.count(-1) == 1:
        known = math.prod(s for s in wanted if s is not None and s != -1)
        size = math.prod(s for s in x.shape if s is not None)
        rest = size // known if known else 0
        wanted = tuple(rest if s == -1 else s for s in wanted)
    return g.reshape(x, (*lead, *wanted))


def ravel(x: Any) -> Any:
    """All elements in one axis; a symbolic value must have no batch."""
    return reshape(x, (-1,))


def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """Axis i of the result is axis ``axes[i]`` of x; by default in reverse order."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.transpose(as_numbers(x), axes)
    return g.transpose(x, tuple(range(x.rank))[::-1] if axes is None else tuple(axes))


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes in each other's place."""
    rank = ndim(x)
    order = list(range(rank))
    first, second = axis_of(axis1, rank), axis_of(axis2, rank)
    order[first], order[second] = second, first
    return transpose(x, order)


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """Axes at other places, the others in their order."""
    rank = ndim(x)
    taken = [axis_of(axis, rank) for axis in _listed(source)]
    places = [axis_of(place, rank) for place in _listed(destination)]
    if len(taken) != len(places) or len({*taken}) < len(taken) or len({*places}) < len(places):
        raise ShapeError(
            compose(
                "ops.moveaxis",
                expected="as many places as axes, none twice",
                received=f"axes {source} to {destination}",
            )
        )
    order = [i for i in range(rank) if i not in taken]
    for place, axis in sorted(zip(places, taken, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """Further axes of length 1 at these places of the result."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.expand_dims(as_numbers(x), axis if isinstance(axis, int) else tuple(axis))
    count = 1 if isinstance(axis, int) else len(axis)
    for place in axes_of(axis, x.rank + count):
        x = g.expand(x, place)
    return x


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """Without the axes of length 1, or without these of them."""
    x = unwrap(x)
    if not isinstance(x, Node):
        chosen = axis if axis is None or isinstance(axis, int) else tuple(axis)
        return np.squeeze(as_numbers(x), chosen)
    single = tuple(i for i, s in enumerate(x.shape) if s == 1)
    gone = single if axis is None else axes_of(axis, x.rank)
    if not set(gone) <= set(single):
        raise GraphError(
            compose("ops.squeeze", expected="axes of length 1", received=f"{axis} of {x.shape}")
        )
    return g.reshape(x, tuple(s for i, s in enumerate(x.shape) if i not in gone))


def broadcast_to(x: Any, shape: Sequence[int | None]) -> Any:
    """x repeated along axes of length 1, and along further ones in front, up to ``shape``."""
    x = unwrap(x)
    if isinstance(x, Node) or None in shape:
        return g.broadcast_to(as_node(x), tuple(shape))
    return np.broadcast_to(as_numbers(x), tuple(int(s) for s in shape if s is not None))


# Cutting.


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Equal parts, or the parts between these positions, along an axis."""
    x = unwrap(x)
    if not isinstance(x, Node):
        place = axis_of(axis, ndim(x))
        return list(np.split(as_numbers(x), indices_or_sections, axis=place))
    length = fixed_length(x, axis)
    if isinstance(indices_or_sections, int | np.integer):
        if indices_or_sections < 1 or length % indices_or_sections:
            raise GraphError(
                compose(
                    "ops.split",
                    expected=f"a number of parts that divides {length}",
                    received=f"{indices_or_sections}",
                )
            )
        step = length // indices_or_sections
        bounds = list(range(0, length + 1, step))
    else:
        bounds = [0, *(slice(int(i)).indices(length)[1] for i in indices_or_sections), length]
    return [g.slice_axis(x, axis, a, b) for a, b in pairwise(bounds)]


def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """``split`` into parts of which the first may be longer by one."""
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    whole, longer = divmod(fixed_length(x, axis), indices_or_sections)
    lengths = [whole + (i < longer) for i in range(indices_or_sections)]
    return split(x, list(accumulate(lengths[:-1])), axis)


def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """``split`` along the second axis; of vectors along their only one."""
    return split(x, indices_or_sections, 0 if ndim(x) == 1 else 1)


def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """``split`` along the first axis."""
    return split(x, indices_or_sections, 0)


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The parts along an axis, without that axis."""
    length = fixed_length(x, axis)
    if num is not None and num != length:
        raise GraphError(compose("ops.unstack", expected=f"num={length}", received=f"num={num}"))
    return [squeeze(part, axis) for part in split(x, length, axis)]


def get_item(x: Any, key: Any) -> Any:
    """x[key]."""
    x = unwrap(x)
    return (as_numbers(x) if isinstance(x, list | tuple) else x)[key]


def fixed_length(x: Any, axis: int) -> int:
    length = shape(x)[axis_of(axis, ndim(x))]
    if length is None:
        raise GraphError(
            compose(
                "axis",
                expected="one of fixed length",
                received="the batch of a symbolic value",
                remedy="Work along an axis of a row: how many rows there are is not known",
            )
        )
    return int(length)
