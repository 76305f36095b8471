"""A bound on the weights that are made while a model comes out of a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from pronghorn._core.errors import ShapeError, compose

__all__ = ["limit_weights", "spend"]

# Layers make numbers that files leave out, such as a count of steps.
_SLACK = 1 << 20

_left: ContextVar[list[int] | None] = ContextVar("weights_left", default=None)


@contextmanager
def limit_weights(count: int) -> Iterator[None]:
    """Within the block, weights of about ``count`` numbers in all may be made, not more."""
    token = _left.set([count + _SLACK])
    try:
        yield
    finally:
        _left.reset(token)


def spend(shape: Sequence[int], name: str) -> None:
    """Account for a weight before its numbers are made; raises ShapeError beyond the bound."""
    left = _left.get()
    if left is None:
        return
    left[0] -= math.prod(shape)
    if left[0] < 0:
        raise ShapeError(
            compose(
                f"weight {name!r}",
                expected="no more numbers than the file holds",
                received=f"shape {tuple(shape)}",
            )
        )
