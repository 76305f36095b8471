"""Numbers of categories as rows: one hot, several, or counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import ShapeError, compose
from pronghorn.ir.graph import Shape

__all__ = ["encode", "encode_lists", "shape_of_rows"]


def shape_of_rows(owner: str, mode: str, shape: Shape, depth: int) -> Shape:
    """The shape that ``encode`` gives; raises ShapeError for rows of one number in other modes."""
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    if len(shape) < 2:
        raise ShapeError(
            compose(
                f"{owner} ({mode})",
                expected="rows of several values, shape (n, l)",
                received=f"shape {shape}",
                remedy="Give the input the shape (1,), or output_mode='one_hot'",
            )
        )
    return (*shape[:-1], depth)


def encode(numbers: NDArray[Any], mode: str, depth: int) -> NDArray[Any]:
    """Numbers (…, l) as they are ("int"), or as (…, l, depth) ("one_hot"; l = 1 goes), or as
    (…, depth) ("multi_hot", "count"). Those outside 0 … depth − 1 leave zeros.

    >>> encode(np.array([[2, 0, 2, -1]]), "count", 3).tolist()
    [[1, 0, 2]]
    """
    if mode == "int":
        return numbers
    if mode == "one_hot":
        short = numbers[..., 0] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers
        lead = np.atleast_1d(short)
        return _fill(lead.reshape(-1, 1), lead.shape, "multi_hot", depth)
    rows = np.atleast_1d(numbers)
    return _fill(rows.reshape(-1, rows.shape[-1]), rows.shape[:-1], mode, depth)


def encode_lists(lists: list[NDArray[Any]], mode: str, depth: int) -> NDArray[Any]:
    """Rows (n, depth) for n lists of numbers of any lengths."""
    flat = np.concatenate([np.empty(0, np.int64), *lists])
    rows = np.repeat(np.arange(len(lists)), [len(part) for part in lists])
    return _scatter(rows, flat, (len(lists),), mode, depth)


def _fill(numbers: NDArray[Any], lead: tuple[int, ...], mode: str, depth: int) -> NDArray[Any]:
    rows = np.repeat(np.arange(len(numbers)), numbers.shape[-1])
    return _scatter(rows, numbers.reshape(-1), lead, mode, depth)


def _scatter(
    rows: NDArray[Any], numbers: NDArray[Any], lead: tuple[int, ...], mode: str, depth: int
) -> NDArray[Any]:
    # One byte for zeros and ones: rows of a large vocabulary are wide.
    found = np.zeros((*lead, depth), np.int32 if mode == "count" else np.uint8)
    flat = found.reshape(-1)
    is_known = (numbers >= 0) & (numbers < depth)
    places = rows[is_known] * depth + numbers[is_known]
    if mode == "count":
        np.add.at(flat, places, 1)
    else:
        flat[places] = 1
    return found
