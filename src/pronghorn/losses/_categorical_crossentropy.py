"""Cross-entropy of one-hot targets."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Boolean, Integer, Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import (
    align,
    move_classes_last,
    require_classes,
    smooth_labels,
)
from pronghorn.losses._base import Loss


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """loss = −Σ_j t_j log p_j over the c classes: targets and predictions (…, c) → (…).

    p is divided by its sum and clipped to [1e-7, 1 − 1e-7]; with ``from_logits``
    p = softmax(y_pred), without clipping. Label smoothing s replaces t by t (1 − s) + s / c.
    Defaults: probabilities, no smoothing, classes on the last axis. Raises ShapeError where the
    shapes differ or there are fewer than 2 classes.

    Source: keras.losses.categorical_crossentropy.

    >>> round(float(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 6)  # log 2
    0.693147
    """
    what = "categorical_crossentropy"
    y_true, y_pred = align(what, y_true, y_pred)
    require_classes(what, y_pred, axis)
    classes = y_pred.shape[axis]
    y_true, y_pred = move_classes_last(axis, y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, classes)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits)


@register("loss", "categorical_crossentropy")
class CategoricalCrossentropy(Loss):
    """loss = −Σ_j t_j log p_j over c classes: one-hot targets (n, c), predictions (n, c) → (n,).

    p is divided by its sum and clipped to [1e-7, 1 − 1e-7]; with ``from_logits``
    p = softmax(y_pred). A softmax right before this loss is merged with it in a model, so that
    nothing is clipped there either. ``label_smoothing`` s replaces t by t (1 − s) + s / c.
    Defaults: from_logits False, label_smoothing 0.0, axis -1. Raises ParameterError for s
    outside [0, 1], ShapeError where the shapes differ or there are fewer than 2 classes.

    Source: keras.losses.CategoricalCrossentropy.

    >>> loss = CategoricalCrossentropy(from_logits=True)
    >>> round(float(loss([[0.0, 1.0]], [[3.0, 3.0]])), 6)  # log 2
    0.693147
    """

    fn = staticmethod(categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        owner = type(self).__name__
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.label_smoothing = check(owner, "label_smoothing", label_smoothing, Interval(0.0, 1.0))
        self.axis = check(owner, "axis", axis, Integer())

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The cross-entropy of each row."""
        return categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )
