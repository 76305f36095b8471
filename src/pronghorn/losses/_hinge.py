"""The hinge of maximum-margin classifiers."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import repeat
from pronghorn.losses._base import Loss


@ops.pointwise
def hinge_term(y_true: Any, y_pred: Any) -> Any:
    """max(1 − t p, 0), element by element."""
    return ops.maximum(ops.subtract(1.0, ops.multiply(y_true, y_pred)), 0.0)


def signed_labels(y_true: Any) -> Any:
    """Labels 0 and 1 as −1 and 1; any other targets as they are.

    It is decided on all targets together: those of a batch, inside a model.

    >>> signed_labels([[0.0, 1.0]]).tolist(), signed_labels([[-1.0, 1.0]]).tolist()
    ([[-1.0, 1.0]], [[-1.0, 1.0]])
    """
    others = ops.sum(_is_no_binary_label(y_true))
    return ops.where(ops.equal(others, 0.0), ops.subtract(ops.multiply(2.0, y_true), 1.0), y_true)


@ops.pointwise
def _is_no_binary_label(y_true: Any) -> Any:
    return ops.multiply(ops.not_equal(y_true, 0.0), ops.not_equal(y_true, 1.0))


def hinge(y_true: Any, y_pred: Any) -> Any:
    """loss = mean_j max(1 − t_j p_j, 0): targets −1 or 1, predictions any number, (…, m) → (…).

    Targets that are all 0 or 1, over the whole batch, are taken as −1 and 1. Raises ShapeError
    where the shapes differ by more than axes of 1.

    Source: keras.losses.hinge.

    >>> hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()  # (1.5 + 0.5) / 2
    [1.0]
    """
    y_true, y_pred = repeat("hinge", y_true, y_pred)
    return ops.mean(hinge_term(signed_labels(y_true), y_pred), axis=-1)


@register("loss", "hinge")
class Hinge(Loss):
    """loss = mean_j max(1 − t_j p_j, 0): targets and predictions (n, m) → (n,).

    Targets are −1 or 1; 0 and 1, if the batch has no others, are taken as these. Defaults:
    reduction "sum_over_batch_size". Raises ShapeError where the shapes differ by
    more than axes of 1.

    Source: keras.losses.Hinge.

    >>> float(Hinge()([[0.0, 1.0]], [[0.5, 0.5]]))  # (1.5 + 0.5) / 2
    1.0
    """

    fn = staticmethod(hinge)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The hinge loss of each row."""
        return hinge(y_true, y_pred)
