"""Losses as metrics: the mean of one over rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pronghorn.metrics._base import Metric, mean_rows


class MeanOfLoss(Metric):
    """Mean over rows of ``fn(y_true, y_pred)``, less is better: the base of such metrics."""

    fn: ClassVar[Callable[..., Any]]
    _direction = "down"

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each row."""
        return mean_rows(type(self).fn(y_true, y_pred))
