"""Losses as metrics: the mean of one over rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pronghorn.metrics._mean_of_elements import MeanOfElements


class MeanOfLoss(MeanOfElements):
    """Mean over rows of ``fn(y_true, y_pred)``, less is better: the base of such metrics."""

    fn: ClassVar[Callable[..., Any]]
    _direction = "down"

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each row."""
        return type(self).fn(y_true, y_pred)
