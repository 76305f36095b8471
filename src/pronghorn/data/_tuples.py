"""Batches as tuples."""

from __future__ import annotations

from typing import Any

from pronghorn._core.errors import DataError, compose, describe

__all__ = ["pack_x_y_sample_weight", "unpack_x_y_sample_weight"]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """x, (x, y) or (x, y, sample_weight): as many as there are. A lone list of x is a tuple.

    Source: keras.utils.pack_x_y_sample_weight.

    >>> pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if y is None and sample_weight is None:
        return (x,) if isinstance(x, list | tuple) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """(x, y, sample_weight) of a batch; None for what it has not.

    Raises DataError for tuples of more than three.

    Source: keras.utils.unpack_x_y_sample_weight.

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    parts = tuple(data) if isinstance(data, list | tuple) else (data,)
    if not 1 <= len(parts) <= 3:
        raise DataError(
            compose(
                "unpack_x_y_sample_weight",
                expected="x, (x, y) or (x, y, sample_weight)",
                received=describe(data),
            )
        )
    x, y, sample_weight = (*parts, None, None)[:3]
    return x, y, sample_weight
