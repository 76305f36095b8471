"""Cross-entropy of yes-or-no targets that makes little of easy rows."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.params import Boolean, Integer, Interval, check
from pronghorn._core.registry import register
from pronghorn.losses._align import align, require_axis_of_rows, smooth_labels
from pronghorn.losses._base import Loss


@ops.pointwise
def focal_factor(y_true: Any, p: Any, *, alpha: float | None, gamma: float, floor: float) -> Any:
    """max(1 − q, floor)^gamma, times alpha for t = 1 and 1 − alpha for t = 0, unless it is None.

    The floor keeps the derivative finite where q = 1 and gamma < 1.
    """
    others = ops.subtract(1.0, y_true)
    miss = ops.add(ops.multiply(y_true, ops.subtract(1.0, p)), ops.multiply(others, p))
    factor = ops.power(ops.maximum(miss, floor), gamma)
    if alpha is None:
        return factor
    share = ops.add(ops.multiply(y_true, alpha), ops.multiply(others, 1.0 - alpha))
    return ops.multiply(share, factor)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """loss = mean_j −(1 − q_j)^gamma log q_j, q_j = p_j where t_j = 1, else 1 − p_j: (…, m) → (…).

    With ``apply_class_balancing`` rows of t = 1 count alpha-fold, those of t = 0 (1 − alpha)-fold.
    p is clipped to [1e-7, 1 − 1e-7] in the logarithm; with ``from_logits`` p = sigmoid(y_pred),
    without overflow or clipping. Label smoothing s replaces t by t (1 − s) + s / 2. Defaults: no
    balancing, alpha 0.25, gamma 2.0. Raises ShapeError where the shapes differ by more than a
    last axis of 1.

    Source: keras.losses.binary_focal_crossentropy; Lin et al. 2017 (arXiv:1708.02002).

    >>> round(float(binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 6)  # 0.25 log 2
    0.173287
    """
    y_true, y_pred = align("binary_focal_crossentropy", y_true, y_pred)
    require_axis_of_rows("binary_focal_crossentropy", axis, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, 2)
    entropy = ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    p = ops.sigmoid(y_pred) if from_logits else y_pred
    balance = alpha if apply_class_balancing else None
    factor = focal_factor(y_true, p, alpha=balance, gamma=float(gamma), floor=epsilon())
    return ops.mean(ops.multiply(factor, entropy), axis=axis)


@register("loss", "binary_focal_crossentropy")
class BinaryFocalCrossentropy(Loss):
    """loss = mean_j −(1 − q_j)^gamma log q_j, q_j = p_j where t_j = 1, else 1 − p_j: (n, m) → (n,).

    With ``apply_class_balancing`` rows of t = 1 count alpha-fold, those of t = 0 (1 − alpha)-fold.
    A sigmoid right before this loss is merged with its logarithm in a model, so that nothing is
    clipped there. Defaults: apply_class_balancing False, alpha 0.25, gamma 2.0, from_logits
    False, label_smoothing 0.0, axis −1. Raises ParameterError for alpha or smoothing outside
    [0, 1] and for gamma < 0, ShapeError where the shapes differ.

    Source: keras.losses.BinaryFocalCrossentropy; Lin et al. 2017 (arXiv:1708.02002).

    >>> loss = BinaryFocalCrossentropy(gamma=1.0, from_logits=True)
    >>> round(float(loss([[1.0]], [[0.0]])), 6)  # 0.5 log 2
    0.346574
    """

    fn = staticmethod(binary_focal_crossentropy)

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        owner = type(self).__name__
        self.apply_class_balancing = check(
            owner, "apply_class_balancing", apply_class_balancing, Boolean()
        )
        self.alpha = check(owner, "alpha", alpha, Interval(0.0, 1.0))
        self.gamma = check(owner, "gamma", gamma, Interval(low=0.0, closed="left"))
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.label_smoothing = check(owner, "label_smoothing", label_smoothing, Interval(0.0, 1.0))
        self.axis = check(owner, "axis", axis, Integer())

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The focal cross-entropy of each row."""
        return binary_focal_crossentropy(
            y_true,
            y_pred,
            self.apply_class_balancing,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )
