"""Shapes of what goes into layers: one, or one for each of several inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pronghorn._core.errors import ParameterError, ShapeError, compose
from pronghorn._core.params import Integer, check
from pronghorn.ir.graph import Shape
from pronghorn.layers._tensor import map_leaves

__all__ = [
    "arrange",
    "count_rows",
    "fill_lengths",
    "is_nested",
    "is_open",
    "is_shape",
    "lengths_along",
    "list_shapes",
    "merge_lengths",
    "normalize_axes",
    "read_axes",
    "require_lengths",
    "require_rank",
]


def is_shape(value: Any) -> bool:
    """True for ``(None, 3)``, false for a list of shapes."""
    return isinstance(value, list | tuple) and all(
        s is None or isinstance(s, int | np.integer) for s in value
    )


def is_nested(structure: Any) -> bool:
    """Whether a list or dict of tensors or shapes has other lists or dicts in it."""
    members = structure.values() if isinstance(structure, Mapping) else structure
    is_container = isinstance(structure, list | tuple | Mapping)
    return is_container and not all(map(_is_end, members))


def _is_end(part: Any) -> bool:
    return not isinstance(part, list | tuple | Mapping) or is_shape(part)


def is_open(shape: Shape) -> bool:
    """Whether rows of this shape may be of several lengths: a None behind the batch."""
    return None in shape[1:]


def fill_lengths(shape: Shape, length: int) -> Shape:
    """The shape with ``length`` for every length that the rows bring along."""
    return (*shape[:1], *(length if size is None else size for size in shape[1:]))


def merge_lengths(shape: Shape, other: Shape) -> Shape:
    """What two rows of different lengths have in common: None along the axes that differ."""
    return tuple(a if a == b else None for a, b in zip(shape, other, strict=True))


def arrange(parts: Sequence[Any], like: Any) -> Any:
    """What belongs to the inputs in the structure ``like`` that they were given in.

    A list or a dict for a list or a dict; otherwise the only one, or a list of several.
    """
    if is_nested(like):
        remaining = iter(parts)
        return map_leaves(like, lambda _: next(remaining), _is_end)
    if isinstance(like, Mapping):
        return dict(zip(like, parts, strict=True))
    if len(parts) > 1 or (isinstance(like, list | tuple) and not is_shape(like)):
        return list(parts)
    return parts[0]


def list_shapes(input_shape: Any) -> list[Shape]:
    """One shape or several as a list; the batch axis becomes None."""
    given = list(input_shape.values()) if isinstance(input_shape, Mapping) else input_shape
    shapes = [given] if is_shape(given) else list(given)
    return [(None, *(None if s is None else int(s) for s in shape[1:])) for shape in shapes]


def count_rows(output_shape: Any, input_shape: Any) -> Any:
    """Shapes of outputs with the number of rows that the inputs' shapes begin with, if any."""
    given = next(iter(input_shape.values())) if isinstance(input_shape, Mapping) else input_shape
    while not is_shape(given):
        given = given[0]
    if not given or given[0] is None:
        return output_shape
    return map_leaves(output_shape, lambda shape: (given[0], *shape[1:]), is_shape)


def read_axes(owner: str, axis: Any) -> int | list[int]:
    """One axis or a list of them; raises ParameterError for what is not whole numbers."""
    if isinstance(axis, list | tuple):
        return [check(owner, "axis", one, Integer()) for one in axis]
    return check(owner, "axis", axis, Integer())


def lengths_along(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """The lengths of some axes, 1 for all others: what repeats along ``shape``."""
    return tuple(s if i in axes else 1 for i, s in enumerate(shape))


def normalize_axes(owner: str, axes: Any, rank: int) -> tuple[int, ...]:
    """Axes of a value of ``rank`` axes, counted from the front, sorted; the batch is none of them.

    Raises ParameterError for axes that there are not, named twice, or the batch.
    """
    given = (axes,) if isinstance(axes, int) else tuple(axes)
    found = sorted(axis + rank if axis < 0 else axis for axis in given)
    if len(set(found)) != len(found) or any(not 0 < axis < rank for axis in found):
        raise ParameterError(
            compose(
                f"{owner} axis",
                expected=f"axes from 1 to {rank - 1}, or from -1 to {1 - rank}",
                received=f"{axes}",
            )
        )
    return tuple(found)


def require_rank(owner: str, rank: int, shape: Shape, origin: str | None) -> None:
    """Raise ShapeError unless ``shape`` has as many axes as that for which a layer was built."""
    if len(shape) != rank:
        raise ShapeError(
            compose(
                owner,
                expected=f"{rank} axes (set when it was built)",
                received=f"shape {shape}",
                origin=origin,
                remedy="Pass a matching array or build a new model",
            )
        )


def require_lengths(
    owner: str, axes: Any, lengths: Sequence[int], shape: Shape, origin: str | None
) -> None:
    """Raise ShapeError unless ``shape`` has the lengths that weights have along some axes."""
    given = (axes,) if isinstance(axes, int) else tuple(axes)
    rank = len(shape)
    # Weights are laid out by the axes as they stand in the shape, in whatever order they are named.
    fits = all(-rank <= axis < rank for axis in given) and tuple(lengths) == tuple(
        shape[axis] for axis in sorted(axis % rank for axis in given)
    )
    if not fits:
        raise ShapeError(
            compose(
                owner,
                expected=f"length {', '.join(map(str, lengths))} along axis "
                f"{', '.join(map(str, given))} (set when it was built)",
                received=f"shape {shape}",
                origin=origin,
                remedy="Pass a matching array or build a new model",
            )
        )
