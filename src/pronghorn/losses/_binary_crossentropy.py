"""Cross-entropy of yes-or-no targets."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Boolean, Integer, Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import align, require_axis_of_rows, smooth_labels
from pronghorn.losses._base import Loss


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """loss = mean_j −(t_j log p_j + (1 − t_j) log(1 − p_j)): (…, m) → (…), along ``axis``.

    p is clipped to [1e-7, 1 − 1e-7]; with ``from_logits`` p = sigmoid(y_pred), without overflow
    or clipping. Label smoothing s replaces t by t (1 − s) + s / 2. Defaults: probabilities, no
    smoothing. Raises ShapeError where the shapes differ by more than a last axis of 1.

    Source: keras.losses.binary_crossentropy.

    >>> round(float(binary_crossentropy([[1.0]], [[0.5]])[0]), 6)  # log 2
    0.693147
    """
    y_true, y_pred = align("binary_crossentropy", y_true, y_pred)
    require_axis_of_rows("binary_crossentropy", axis, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, 2)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


@register("loss", "binary_crossentropy", "bce", "BCE")
class BinaryCrossentropy(Loss):
    """loss = mean_j −(t_j log p_j + (1 − t_j) log(1 − p_j)): targets in [0, 1], (n, m) → (n,).

    p is clipped to [1e-7, 1 − 1e-7]; with ``from_logits`` p = sigmoid(y_pred). A sigmoid right
    before this loss is merged with it in a model, so that nothing is clipped there either.
    ``label_smoothing`` s replaces t by t (1 − s) + s / 2. Defaults: from_logits False,
    label_smoothing 0.0, axis -1. Raises ParameterError for s outside [0, 1].

    Source: keras.losses.BinaryCrossentropy.

    >>> round(float(BinaryCrossentropy(from_logits=True)([[1.0]], [[0.0]])), 6)  # log 2
    0.693147
    """

    fn = staticmethod(binary_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        owner = type(self).__name__
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.label_smoothing = check(owner, "label_smoothing", label_smoothing, Interval(0.0, 1.0))
        self.axis = check(owner, "axis", axis, Integer())

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The cross-entropy of each row."""
        return binary_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )
