"""The cosine of the angle between targets and predictions."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.losses import cosine_similarity
from pronghorn.metrics._mean_of_elements import MeanOfElements


@register("metric", "cosine_similarity", "cosine_proximity", "cosine")
class CosineSimilarity(MeanOfElements):
    """Mean over rows of Σ_j t_j p_j / (|t| |p|): targets and predictions (n, m).

    1 for equal directions, −1 for opposite ones: the loss of this name has the other sign.
    Default: the last axis. Raises ShapeError where the shapes differ by more than
    axes of 1.

    Source: keras.metrics.CosineSimilarity.

    >>> round(CosineSimilarity()([[3.0, 4.0]], [[4.0, 3.0]]), 6)  # 24 / 25
    0.96
    """

    _direction = "up"

    def __init__(
        self, name: str = "cosine_similarity", dtype: str | None = None, axis: int = -1
    ) -> None:
        self.axis = check("CosineSimilarity", "axis", axis, Integer())
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The cosine of each row."""
        return ops.negative(cosine_similarity(y_true, y_pred, self.axis))
