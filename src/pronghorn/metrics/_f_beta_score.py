"""The weighted harmonic mean of precision and recall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Interval, OneOf, Optional, check
from pronghorn._core.registry import register
from pronghorn.losses._align import as_floats
from pronghorn.metrics._base import Metric
from pronghorn.metrics._confusion import join
from pronghorn.metrics._held import Peek

# What counts as 0 among predictions, so that a row of zeros names no class.
_ZERO = 1e-9
_NAMES = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


@register("metric", "f_beta_score", "fbeta_score")
class FBetaScore(Metric):
    """F = (1 + β²) P R / (β² P + R), P and R the precision and the recall of each class.

    Targets and predictions (n, c), targets 0 or 1. A class is predicted where p > threshold, or,
    without a threshold, where p is the largest of its row.

    Args:
        average: None (default): an array, one score a class. "micro": of all classes' counts
            together. "macro": the mean. "weighted": the mean, weighted by the classes' targets.
        beta: How much recall counts. Default 1.
        threshold: In (0, 1], or None (default).

    Raises ParameterError for other values, ShapeError unless both are (n, c).

    Source: keras.metrics.FBetaScore.

    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> y_pred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
    >>> FBetaScore(beta=2.0, threshold=0.5)(y_true, y_pred).round(4).tolist()
    [0.3846, 0.9091, 0.8333]
    """

    _direction = "up"
    #: The number of classes, once data has told it; a reset does not forget it.
    _classes: int | None = None

    true_positives = Peek("true_positives")
    false_positives = Peek("false_positives")
    false_negatives = Peek("false_negatives")
    intermediate_weights = Peek("intermediate_weights")

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: str | None = None,
    ) -> None:
        owner = type(self).__name__
        self.average = check(owner, "average", average, OneOf(None, "micro", "macro", "weighted"))
        self.beta = check(owner, "beta", beta, Interval(0.0, np.inf, "neither"))
        rule = Optional(Interval(0.0, 1.0, "right"))
        self.threshold = check(owner, "threshold", threshold, rule)
        super().__init__(dtype, name)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """True positives, false positives and false negatives of each row, (n, 3 c)."""
        y_true, y_pred = as_floats(y_true), as_floats(y_pred)
        if len(y_pred.shape) != 2 or tuple(y_true.shape) != tuple(y_pred.shape):
            raise ShapeError(
                compose(
                    self.name,
                    expected="targets and predictions (n, classes)",
                    received=f"shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}",
                    remedy="Class numbers become rows with utils.to_categorical",
                )
            )
        self._classes = int(y_pred.shape[1])
        if self.threshold is None:
            largest = ops.greater_equal(y_pred, ops.max(y_pred, axis=-1, keepdims=True))
            named = as_floats(largest) * ops.greater(ops.absolute(y_pred), _ZERO)
        else:
            named = as_floats(ops.greater(y_pred, self.threshold))
        return join(
            named * y_true,
            named * ops.subtract(1.0, y_true),
            ops.subtract(1.0, named) * y_true,
        )

    def finish(self, total: Any, count: float) -> Any:
        """The score, or one for each class."""
        if np.ndim(total) == 0 and self._classes is None:
            return 0.0
        hits, alarms, misses = self._counts(total)
        if self.average == "micro":
            hits, alarms, misses = hits.sum(), alarms.sum(), misses.sum()
        precision = hits / (hits + alarms + epsilon())
        recall = hits / (hits + misses + epsilon())
        square = self.beta**2
        score = (1 + square) * precision * recall / (square * precision + recall + epsilon())
        if self.average == "weighted":
            support = hits + misses
            return (score * support / (support.sum() + epsilon())).sum()
        return score if self.average is None else score.mean()

    def _counts(self, total: Any) -> Any:
        classes = np.size(total) // 3 or self._classes or 1
        return np.broadcast_to(total, (3 * classes,)).reshape(3, classes)

    def _unfold(self) -> dict[str, Any]:
        if self._classes is None:
            return {}
        counts = self._counts(self._total)
        if self.average == "micro":
            counts = counts.sum(axis=1)
        hits, alarms, misses = counts
        return dict(zip(_NAMES, (hits, alarms, misses, hits + misses), strict=True))

    def _fold(self, parts: Mapping[str, Any]) -> None:
        counts = np.zeros((3, self._classes or 1))
        # Of counts that are summed anyway the first class may have all.
        counts[:, : np.size(parts[_NAMES[0]])] = np.reshape([parts[n] for n in _NAMES[:3]], (3, -1))
        self._total = counts.ravel()
