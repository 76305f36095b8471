"""Squares near the target, magnitudes far from it."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def huber_term(y_true: Any, y_pred: Any, *, delta: float) -> Any:
    """e² / 2 for |e| <= delta, else delta |e| − delta² / 2; e = p − t, element by element."""
    error = ops.subtract(y_pred, y_true)
    size = ops.absolute(error)
    near = ops.multiply(0.5, ops.square(error))
    far = ops.subtract(ops.multiply(delta, size), 0.5 * delta * delta)
    return ops.where(ops.less_equal(size, delta), near, far)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """loss = mean_j h(p_j − t_j), h(e) = e² / 2 for |e| <= delta, else delta |e| − delta² / 2.

    Targets and predictions (…, m) → (…). Default: delta 1.0. Raises ShapeError where the shapes
    differ by more than axes of 1.

    Source: keras.losses.huber; Huber 1964.

    >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()  # (0.5 + 2.5) / 2
    [1.5]
    """
    y_true, y_pred = repeat("huber", y_true, y_pred)
    return ops.mean(huber_term(y_true, y_pred, delta=float(delta)), axis=-1)


@register("loss", "huber", "huber_loss")
class Huber(Loss):
    """loss = mean_j h(p_j − t_j), h(e) = e² / 2 for |e| <= delta, else delta |e| − delta² / 2.

    Targets and predictions (n, m) → (n,). Defaults: delta 1.0, name "huber_loss". Raises
    ParameterError for a negative or infinite delta, ShapeError where the shapes differ by more
    than axes of 1.

    Source: keras.losses.Huber; Huber 1964.

    >>> float(Huber(delta=2.0)([[0.0, 0.0]], [[1.0, 3.0]]))  # (0.5 + 4) / 2
    2.25
    """

    fn = staticmethod(huber)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.delta = check("Huber", "delta", delta, Interval(low=0.0, closed="left"))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The Huber loss of each row."""
        return huber(y_true, y_pred, self.delta)
