"""Joined, repeated, padded, turned round: values whose elements come from several places.

The batch of a symbolic value is never cut or joined; a constant repeats as often as it has rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pronghorn._core.errors import GraphError, ParameterError, compose
from pronghorn.ir import graph as g
from pronghorn.ir import labels
from pronghorn.ir.graph import Node
from pronghorn.ops._shapes import (
    expand_dims,
    fixed_length,
    ndim,
    ravel,
    reshape,
    shape,
    split,
)
from pronghorn.ops._values import (
    as_node,
    as_numbers,
    axes_of,
    axis_of,
    common_dtype,
    is_symbolic,
    numpy_axis,
    unwrap,
)

__all__ = [
    "append",
    "concatenate",
    "dstack",
    "flip",
    "fliplr",
    "flipud",
    "hstack",
    "pad",
    "repeat",
    "roll",
    "stack",
    "take",
    "tile",
    "vstack",
]


def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Join along an axis (of symbolic values not the batch)."""
    xs = [unwrap(x) for x in xs]
    if not is_symbolic(*xs):
        arrays = [as_numbers(x) for x in xs]
        return np.concatenate(arrays, axis=axis, dtype=common_dtype(arrays) if arrays else None)
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
    """Join along the first axis; vectors and numbers as rows."""
    return concatenate([expand_dims(x, 0) if ndim(x) == 1 else x for x in _with_axes(xs)], 0)


def hstack(xs: Sequence[Any]) -> Any:
    """Join along the second axis; vectors and numbers along their only one."""
    xs = _with_axes(xs)
    return concatenate(xs, 0 if ndim(xs[0]) == 1 else 1)


def _with_axes(xs: Sequence[Any]) -> list[Any]:
    return [reshape(x, (1,)) if ndim(x) == 0 else x for x in xs]


def dstack(xs: Sequence[Any]) -> Any:
    """Join along the third axis; vectors are rows of it, matrices have it behind them."""
    rows = [expand_dims(x, 0) if ndim(x) == 1 else x for x in _with_axes(xs)]
    return concatenate([expand_dims(x, 2) if ndim(x) == 2 else x for x in rows], 2)


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element ``repeats`` times in a row, along an axis (without one: of all elements).

    ``repeats`` is one count or one for each element; None, the batch of ``shape``, for one row.
    """
    x = unwrap(x)
    if repeats is None:
        return _repeat_for_batch("repeat", x, 0 if axis is None else axis_of(axis, ndim(x)))
    if not isinstance(x, Node):
        return np.repeat(as_numbers(x), np.asarray(repeats), axis=axis)
    if axis is None:
        x, axis = ravel(x), 0
    place = axis_of(axis, ndim(x))
    length = fixed_length(x, place)
    counts = np.asarray(repeats)
    if counts.size > 1:
        return _pick(x, place, np.repeat(np.arange(length), counts))
    wide = stack([x] * int(counts.item()), place + 1)
    return reshape(
        wide, [length * int(counts.item()) if i == place else s for i, s in enumerate(shape(x))]
    )


def tile(x: Any, repeats: Any) -> Any:
    """The whole of x so many times along each axis; the counts are those of the last axes.

    None in front, the batch of ``shape``, repeats one row for all rows of the batch.
    """
    x = unwrap(x)
    counts = [repeats] if np.ndim(repeats) == 0 else list(repeats)
    if not isinstance(x, Node) and None not in counts:
        return np.tile(as_numbers(x), tuple(counts))
    for _ in range(len(counts) - ndim(x)):
        x = expand_dims(x, 0)
    first = ndim(x) - len(counts)
    for i, count in enumerate(counts):
        if count is None:
            x = _repeat_for_batch("tile", x, first + i)
        elif count != 1:
            x = concatenate([x] * int(count), first + i)
    return x


def _repeat_for_batch(name: str, x: Any, axis: int) -> Node:
    """A value of one row as that of every row."""
    x = as_node(x)
    if axis != 0 or x.shape[:1] != (1,):
        raise GraphError(
            compose(
                f"ops.{name} by the number of rows",
                expected="a value of one row along its first axis",
                received=f"shape {x.shape} along axis {axis}",
                remedy="Only the first axis holds the rows of a batch, one result for each",
            )
        )
    return g.broadcast_to(x, (None, *x.shape[1:]))


# What padding by these repeats: positions of the value itself.
_PLACES = ("edge", "reflect", "symmetric", "wrap")


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """x with more elements before and after it: (before, after) of each axis.

    ``mode``: "constant" (``constant_values``, 0 by default), or elements of x by NumPy's names,
    "reflect", "symmetric", "edge" and "wrap"; of arrays also NumPy's others.
    """
    x = unwrap(x)
    if mode != "constant" and constant_values is not None:
        raise ParameterError(
            compose(
                "ops.pad",
                expected="constant_values with mode='constant' only",
                received=f"mode={mode!r} and constant_values={constant_values!r}",
            )
        )
    value = 0 if constant_values is None else constant_values
    if not isinstance(x, Node):
        options = {"constant_values": value} if mode == "constant" else {}
        return np.pad(as_numbers(x), pad_width, mode=mode, **options)  # type: ignore[call-overload]
    if mode != "constant" and mode not in _PLACES:
        modes = ", ".join(map(repr, ("constant", *_PLACES)))
        raise GraphError(
            compose(
                "ops.pad of a symbolic value", expected=f"mode one of {modes}", received=repr(mode)
            )
        )
    widths = np.broadcast_to(np.asarray(pad_width, dtype=np.int64), (x.rank, 2)).tolist()
    shifted: Any = x - float(value) if value else x
    for axis, (before, after) in enumerate(widths):
        if not (before or after):
            continue
        if mode == "constant":
            shifted = g.pad_axis(shifted, axis, before, after)
        else:
            places = np.arange(fixed_length(x, axis))
            shifted = _pick(shifted, axis, np.pad(places, (before, after), mode=mode))  # type: ignore[call-overload]
    return shifted + float(value) if value else shifted


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """In reverse order along the axes (all of them by default)."""
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.flip(as_numbers(x), numpy_axis(axis))
    for place in axes_of(axis, x.rank):
        x = _pick(x, place, np.arange(fixed_length(x, place))[::-1])
    return x


def fliplr(x: Any) -> Any:
    """In reverse order along the second axis."""
    return flip(x, 1)


def flipud(x: Any) -> Any:
    """In reverse order along the first axis."""
    return flip(x, 0)


def roll(x: Any, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Any:
    """Moved on by ``shift`` places along an axis; what leaves at the end comes in front.

    Several axes take one shift, or one each. Without an axis, all elements move in one row.
    """
    x = unwrap(x)
    if not isinstance(x, Node):
        return np.roll(as_numbers(x), shift, numpy_axis(axis))
    if axis is None:
        return reshape(roll(ravel(x), int(np.sum(shift)), 0), x.shape)
    for moved, place in np.broadcast(shift, axis):
        place = axis_of(place, x.rank)
        cut = -int(moved) % fixed_length(x, place)
        x = concatenate(split(x, [cut], place)[::-1], place) if cut else x
    return x


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
    chosen = np.asarray(indices)
    chosen = chosen if chosen.dtype.kind in "iu" else chosen.astype(np.int64)
    if not isinstance(x, Node):
        return np.take(as_numbers(x), chosen, axis=axis)
    if axis is None:
        x, axis = ravel(x), 0
    place = axis_of(axis, x.rank)
    joined = _pick(x, place, chosen.ravel() % fixed_length(x, place))
    return g.reshape(joined, (*x.shape[:place], *chosen.shape, *x.shape[place + 1 :]))


def _pick(x: Node, axis: int, positions: Any) -> Node:
    """The elements at positions of an axis, those that follow each other in one piece."""
    ends = [i + 1 for i, (a, b) in enumerate(pairwise(positions)) if b != a + 1]
    runs = pairwise([0, *ends, len(positions)])
    parts = [g.slice_axis(x, axis, int(positions[a]), int(positions[b - 1]) + 1) for a, b in runs]
    return parts[0] if len(parts) == 1 else g.concatenate(tuple(parts), axis)
