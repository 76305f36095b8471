"""Random numbers inside layers: which stream a layer draws from, and in which shape."""

from __future__ import annotations

from typing import Any

from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Integer, check
from pronghorn.ir.graph import Shape
from pronghorn.layers._emission import current

__all__ = ["draw_stream", "read_noise_shape", "shape_of_noise"]


def draw_stream(seed: int | None) -> int:
    """The stream of a layer's next numbers: its place in the model, moved by its own seed."""
    stream = current().next_stream()
    if seed is None:
        return stream
    # Away from the numbers of places, which are small.
    return (seed * 0x9E3779B1 + stream) % 2**31 + 2**31


def read_noise_shape(owner: str, noise_shape: Any) -> tuple[int | None, ...] | None:
    """None, or lengths of at least 1 with None where the input's own length is meant.

    The number of rows that Keras asks for in front stands for any. Raises ParameterError for 1
    row, the same noise for a whole batch, and for anything else.
    """
    if noise_shape is None:
        return None
    rule = Integer(low=1)
    is_sequence = isinstance(noise_shape, list | tuple) and len(noise_shape) > 0
    if not is_sequence or noise_shape[0] == 1:
        raise ParameterError(
            compose(
                f"{owner} noise_shape",
                expected="None, or a tuple such as (None, 1, 3): every row has noise of its own",
                received=describe(noise_shape),
                remedy="Put None in front: a mask that all rows share is not drawn",
            )
        )
    return tuple(None if s is None else check(owner, "noise_shape", s, rule) for s in noise_shape)


def shape_of_noise(owner: str, noise_shape: tuple[int | None, ...] | None, shape: Shape) -> Shape:
    """The shape to draw for an input of ``shape``; raises ShapeError where it does not repeat."""
    if noise_shape is None:
        return shape
    if len(noise_shape) == len(shape):
        found = (
            None,
            *(s if n is None else n for n, s in zip(noise_shape[1:], shape[1:], strict=True)),
        )
        if all(drawn in (1, own) for drawn, own in zip(found[1:], shape[1:], strict=True)):
            return found
    raise ShapeError(
        compose(
            owner,
            expected=f"input that noise_shape={noise_shape} repeats along axes of length 1",
            received=f"shape {shape}",
        )
    )
