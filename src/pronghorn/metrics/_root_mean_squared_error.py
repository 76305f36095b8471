"""The root of the mean of squares."""

from __future__ import annotations

import math
from typing import Any

from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._mean_squared_error import squared_difference
from pronghorn.metrics._mean_of_elements import MeanOfElements


@register("metric", "root_mean_squared_error")
class RootMeanSquaredError(MeanOfElements):
    """sqrt(mean over rows of mean_j (t_j − p_j)²): targets and predictions (n, m).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.metrics.RootMeanSquaredError.

    >>> RootMeanSquaredError()([[0.0], [0.0]], [[1.0], [7.0]])  # sqrt((1 + 49) / 2)
    5.0
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The squared error of each value."""
        return squared_difference(*repeat(self.name, y_true, y_pred))

    def finish(self, total: float, count: float) -> float:
        """The root of the mean."""
        return math.sqrt(total / count) if count else 0.0
