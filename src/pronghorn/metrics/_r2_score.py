"""The share of the targets' variance that predictions explain."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.registry import register
from pronghorn._core.warn import warn
from pronghorn.losses._align import align
from pronghorn.metrics._base import Metric
from pronghorn.metrics._confusion import join


@register("metric", "r2_score")
class R2Score(Metric):
    """R² = 1 − Σ (t − p)² / Σ (t − mean t)², for each output: targets and predictions (n, m).

    Args:
        class_aggregation: How the m scores become one: "uniform_average" (default),
            "variance_weighted_average", or None for an array of them.
        num_regressors: p > 0 gives the adjusted score 1 − (1 − R²) (N − 1) / (N − p − 1), N the
            number of targets. Default 0.

    Targets without variance score 0, or NaN where they are all met. Raises ParameterError for
    other values, ShapeError unless the shapes are (n, m).

    Source: keras.metrics.R2Score.

    >>> round(R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]]), 6)  # 1 − 2 / (14 / 3)
    0.571429
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: str | None = None,
    ) -> None:
        ways = OneOf(None, "uniform_average", "variance_weighted_average")
        self.class_aggregation = check("R2Score", "class_aggregation", class_aggregation, ways)
        self.num_regressors = check("R2Score", "num_regressors", num_regressors, Integer(low=0))
        super().__init__(dtype, name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """t, t² and (t − p)² of each row, (n, 3 m)."""
        y_true, y_pred = align("r2_score", y_true, y_pred)
        if len(y_pred.shape) != 2:
            raise ShapeError(
                compose(
                    self.name,
                    expected="targets and predictions (n, outputs)",
                    received=f"shape {tuple(y_pred.shape)}",
                )
            )
        return join(y_true, ops.square(y_true), ops.square(ops.subtract(y_true, y_pred)))

    def finish(self, total: Any, count: float) -> Any:
        """The score, or one for each output."""
        if np.ndim(total) == 0:
            return 0.0
        first, second, residual = total.reshape(3, -1)
        with np.errstate(all="ignore"):
            spread = second - first * (first / count)
            scores = 1.0 - residual / spread
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation == "uniform_average":
                scores = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                scores = (spread * scores).sum() / spread.sum()
        return self._adjust(scores, self._rows * len(first))

    def _adjust(self, score: Any, n: float) -> Any:
        p = self.num_regressors
        if p == 0:
            return score
        if p >= n - 1:
            warn(
                compose(
                    f"{self.name} num_regressors",
                    expected=f"fewer than {n - 1:g}, the number of values less one",
                    received=f"{p}",
                    remedy="The score is given without the adjustment",
                )
            )
            return score
        return 1.0 - (1.0 - score) * (n - 1.0) / (n - p - 1.0)
