"""Nodes of random numbers, and the numbers themselves.

They come from the counter generator (``_core/rng.py``): of a seed, a stream, the step, the row and
the column. The seed is that of the run, unless the node has one of its own. A node with a batch
axis has numbers for each row; one without has the same numbers for all rows of a step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import rng
from pronghorn.ir.node import Node, Shape

__all__ = ["RANDOM_OPS", "draw", "dropout_mask", "random_normal", "random_uniform"]

#: The operations that draw numbers, and the attributes that say what else they need.
RANDOM_OPS: dict[str, tuple[str, ...]] = {
    "dropout_mask": ("rate",),
    "random_normal": (),
    "random_uniform": (),
}


def dropout_mask(shape: Shape, rate: float, stream: int, seed: int | None = None) -> Node:
    """0 with probability ``rate``, else 1 / (1 - rate)."""
    return _make("dropout_mask", shape, stream, seed, rate=float(rate))


def random_normal(shape: Shape, stream: int, seed: int | None = None) -> Node:
    """Standard normal numbers."""
    return _make("random_normal", shape, stream, seed)


def random_uniform(shape: Shape, stream: int, seed: int | None = None) -> Node:
    """Uniform numbers in [0, 1)."""
    return _make("random_uniform", shape, stream, seed)


def _make(op: str, shape: Shape, stream: int, seed: int | None, **attrs: float) -> Node:
    own = {} if seed is None else {"seed": int(seed) % 2**64}
    return Node(op, (), shape, {**attrs, "stream": int(stream), **own})


def draw(node: Node, rows: int, seed: int, step: int) -> NDArray[np.float64]:
    """The numbers of a node in a step of so many rows, under the seed of the run."""
    shape = tuple(rows if s is None else s for s in node.shape)
    # One number a sample is a matrix of one column; what all rows share is a single row.
    *lead, cols = shape if len(shape) > 1 else (*shape, 1)
    if not node.has_batch:
        lead, cols = [1], math.prod(shape)
    given: list[Any] = [node.attrs[name] for name in RANDOM_OPS[node.op]]
    key = node.attrs.get("seed", seed)
    drawn = getattr(rng, node.op)(key, node.attrs["stream"], step, *given, math.prod(lead), cols)
    return np.asarray(drawn, dtype=np.float64).reshape(shape)
