"""Cross-entropy of class numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.params import Boolean, Integer, Optional, check
from pronghorn._core.registry import register
from pronghorn.losses._align import (
    align_labels,
    as_tensor,
    match_ranks,
    move_classes_last,
    require_classes,
    squeeze_last,
)
from pronghorn.losses._base import Loss


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """loss = −log p_t, t the class number: labels (…) or (…, 1), predictions (…, c) → (…).

    p is divided by its sum and clipped to [1e-7, 1 − 1e-7]; with ``from_logits``
    p = softmax(y_pred), without clipping. Labels equal to ``ignore_class`` have loss 0 and no
    gradient; it need not be a class. Defaults: probabilities, no label ignored, classes on the
    last axis. Raises ShapeError for one-hot targets or fewer than 2 classes.

    Source: keras.losses.sparse_categorical_crossentropy.

    >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 6)  # log 2
    0.693147
    """
    what = "sparse_categorical_crossentropy"
    (y_pred,) = move_classes_last(axis, y_pred)
    y_true, y_pred = align_labels(what, y_true, y_pred)
    require_classes(what, y_pred, -1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    kept = ops.not_equal(y_true, float(ignore_class))
    # No class has the number −1: a label of −1 picks nothing.
    labels = ops.where(kept, y_true, -1.0)
    rows = ops.sparse_categorical_crossentropy(labels, y_pred, from_logits=from_logits)
    return ops.where(kept, rows, 0.0)


@register("loss", "sparse_categorical_crossentropy")
class SparseCategoricalCrossentropy(Loss):
    """loss = −log p_t, t the class number: labels (n,) or (n, 1), predictions (n, c) → (n,).

    p is divided by its sum and clipped to [1e-7, 1 − 1e-7]; with ``from_logits``
    p = softmax(y_pred). A softmax right before this loss is merged with it in a model, so that
    nothing is clipped there either. Labels equal to ``ignore_class`` have loss 0 and no gradient,
    and the mean over the batch is that over the others. Defaults: from_logits False,
    ignore_class None, axis -1. Raises ShapeError for one-hot targets.

    Source: keras.losses.SparseCategoricalCrossentropy.

    >>> round(float(SparseCategoricalCrossentropy()([0, 1], [[0.5, 0.5], [0.5, 0.5]])), 6)
    0.693147
    """

    fn = staticmethod(sparse_categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        owner = type(self).__name__
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.ignore_class = check(owner, "ignore_class", ignore_class, Optional(Integer()))
        self.axis = check(owner, "axis", axis, Integer())

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The cross-entropy of each row."""
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    def weigh(self, y_true: Any, sample_weight: Any) -> Any:
        """0 for ignored labels; where the loss is a mean, n / (number of the others) for these."""
        if self.ignore_class is None:
            return sample_weight
        labels = as_tensor(y_true)
        if len(labels.shape) > 1 and labels.shape[-1] == 1:
            labels = squeeze_last(labels)
        kept = ops.cast(ops.not_equal(labels, float(self.ignore_class)), "float64")
        if self.reduction in ("sum_over_batch_size", "mean"):
            kept = ops.divide(kept, ops.maximum(ops.mean(kept), np.finfo(np.float32).tiny))
        if sample_weight is None:
            return kept
        kept, sample_weight = match_ranks(kept, sample_weight)
        return ops.multiply(kept, sample_weight)
