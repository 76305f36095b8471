"""The angle between targets and predictions."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat, require_axis_of_rows
from pronghorn.losses._base import Loss


@ops.pointwise
def _opposed_cosine(dot: Any, t_square: Any, p_square: Any, *, floor: float) -> Any:
    # The floor stands under the root: a row of zeros has a finite derivative.
    t_scale = ops.rsqrt(ops.maximum(t_square, floor))
    return ops.negative(ops.multiply(dot, t_scale * ops.rsqrt(ops.maximum(p_square, floor))))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """loss = −Σ_j t_j p_j / (|t| |p|), |·| the Euclidean norm along ``axis``: (…, m) → (…).

    −1 for equal directions, 1 for opposite ones, 0 where either is a row of zeros. (The metric of
    this name has the other sign.) Default: the last axis. Raises ShapeError where the shapes
    differ by more than axes of 1, GraphError for the axis of the rows inside a model.

    Source: keras.losses.cosine_similarity.

    >>> round(float(cosine_similarity([[3.0, 4.0]], [[4.0, 3.0]])[0]), 6)  # −24 / 25
    -0.96
    """
    what = "cosine_similarity"
    y_true, y_pred = repeat(what, y_true, y_pred)
    require_axis_of_rows(what, axis, y_pred)
    sums = [
        ops.sum(ops.multiply(a, b), axis=axis)
        for a, b in ((y_true, y_pred), (y_true, y_true), (y_pred, y_pred))
    ]
    return _opposed_cosine(*sums, floor=epsilon() ** 2)


@register("loss", "cosine_similarity", "cosine_proximity", "cosine")
class CosineSimilarity(Loss):
    """loss = −Σ_j t_j p_j / (|t| |p|), |·| the Euclidean norm along ``axis``: (n, m) → (n,).

    −1 for equal directions, 1 for opposite ones, 0 where either is a row of zeros. Defaults:
    axis −1. Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.CosineSimilarity.

    >>> round(float(CosineSimilarity()([[3.0, 4.0]], [[4.0, 3.0]])), 6)  # −24 / 25
    -0.96
    """

    fn = staticmethod(cosine_similarity)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.axis = check("CosineSimilarity", "axis", axis, Integer())

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The opposed cosine of each row."""
        return cosine_similarity(y_true, y_pred, self.axis)
