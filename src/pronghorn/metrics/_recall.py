"""The share of the targets that are found."""

from __future__ import annotations

from typing import Any

from pronghorn._core.registry import register
from pronghorn.metrics._confusion import Confusion, join
from pronghorn.metrics._hit_share import HitShare


@register("metric", "recall")
class Recall(HitShare):
    """tp / (tp + fn) over all elements, 0 without any: targets 0 or 1 and predictions (n, m).

    tp = Σ w [t ≠ 0] [p > threshold], fn = Σ w [t ≠ 0] [p ≤ threshold]. Several ``thresholds`` give
    an array. ``top_k``: only the k largest predictions of a row count as positive, at any threshold
    unless one is given. ``class_id``: only this class is looked at. Defaults: threshold 0.5, all
    classes. Raises ParameterError for thresholds outside [0, 1], ShapeError where the shapes
    differ.

    Source: keras.metrics.Recall.

    >>> Recall()([0, 1, 1, 1], [1, 0, 1, 1]) * 3  # tp 2, fn 1
    2.0
    """

    _names = ("true_positives", "false_negatives")

    def choose(self, counts: Confusion) -> Any:
        """Hits, then misses."""
        return join(counts.true_above, counts.true - counts.true_above)
