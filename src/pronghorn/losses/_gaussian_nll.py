"""The likelihood of a normal distribution whose mean and variance are predicted."""

from __future__ import annotations

import math
from typing import Any

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Boolean, Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import as_floats, expand_last
from pronghorn.losses._base import Loss


@ops.pointwise
def gaussian_nll_term(y_true: Any, mean: Any, raw: Any, *, eps: float, offset: float) -> Any:
    """(log v + (t − μ)² / v) / 2 + offset with v = log(1 + e^raw) + eps, element by element."""
    variance = ops.add(ops.softplus(raw), eps)
    error = ops.square(ops.subtract(y_true, mean))
    return ops.add(ops.multiply(0.5, ops.add(ops.log(variance), error / variance)), offset)


def gaussian_nll(y_true: Any, y_pred: Any, full: bool = False, eps: float = 1e-6) -> Any:
    """loss = mean_j (log v_j + (t_j − μ_j)² / v_j) / 2: targets (…, m), predictions (…, 2m) → (…).

    The last axis of the predictions is [μ_1 … μ_m, r_1 … r_m]: means, then raw variances with
    v = softplus(r) + eps. So a linear last layer of 2m units does, v is positive for every r,
    and no exponential amplifies an error as a log-variance would. ``full`` adds the constant
    log(2π) / 2. Defaults: full False, eps 1e-6. Targets of m = 1 may come as (…). Raises
    ShapeError where the predictions are not twice as wide as the targets.

    Source: torch.nn.functional.gaussian_nll_loss; Nix and Weigend 1994.

    >>> from math import e, log
    >>> raw = log(e - 1)  # softplus(raw) = 1
    >>> round(float(gaussian_nll([[3.0]], [[1.0, raw]], eps=0.0)[0]), 6)  # (log 1 + 2² / 1) / 2
    2.0
    """
    y_true, y_pred = as_floats(y_true), as_floats(y_pred)
    width = int(y_pred.shape[-1])
    if len(y_true.shape) == len(y_pred.shape) - 1 and width == 2:
        y_true = expand_last(y_true)
    if (*y_true.shape[:-1], 2 * y_true.shape[-1]) != tuple(y_pred.shape):
        raise ShapeError(
            compose(
                "gaussian_nll",
                expected="predictions (…, 2m), m means and m raw variances, for targets (…, m)",
                received=f"predictions {tuple(y_pred.shape)} for targets {tuple(y_true.shape)}",
                remedy="Give the last layer twice as many units as a target has numbers",
            )
        )
    mean, raw = ops.split(y_pred, 2, axis=-1)
    offset = 0.5 * math.log(2.0 * math.pi) if full else 0.0
    return ops.mean(gaussian_nll_term(y_true, mean, raw, eps=float(eps), offset=offset), axis=-1)


@register("loss", "gaussian_nll")
class GaussianNLL(Loss):
    """loss = mean_j (log v_j + (t_j − μ_j)² / v_j) / 2: targets (n, m), predictions (n, 2m) → (n,).

    The last axis of the predictions is [μ_1 … μ_m, r_1 … r_m]: means, then raw variances with
    v = softplus(r) + eps, for a linear last layer of 2m units. ``full`` adds log(2π) / 2.
    Defaults: full False, eps 1e-6. Raises ParameterError for eps < 0, ShapeError where the
    predictions are not twice as wide as the targets.

    Source: torch.nn.GaussianNLLLoss; Nix and Weigend 1994.

    >>> from math import e, log
    >>> loss = GaussianNLL(full=True, eps=0.0)
    >>> round(float(loss([[3.0]], [[3.0, log(e - 1)]])), 6)  # log(2π) / 2
    0.918939
    """

    fn = staticmethod(gaussian_nll)

    def __init__(
        self,
        full: bool = False,
        eps: float = 1e-6,
        reduction: str | None = "sum_over_batch_size",
        name: str = "gaussian_nll",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.full = check("GaussianNLL", "full", full, Boolean())
        self.eps = check("GaussianNLL", "eps", eps, Interval(low=0.0, closed="left"))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The negative log-likelihood of each row."""
        return gaussian_nll(y_true, y_pred, self.full, self.eps)
