"""The share of the targets' variance that predictions explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.registry import register
from pronghorn._core.warn import warn
from pronghorn.ir.graph import Node
from pronghorn.losses._align import align, as_floats
from pronghorn.metrics._base import Metric
from pronghorn.metrics._confusion import join
from pronghorn.metrics._held import Peek
from pronghorn.metrics._weighing import match_weights, weighs_rows

# In Keras's order, which is not that of the columns.
_SUMS = ("squared_sum", "sum", "residual", "count")


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
    #: The number of outputs, once data has told it; a reset does not forget it.
    _outputs: int | None = None

    num_samples = Peek("num_samples")
    squared_sum = Peek("squared_sum")
    sum = Peek("sum")
    total_mse = Peek("residual")
    count = Peek("count", "_count")

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
        return join(*self._terms(y_true, y_pred))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each or each of their values with its weight (1 by default)."""
        weights = None if sample_weight is None else as_floats(sample_weight)
        is_by_row = weights is None or weighs_rows(weights)
        if is_by_row and isinstance(y_pred, Node):
            super().update_state(y_true, y_pred, weights)
            return
        terms = self._terms(y_true, y_pred)
        if weights is None or weighs_rows(weights):
            # One count for all outputs is enough, but batches with weights of values may follow.
            self._add_rows(join(*terms, ops.ones_like(terms[0])), weights)
            return
        weights = match_weights(self.name, terms[0], weights) * ops.ones_like(terms[0])
        self._add_rows(join(*(term * weights for term in terms), weights), None)

    def finish(self, total: Any, count: float) -> Any:
        """The score, or one for each output; NaN after a reset, as in Keras."""
        if np.ndim(total) == 0 and self._outputs is None:
            return 0.0
        first, second, residual, counts = self._columns(total, count)
        with np.errstate(all="ignore"):
            spread = second - first * (first / counts)
            scores = 1.0 - residual / spread
            scores = np.where(np.isinf(scores), 0.0, scores)
            if self.class_aggregation == "uniform_average":
                scores = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                scores = (spread * scores).sum() / spread.sum()
        return self._adjust(scores, self._rows * len(first))

    def _terms(self, y_true: Any, y_pred: Any) -> tuple[Any, Any, Any]:
        y_true, y_pred = align("r2_score", y_true, y_pred)
        if len(y_pred.shape) != 2:
            raise ShapeError(
                compose(
                    self.name,
                    expected="targets and predictions (n, outputs)",
                    received=f"shape {tuple(y_pred.shape)}",
                )
            )
        self._outputs = int(y_pred.shape[1])
        return y_true, ops.square(y_true), ops.square(ops.subtract(y_true, y_pred))

    def _columns(self, total: Any, count: float) -> Any:
        """Σ w t, Σ w t², Σ w (t − p)² and Σ w of each output; ``count`` where these are not."""
        outputs = self._outputs or 1
        sums = np.reshape(total, (-1, outputs)) if np.ndim(total) else np.zeros((3, outputs))
        return sums if len(sums) == 4 else np.vstack([sums, np.full(outputs, count)])

    def _unfold(self) -> dict[str, Any]:
        samples = {"num_samples": np.float64(self._rows * (self._outputs or 1))}
        if self._outputs is None:
            return samples
        columns = self._columns(self._total, self._count)
        return {**samples, **dict(zip(_SUMS, columns[[1, 0, 2, 3]], strict=True))}

    def _fold(self, parts: Mapping[str, Any]) -> None:
        self._rows = float(parts["num_samples"]) / (self._outputs or 1)
        if self._outputs is not None:
            self._total = np.concatenate([parts[_SUMS[i]] for i in (1, 0, 2, 3)])

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
