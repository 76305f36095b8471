"""The pinball loss, whose minimum is a quantile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Interval, check
from pronghorn._core.registry import register
from pronghorn.ir import graph as g
from pronghorn.losses._align import align, as_floats, expand_last
from pronghorn.losses._base import Loss

_QUANTILE = Interval(0.0, 1.0, closed="neither")


@ops.pointwise
def pinball(y_true: Any, y_pred: Any, quantile: Any) -> Any:
    """max(q e, (q − 1) e), e = t − p, element by element; at e = 0 the derivative is 1/2 − q."""
    error = ops.subtract(y_true, y_pred)
    over = ops.multiply(ops.subtract(quantile, 1.0), error)
    return ops.maximum(ops.multiply(quantile, error), over)


def quantile_loss(y_true: Any, y_pred: Any, quantile: float | Sequence[float] = 0.5) -> Any:
    """loss = mean_j max(q_j (t_j − p_j), (q_j − 1) (t_j − p_j)): (…, m) → (…).

    The best constant prediction is the q-quantile of the targets. ``quantile`` is one number in
    (0, 1) for all outputs, or m numbers, one an output; then targets (…), (…, 1) and (…, m) all
    serve, so that one target trains several quantiles. Default: 0.5, half the absolute error.
    Raises ShapeError where the shapes do not fit.

    Source: Koenker and Bassett 1978, "Regression quantiles"; sklearn's mean_pinball_loss.

    >>> quantile_loss([[4.0]], [[1.0]], 0.9).round(6).tolist()  # 0.9 · 3
    [2.7]
    >>> quantile_loss([4.0], [[1.0, 5.0]], [0.5, 0.9]).round(6).tolist()  # (1.5 + 0.1) / 2
    [0.8]
    """
    q = np.asarray(quantile, dtype=np.float64)
    if q.ndim == 0:
        y_true, y_pred = align("quantile_loss", y_true, y_pred)
    else:
        y_true, y_pred = _beside_quantiles(len(q), as_floats(y_true), as_floats(y_pred))
    factor = g.constant(q) if isinstance(y_pred, g.Node) else q
    return ops.mean(pinball(y_true, y_pred, factor), axis=-1)


def _beside_quantiles(count: int, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets (…, 1) or (…, m) and predictions (…, m), m the number of quantiles."""
    if len(y_true.shape) == len(y_pred.shape) - 1:
        y_true = expand_last(y_true)
    leads = tuple(y_true.shape[:-1]) == tuple(y_pred.shape[:-1])
    if not leads or y_pred.shape[-1] != count or y_true.shape[-1] not in (1, count):
        raise ShapeError(
            compose(
                "quantile_loss",
                expected=f"predictions (…, {count}), one column a quantile, and targets (…), "
                f"(…, 1) or (…, {count})",
                received=f"predictions {tuple(y_pred.shape)} and targets {tuple(y_true.shape)}",
                remedy="Give the output layer one unit a quantile",
            )
        )
    return y_true, y_pred


@register("loss", "quantile_loss", "quantile", "pinball")
class QuantileLoss(Loss):
    """loss = mean_j max(q_j (t_j − p_j), (q_j − 1) (t_j − p_j)): (n, m) → (n,).

    The best constant prediction is the q-quantile of the targets. ``quantile`` is one number in
    (0, 1) for all outputs, or m numbers, one an output; then targets (n,), (n, 1) and (n, m) all
    serve. Defaults: quantile 0.5. Raises ParameterError for a quantile outside (0, 1), ShapeError
    where the shapes do not fit.

    Source: Koenker and Bassett 1978, "Regression quantiles".

    >>> round(float(QuantileLoss([0.1, 0.5, 0.9])([4.0], [[1.0, 3.0, 9.0]])), 6)
    0.433333
    """

    fn = staticmethod(quantile_loss)

    def __init__(
        self,
        quantile: float | Sequence[float] = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "quantile_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.quantile: float | list[float]
        if isinstance(quantile, Sequence | np.ndarray) and np.ndim(quantile) == 1:
            self.quantile = [check("QuantileLoss", "quantile", q, _QUANTILE) for q in quantile]
        else:
            self.quantile = check("QuantileLoss", "quantile", quantile, _QUANTILE)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The pinball loss of each row."""
        return quantile_loss(y_true, y_pred, self.quantile)
