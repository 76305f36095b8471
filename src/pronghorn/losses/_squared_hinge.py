"""The square of the hinge."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss
from pronghorn.losses._hinge import hinge_term, signed_labels


@ops.pointwise
def squared_hinge_term(y_true: Any, y_pred: Any) -> Any:
    """max(1 − t p, 0)², element by element."""
    return ops.square(hinge_term(y_true, y_pred))


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j max(1 − t_j p_j, 0)²: targets −1 or 1, predictions any number, (…, m) → (…).

    Targets that are all 0 or 1, over the whole batch, are taken as −1 and 1. Raises ShapeError
    where the shapes differ by more than axes of 1.

    Source: keras.losses.squared_hinge.

    >>> squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()  # (2.25 + 0.25) / 2
    [1.25]
    """
    y_true, y_pred = repeat("squared_hinge", y_true, y_pred)
    return ops.mean(squared_hinge_term(signed_labels(y_true), y_pred), axis=-1)


@register("loss", "squared_hinge")
class SquaredHinge(Loss):
    """loss = mean_j max(1 − t_j p_j, 0)²: targets and predictions (n, m) → (n,).

    Targets are −1 or 1; 0 and 1, if the batch has no others, are taken as these. Defaults:
    reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.losses.SquaredHinge.

    >>> float(SquaredHinge()([[0.0, 1.0]], [[0.5, 0.5]]))  # (2.25 + 0.25) / 2
    1.25
    """

    fn = staticmethod(squared_hinge)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "squared_hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The squared hinge loss of each row."""
        return squared_hinge(y_true, y_pred)
