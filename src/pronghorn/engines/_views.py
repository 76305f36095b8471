"""Values of a plan: how a node's shape becomes a matrix, and what cannot be lowered."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from pronghorn import _native
from pronghorn._core.errors import EngineError, compose
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Node, Shape
from pronghorn.ir.scalar import input_expr

__all__ = ["IDENTITY", "Value", "View", "is_flat", "matrix_view", "refuse", "width"]

Value: TypeAlias = "int | _native.Store"
View: TypeAlias = tuple[int, int]

IDENTITY = Formula(1, (input_expr(0),))


def matrix_view(shape: Shape) -> View:
    """(rows a sample, columns) of a value with a batch axis."""
    sizes = [s for s in shape if s is not None]
    return (int(np.prod(sizes[:-1], dtype=np.int64)), sizes[-1]) if sizes else (1, 1)


def refuse(node: Node, expected: str) -> EngineError:
    return EngineError(
        compose(
            f"native engine, operation {node.op!r}",
            expected=expected,
            received=", ".join(map(str, (x.shape for x in node.inputs))) or str(node.shape),
            remedy="Use the reference engine for this model: pronghorn.config.set_engine",
        )
    )


def width(shape: Shape) -> int:
    """Elements of one sample."""
    return int(np.prod([s for s in shape if s is not None], dtype=np.int64))


def is_flat(shape: Shape) -> bool:
    """Whether a store of this shape lies in memory row by row: a matrix is cut into panels."""
    return len(shape) != 2 or shape[0] == 1
