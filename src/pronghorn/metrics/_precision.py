"""The share of the predictions that are right."""

from __future__ import annotations

from typing import Any

from pronghorn._core.registry import register
from pronghorn.metrics._confusion import Confusion, join
from pronghorn.metrics._hit_share import HitShare


@register("metric", "precision")
class Precision(HitShare):
    """tp / (tp + fp) over all elements, 0 without any: targets 0 or 1 and predictions (n, m).

    tp = Σ w [t ≠ 0] [p > threshold], fp = Σ w [t = 0] [p > threshold]. Several ``thresholds`` give
    an array. ``top_k``: only the k largest predictions of a row count as positive, at any threshold
    unless one is given. ``class_id``: only this class is looked at. Defaults: threshold 0.5, all
    classes. Raises ParameterError for thresholds outside [0, 1], ShapeError where the shapes
    differ.

    Source: keras.metrics.Precision.

    >>> Precision()([0, 1, 1, 1], [1, 0, 1, 0])  # tp 1, fp 1
    0.5
    """

    _names = ("true_positives", "false_positives")

    def choose(self, counts: Confusion) -> Any:
        """Hits, then false alarms."""
        return join(counts.true_above, counts.false_above)
