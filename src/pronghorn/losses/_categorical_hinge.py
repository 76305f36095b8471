"""The hinge over classes."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def _score_of_others(y_true: Any, y_pred: Any) -> Any:
    return ops.multiply(ops.subtract(1.0, y_true), y_pred)


@ops.pointwise
def _margin(others: Any, own: Any) -> Any:
    return ops.maximum(ops.add(ops.subtract(others, own), 1.0), 0.0)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """loss = max(max_j (1 − t_j) p_j − Σ_j t_j p_j + 1, 0): one-hot targets, scores (…, c) → (…).

    Raises ShapeError where the shapes differ by more than axes of 1.

    Source: keras.losses.categorical_hinge; Crammer and Singer 2001.

    >>> categorical_hinge([[0.0, 1.0]], [[0.5, 0.25]]).tolist()  # 0.5 − 0.25 + 1
    [1.25]
    """
    y_true, y_pred = repeat("categorical_hinge", y_true, y_pred)
    own = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    return _margin(ops.max(_score_of_others(y_true, y_pred), axis=-1), own)


@register("loss", "categorical_hinge")
class CategoricalHinge(Loss):
    """loss = max(max_j (1 − t_j) p_j − Σ_j t_j p_j + 1, 0): targets and predictions (n, c) → (n,).

    Defaults: reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.losses.CategoricalHinge.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.25]]))  # 0.5 − 0.25 + 1
    1.25
    """

    fn = staticmethod(categorical_hinge)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The categorical hinge loss of each row."""
        return categorical_hinge(y_true, y_pred)
