"""True and false positives and negatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core.registry import register
from pronghorn.metrics._confusion import Confusion, count_confusion, read_thresholds
from pronghorn.metrics._held import Peek
from pronghorn.metrics._of_confusion import OfConfusion


class ConfusionCount(OfConfusion):
    """Σ over rows of one of the four counts, for each threshold: the base of those metrics."""

    _names = ("accumulator",)
    accumulator = Peek("accumulator")

    def __init__(
        self, thresholds: Any = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        self.init_thresholds = thresholds
        self.thresholds = self._bounds = read_thresholds(type(self).__name__, thresholds, 0.5)
        super().__init__(dtype, name)

    def get_config(self) -> dict[str, Any]:
        """The arguments; ``thresholds`` as they were given."""
        return {**super().get_config(), "thresholds": self.init_thresholds}

    def columns(self, y_true: Any, y_pred: Any, weights: Any = None) -> Any:
        """The count of each row, for each threshold."""
        counts = count_confusion(self.name, y_true, y_pred, self._bounds, weights=weights)
        return self.choose(counts)

    def choose(self, counts: Confusion) -> Any:
        """The count that this metric is about."""
        raise NotImplementedError

    def finish(self, total: Any, count: float) -> Any:
        """One number, or one for each threshold."""
        totals = np.broadcast_to(total, (len(self._bounds),))
        return totals[0] if len(self._bounds) == 1 else totals.copy()


@register("metric", "true_positives")
class TruePositives(ConfusionCount):
    """Σ w [t ≠ 0] [p > threshold] over all elements; an array for several thresholds.

    Default: threshold 0.5. Raises ParameterError for thresholds outside [0, 1].

    Source: keras.metrics.TruePositives.

    >>> TruePositives()([0, 1, 1, 1], [1, 0, 1, 1])
    2.0
    """

    def choose(self, counts: Confusion) -> Any:
        """Targets that were found."""
        return counts.true_above


@register("metric", "false_positives")
class FalsePositives(ConfusionCount):
    """Σ w [t = 0] [p > threshold] over all elements; an array for several thresholds.

    Default: threshold 0.5. Raises ParameterError for thresholds outside [0, 1].

    Source: keras.metrics.FalsePositives.

    >>> FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1])
    2.0
    """

    def choose(self, counts: Confusion) -> Any:
        """False alarms."""
        return counts.false_above


@register("metric", "true_negatives")
class TrueNegatives(ConfusionCount):
    """Σ w [t = 0] [p ≤ threshold] over all elements; an array for several thresholds.

    Default: threshold 0.5. Raises ParameterError for thresholds outside [0, 1].

    Source: keras.metrics.TrueNegatives.

    >>> TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0])
    2.0
    """

    def choose(self, counts: Confusion) -> Any:
        """What was rightly passed over."""
        return counts.false - counts.false_above


@register("metric", "false_negatives")
class FalseNegatives(ConfusionCount):
    """Σ w [t ≠ 0] [p ≤ threshold] over all elements; an array for several thresholds.

    Default: threshold 0.5. Raises ParameterError for thresholds outside [0, 1].

    Source: keras.metrics.FalseNegatives.

    >>> FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0])
    2.0
    """

    def choose(self, counts: Confusion) -> Any:
        """Targets that were missed."""
        return counts.true - counts.true_above
