"""Shapes: the same numbers arranged otherwise, joined, cut and repeated.

The batch axis of a symbolic value has no length that is known here: it stays in front, and what
would cut or join it is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir import labels
from pronghorn.ir.graph import Node, Shape
from pronghorn.ops._values import as_array, as_node, axes_of, axis_of, is_symbolic, unwrap

__all__ = [
    "append",
    "array_split",
    "broadcast_to",
    "concatenate",
    "dstack",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "get_item",
    "hsplit",
    "hstack",
    "moveaxis",
    "ndim",
    "pad",
    "ravel",
    "repeat",
    "reshape",
    "roll",
    "shape",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "take",
    "tile",
    "transpose",
    "unstack",
    "vsplit",
    "vstack",
]


def shape(x: Any) -> Shape:
    """The lengths of the axes; None for the batch of a symbolic value."""
    x = unwrap(x)
    return x.shape if isinstance(x, Node) else np.shape(x)


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(shape(x))


def reshape(x: Any, newshape: int | Sequence[int | None]) -> Any:
    """The same numbers in another shape, of which one length may be -1 (what remains).

    For a symbolic value with a batch the first is the batch, written None or -1.
    """
    x = unwrap(x)
    wanted = (newshape,) if isinstance(newshape, int) else tuple(newshape)
    if not isinstance(x, Node):
        return np.reshape(x, tuple(-1 if s is None else s for s in wanted))
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
        return np.transpose(as_array(x), axes)
    return g.transpose(x, tuple(range(x.rank))[::-1] if axes is None else tuple(axes))


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes in each other's place."""
    rank = ndim(x)
    order = list(range(rank))
    first, second = axis_of(axis1, rank), axis_of(axis2, rank)
    order[first], order[second] = second, first
    return transpose(x, order)


def moveaxis(x: Any, source: int, destination: int) -> Any:
    """One axis at another place, the others in their order."""
    rank = ndim(x)
    place = axis_of(source, rank)
    order = [i for i in range(rank) if i != place]
    order.insert(axis_of(destination, rank), place)
    return transpose(x, order)


def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """Further axes of length 1 at these places of the result."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.expand_dims(as_array(x), axis if isinstance(axis, int) else tuple(axis))
    count = 1 if isinstance(axis, int) else len(axis)
    for place in axes_of(axis, x.rank + count):
        x = g.expand(x, place)
    return x


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """Without the axes of length 1, or without these of them."""
    x = unwrap(x)
    if not isinstance(x, Node):
        chosen = axis if axis is None or isinstance(axis, int) else tuple(axis)
        return np.squeeze(as_array(x), chosen)
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
    return np.broadcast_to(as_array(x), tuple(int(s) for s in shape if s is not None))


# Joining.


def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Join along an axis (of symbolic values not the batch)."""
    xs = [unwrap(x) for x in xs]
    if not is_symbolic(*xs):
        return np.concatenate([as_array(x) for x in xs], axis=axis)
    nodes = [as_node(x) for x in xs]
    if any(x.has_batch for x in nodes):
        # A constant beside values with a batch is the same for each row.
        nodes = [
            x if x.has_batch or x.shape[:1] != (1,) else g.broadcast_to(x, (None, *x.shape[1:]))
            for x in nodes
        ]
    return g.concatenate(tuple(nodes), axis_of(axis, nodes[0].rank))


def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """x1, then x2, along an axis; without one, all elements of both in one axis."""
    return concatenate(
        [ravel(x1), ravel(x2)] if axis is None else [x1, x2], 0 if axis is None else axis
    )


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Join along a further axis."""
    return concatenate([expand_dims(part, axis) for part in x], axis)


def vstack(xs: Sequence[Any]) -> Any:
    """Join along the first axis; vectors as rows."""
    return concatenate([expand_dims(x, 0) if ndim(x) == 1 else x for x in xs], 0)


def hstack(xs: Sequence[Any]) -> Any:
    """Join along the second axis; vectors along their only one."""
    return concatenate(xs, 0 if ndim(xs[0]) == 1 else 1)


def dstack(xs: Sequence[Any]) -> Any:
    """Join along the third axis; vectors are rows of it, matrices have it behind them."""
    rows = [expand_dims(x, 0) if ndim(x) == 1 else x for x in xs]
    return concatenate([expand_dims(x, 2) if ndim(x) == 2 else x for x in rows], 2)


def repeat(x: Any, repeats: int, axis: int | None = None) -> Any:
    """Each element ``repeats`` times in a row, along an axis (without one: of all elements)."""
    if axis is None:
        x, axis = ravel(x), 0
    place = axis_of(axis, ndim(x))
    wide = stack([x] * repeats, place + 1)
    lengths = list(shape(x))
    lengths[place] = _length(x, place) * repeats
    return reshape(wide, lengths)


def tile(x: Any, repeats: int | Sequence[int]) -> Any:
    """The whole of x so many times along each axis; the counts are those of the last axes."""
    counts = [repeats] if isinstance(repeats, int) else list(repeats)
    for _ in range(len(counts) - ndim(x)):
        x = expand_dims(x, 0)
    first = ndim(x) - len(counts)
    for i, count in enumerate(counts):
        x = x if count == 1 else concatenate([x] * count, first + i)
    return x


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """x with a constant (0 by default) before and after it: (before, after) of each axis."""
    x = unwrap(x)
    if mode != "constant":
        raise GraphError(compose("ops.pad", expected="mode='constant'", received=repr(mode)))
    widths = np.broadcast_to(np.asarray(pad_width, dtype=np.int64), (ndim(x), 2)).tolist()
    value = 0.0 if constant_values is None else float(constant_values)
    if not isinstance(x, Node):
        return np.pad(as_array(x), widths, constant_values=value)
    shifted = x - value if value else x
    for axis, (before, after) in enumerate(widths):
        if before or after:
            shifted = g.pad_axis(shifted, axis, before, after)
    return shifted + value if value else shifted


# Cutting.


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Equal parts, or the parts between these positions, along an axis."""
    x = unwrap(x)
    if not isinstance(x, Node):
        place = axis_of(axis, ndim(x))
        return list(np.split(as_array(x), indices_or_sections, axis=place))
    length = _length(x, axis)
    if isinstance(indices_or_sections, int):
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
        bounds = [0, *(int(i) for i in indices_or_sections), length]
    return [g.slice_axis(x, axis, a, b) for a, b in pairwise(bounds)]


def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """``split`` into parts of which the first may be longer by one."""
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    whole, longer = divmod(_length(x, axis), indices_or_sections)
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
    length = _length(x, axis)
    if num is not None and num != length:
        raise GraphError(compose("ops.unstack", expected=f"num={length}", received=f"num={num}"))
    return [squeeze(part, axis) for part in split(x, length, axis)]


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """In reverse order along the axes (all of them by default)."""
    for place in axes_of(axis, ndim(x)):
        x = concatenate(split(x, _length(x, place), place)[::-1], place)
    return x


def fliplr(x: Any) -> Any:
    """In reverse order along the second axis."""
    return flip(x, 1)


def flipud(x: Any) -> Any:
    """In reverse order along the first axis."""
    return flip(x, 0)


def roll(x: Any, shift: int, axis: int | None = None) -> Any:
    """Moved on by ``shift`` places along an axis; what leaves at the end comes in front."""
    if axis is None:
        return reshape(roll(ravel(x), shift, 0), shape(x))
    axis = axis_of(axis, ndim(x))
    cut = -shift % _length(x, axis)
    return x if cut == 0 else concatenate(split(x, [cut], axis)[::-1], axis)


def get_item(x: Any, key: Any) -> Any:
    """x[key]."""
    return unwrap(x)[key]


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The parts of x at these positions along an axis (without one: of all elements).

    Symbolic positions, integers from the data, choose rows of a table: ``axis`` is 0.
    """
    x, indices = unwrap(x), unwrap(indices)
    if isinstance(indices, Node):
        table = as_node(x)
        if axis is None and table.rank == 1:
            axis = 0
        if axis is None or axis_of(axis, table.rank) != 0 or table.has_batch:
            raise GraphError(
                compose(
                    "ops.take",
                    expected="a table without a batch and axis=0 for symbolic positions",
                    received=f"shape {table.shape} and axis={axis}",
                )
            )
        return labels.take(table, indices)
    if not isinstance(x, Node):
        return np.take(as_array(x), np.asarray(indices), axis=axis)
    if axis is None:
        x, axis = ravel(x), 0
    place = axis_of(axis, x.rank)
    chosen = np.asarray(indices)
    length = _length(x, place)
    parts = [g.slice_axis(x, place, int(i) % length, int(i) % length + 1) for i in chosen.ravel()]
    joined = parts[0] if len(parts) == 1 else g.concatenate(tuple(parts), place)
    return g.reshape(joined, (*x.shape[:place], *chosen.shape, *x.shape[place + 1 :]))


def _length(x: Any, axis: int) -> int:
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
