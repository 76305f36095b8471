"""A smooth absolute value."""

from __future__ import annotations

import math
from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def log_cosh_difference(y_true: Any, y_pred: Any) -> Any:
    """log(cosh(p − t)) = x + log(1 + e^−2x) − log 2 for x = p − t, without overflow."""
    x = ops.subtract(y_pred, y_true)
    return ops.add(x, ops.subtract(ops.softplus(ops.multiply(-2.0, x)), math.log(2.0)))


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j log(cosh(p_j − t_j)): targets and predictions (…, m) → (…).

    Like (p − t)² / 2 near 0 and |p − t| − log 2 far away. Raises ShapeError where the shapes
    differ by more than axes of 1.

    Source: keras.losses.log_cosh.

    >>> round(float(log_cosh([[0.0]], [[1.0]])[0]), 6)
    0.433781
    """
    y_true, y_pred = repeat("log_cosh", y_true, y_pred)
    return ops.mean(log_cosh_difference(y_true, y_pred), axis=-1)


@register("loss", "log_cosh", "logcosh")
class LogCosh(Loss):
    """loss = mean_j log(cosh(p_j − t_j)): targets and predictions (n, m) → (n,).

    Defaults: reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.losses.LogCosh.

    >>> round(float(LogCosh()([[0.0]], [[1.0]])), 6)
    0.433781
    """

    fn = staticmethod(log_cosh)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "log_cosh",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean logarithm of the hyperbolic cosine of each row."""
        return log_cosh(y_true, y_pred)
