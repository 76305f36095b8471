"""Values and their weights added up as Keras pairs them: by row, by value, or as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn.ir.graph import Node
from pronghorn.layers._emission import current
from pronghorn.losses._align import as_floats, squeeze_last

if TYPE_CHECKING:
    from pronghorn.metrics._base import Metric

__all__ = ["add_values", "match_weights", "reduce_rows", "weighs_rows"]

Reduce = Callable[..., Any]


def reduce_rows(values: Any, reduce: Reduce = ops.mean, kept: int = 1) -> Any:
    """(n, …) → (n,): the mean, or another reduction, over all axes but the first ones kept.

    >>> reduce_rows(np.array([[1.0, 3.0], [5.0, 7.0]])).tolist()
    [2.0, 6.0]
    """
    axes = tuple(range(kept, len(values.shape)))
    return reduce(values, axis=axes) if axes else values


def weighs_rows(weights: Any) -> bool:
    """Whether these (not None) are one weight a row, (n,), not for single values or for all."""
    return len(weights.shape) == 1


def match_weights(what: str, values: Any, weights: Any) -> Any:
    """Weights (n, t) of values (n, t, …), a last axis of length 1 left out where it is one more.

    Raises ShapeError where an axis is neither 1 nor that of the values.
    """
    if len(weights.shape) == len(values.shape) + 1 and weights.shape[-1] == 1:
        weights = squeeze_last(weights)
    shape, wanted = tuple(weights.shape), tuple(values.shape[: len(weights.shape)])
    if len(shape) > len(wanted) or any(m not in (1, n) for m, n in zip(shape, wanted, strict=True)):
        raise ShapeError(
            compose(
                f"{what} sample_weight",
                expected=f"weights of shape {wanted[:1]}, or {tuple(values.shape)} as the values",
                received=f"weights of shape {shape}",
            )
        )
    return weights


def add_values(metric: Metric, values: Any, weights: Any, reduce: Reduce = ops.mean) -> None:
    """Add Σ w v and Σ w to the sums of a metric: values (n, …), weights None, (), (n,), (n, t, …).

    Weights (n,) weigh rows, of which each counts with its mean (or what ``reduce`` makes of it);
    weights (n, t) the values of a row. One weight () is that of all values, which then count as
    one. Raises ShapeError or DataError for weights of other shapes.
    """
    weights = None if weights is None else as_floats(weights)
    if weights is not None and len(weights.shape) > 1:
        weights = match_weights(metric.name, values, weights)
    if weights is None or weighs_rows(weights):
        metric._add_rows(reduce_rows(values, reduce), weights)
        return
    if len(weights.shape) == 0:
        total, count = reduce(values) * weights, weights
        if isinstance(total, Node):
            # What has no rows is added once for each row: the number of rows takes that back.
            current().add_up(metric, total, None, ops.divide(count, ops.cast(None, "float32")))
        else:
            metric.add(total, float(count), 1)
        return
    values = reduce_rows(values, reduce, kept=len(weights.shape))
    total = reduce_rows(values * weights, reduce)
    count = reduce_rows(weights * ops.ones_like(values), reduce)
    if isinstance(total, Node):
        current().add_up(metric, total, None, count)
    else:
        metric.add(np.sum(total, axis=0), float(np.sum(count)), len(total))
