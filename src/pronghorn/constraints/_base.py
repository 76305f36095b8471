"""What every constraint is: the nearest allowed weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pronghorn import ops
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe

Axes = int | Sequence[int]


class Constraint(Configurable):
    """w → w', of the same shape: carried out on a weight after every update of it.

    ``w`` is an array, or a symbolic value inside a training step: write the constraint with
    ``pronghorn.ops``. Any callable of that form serves as a constraint too. This class itself
    changes nothing.

    Source: keras.constraints.Constraint.

    >>> import numpy as np
    >>> from pronghorn import ops
    >>> class Box(Constraint):
    ...     def __call__(self, w):
    ...         return ops.clip(w, -1.0, 1.0)
    >>> Box()(np.array([-3.0, 0.5]))
    array([-1. ,  0.5])
    """

    def __call__(self, w: Any) -> Any:
        """The weight that takes the place of ``w``."""
        return w


def norms(w: Any, axis: Axes) -> Any:
    """√(Σ w²) over the axes, which stay as axes of length 1.

    Raises ShapeError for an axis that the weight does not have.
    """
    squares = ops.square(w)
    rank = len(squares.shape)
    if any(not -rank <= a < rank for a in ([axis] if isinstance(axis, int) else axis)):
        raise ShapeError(
            compose(
                "constraint",
                expected=f"an axis of a weight of shape {tuple(squares.shape)}",
                received=f"axis {axis}",
                remedy="The default is axis=0: one norm for each unit",
            )
        )
    return ops.sqrt(ops.sum(squares, axis=axis, keepdims=True))


def check_axis(owner: str, axis: Any) -> Axes:
    """An axis or several, as given; raises ParameterError for anything but whole numbers."""
    several = axis if isinstance(axis, list | tuple) else [axis]
    if not several or not all(isinstance(a, int) and not isinstance(a, bool) for a in several):
        raise ParameterError(
            compose(
                f"{owner} axis",
                expected="a whole number or a list of them",
                received=describe(axis),
            )
        )
    chosen: Axes = axis
    return chosen
