"""The harmonic mean of precision and recall."""

from __future__ import annotations

from pronghorn._core.registry import register
from pronghorn.metrics._f_beta_score import FBetaScore


@register("metric", "f1_score")
class F1Score(FBetaScore):
    """F = 2 P R / (P + R), P and R the precision and the recall of each class: (n, c) each.

    ``FBetaScore`` with beta 1. Defaults: average None (an array, one score a class), threshold
    None (the largest of a row is the class predicted).

    Source: keras.metrics.F1Score.

    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> y_pred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
    >>> F1Score(threshold=0.5)(y_true, y_pred).round(4).tolist()
    [0.5, 0.8, 0.6667]
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: str | None = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
