"""The best of one share where another one reaches a bound."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.params import Integer, Interval, Optional, check
from pronghorn._core.registry import register
from pronghorn.metrics._confusion import (
    count_confusion,
    join,
    ratio,
    spread_thresholds,
)
from pronghorn.metrics._of_confusion import OfSides

Array = NDArray[np.float64]


class BestAt(OfSides):
    """max over thresholds of ``aim`` where ``bound`` ≥ the value: the base of those metrics."""

    _direction = "up"
    #: The names of two shares, and of the argument that bounds the second.
    aim: ClassVar[str]
    bound: ClassVar[str]

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        owner = type(self).__name__
        setattr(self, self.bound, check(owner, self.bound, value, Interval(0.0, 1.0)))
        self.num_thresholds = check(owner, "num_thresholds", num_thresholds, Integer(low=1))
        self.class_id = check(owner, "class_id", class_id, Optional(Integer(low=0)))
        self.value = getattr(self, self.bound)
        # A single one stands in the middle, as in Keras. No prediction of 0 is above the first.
        inner = spread_thresholds(self.num_thresholds)
        self._bounds = [0.0, *inner, 1.0] if self.num_thresholds > 1 else [0.5]
        self.thresholds = self._bounds
        super().__init__(dtype, name)

    def columns(self, y_true: Any, y_pred: Any, weights: Any = None) -> Any:
        """Counts above the thresholds and in all, for both kinds of targets, of each row."""
        counts = count_confusion(
            self.name, y_true, y_pred, self._bounds, class_id=self.class_id, weights=weights
        )
        return join(counts.true_above, counts.false_above, counts.true, counts.false)

    def finish(self, total: Any, count: float) -> Any:
        """The largest share, 0 where the bound is never reached."""
        tp, fp, tn, fn = (column[:, 0] for column in self.counts(total))
        shares: dict[str, Array] = {
            "sensitivity": ratio(tp, tp + fn),
            "specificity": ratio(tn, tn + fp),
            "precision": ratio(tp, tp + fp),
        }
        shares["recall"] = shares["sensitivity"]
        reached = shares[self.bound] >= getattr(self, self.bound)
        return np.max(np.where(reached, shares[self.aim], 0.0), initial=0.0)


@register("metric", "sensitivity_at_specificity")
class SensitivityAtSpecificity(BestAt):
    """max over thresholds of sensitivity tp / (tp + fn) where specificity tn / (tn + fp) ≥ a bound.

    Targets 0 or 1 and predictions (n, m). ``num_thresholds`` are evenly spread over [0, 1];
    ``class_id``: only this class is looked at. Defaults: 200, all classes. 0 where no threshold
    reaches the bound. Raises ParameterError for a bound outside [0, 1].

    Source: keras.metrics.SensitivityAtSpecificity.

    >>> SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.5
    """

    aim, bound = "sensitivity", "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


@register("metric", "specificity_at_sensitivity")
class SpecificityAtSensitivity(BestAt):
    """max over thresholds of specificity tn / (tn + fp) where sensitivity tp / (tp + fn) ≥ a bound.

    Targets 0 or 1 and predictions (n, m). ``num_thresholds`` are evenly spread over [0, 1];
    ``class_id``: only this class is looked at. Defaults: 200, all classes. 0 where no threshold
    reaches the bound. Raises ParameterError for a bound outside [0, 1].

    Source: keras.metrics.SpecificityAtSensitivity.

    >>> SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.6666666666666666
    """

    aim, bound = "specificity", "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


@register("metric", "precision_at_recall")
class PrecisionAtRecall(BestAt):
    """max over thresholds of precision tp / (tp + fp) where recall tp / (tp + fn) ≥ a bound.

    Targets 0 or 1 and predictions (n, m). ``num_thresholds`` are evenly spread over [0, 1];
    ``class_id``: only this class is looked at. Defaults: 200, all classes. 0 where no threshold
    reaches the bound. Raises ParameterError for a bound outside [0, 1].

    Source: keras.metrics.PrecisionAtRecall.

    >>> PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.5
    """

    aim, bound = "precision", "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)


@register("metric", "recall_at_precision")
class RecallAtPrecision(BestAt):
    """max over thresholds of recall tp / (tp + fn) where precision tp / (tp + fp) ≥ a bound.

    Targets 0 or 1 and predictions (n, m). ``num_thresholds`` are evenly spread over [0, 1];
    ``class_id``: only this class is looked at. Defaults: 200, all classes. 0 where no threshold
    reaches the bound. Raises ParameterError for a bound outside [0, 1].

    Source: keras.metrics.RecallAtPrecision.

    >>> RecallAtPrecision(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    1.0
    """

    aim, bound = "recall", "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
