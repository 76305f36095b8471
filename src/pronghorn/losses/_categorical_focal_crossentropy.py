"""Cross-entropy of one-hot targets that makes little of easy rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.errors import ShapeError, compose
from pronghorn._core.params import Boolean, Integer, Interval, Several, check
from pronghorn._core.registry import register
from pronghorn.losses._align import align, move_classes_last, require_classes, smooth_labels
from pronghorn.losses._base import Loss
from pronghorn.ops._nn import log_probability


@ops.pointwise
def focal_term(y_true: Any, log_p: Any, *, alpha: float, gamma: float, floor: float) -> Any:
    """−alpha t (1 − p)^gamma log p, element by element; 1 − p is at least ``floor``."""
    miss = ops.maximum(ops.negative(ops.expm1(log_p)), floor)
    return ops.multiply(ops.multiply(-alpha, y_true), ops.multiply(ops.power(miss, gamma), log_p))


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """loss = −Σ_j alpha_j t_j (1 − p_j)^gamma log p_j over the c classes: (…, c) → (…).

    ``alpha`` is one number for all classes or a list of one for each. p is divided by its sum and
    clipped to [1e-7, 1 − 1e-7]; with ``from_logits`` p = softmax(y_pred), whose logarithm is not
    clipped. Label smoothing s replaces t by t (1 − s) + s / c. Defaults: alpha 0.25, gamma 2.0,
    probabilities, classes on the last axis.
    Raises ShapeError where the shapes differ, there are fewer than 2 classes or alpha has another
    number of them.

    Source: keras.losses.categorical_focal_crossentropy; Lin et al. 2017 (arXiv:1708.02002).

    >>> loss = categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]], alpha=1.0)
    >>> round(float(loss[0]), 6)  # 0.25 log 2
    0.173287
    """
    what = "categorical_focal_crossentropy"
    y_true, y_pred = align(what, y_true, y_pred)
    require_classes(what, y_pred, axis)
    y_true, y_pred = move_classes_last(axis, y_true, y_pred)
    y_true = smooth_labels(y_true, label_smoothing, y_pred.shape[-1])
    if from_logits:
        log_p = ops.log_softmax(y_pred)
    else:
        total = ops.sum(y_pred, axis=-1, keepdims=True)
        log_p = log_probability(y_pred, total, eps=epsilon())
    factor = 1.0
    if np.ndim(alpha) == 0:
        factor = float(alpha)  # type: ignore[arg-type]
    else:
        y_true = ops.multiply(y_true, _read_classes(what, alpha, y_pred.shape[-1]))
    terms = focal_term(y_true, log_p, alpha=factor, gamma=float(gamma), floor=epsilon())
    return ops.sum(terms, axis=-1)


def _read_classes(what: str, alpha: Any, classes: int) -> Any:
    """One weight a class, (c,)."""
    weights = np.asarray(alpha, np.float64)
    if weights.shape != (classes,):
        raise ShapeError(
            compose(
                f"{what} alpha",
                expected=f"a number, or {classes} of them, one for each class",
                received=f"shape {weights.shape}",
            )
        )
    return weights


@register("loss", "categorical_focal_crossentropy")
class CategoricalFocalCrossentropy(Loss):
    """loss = −Σ_j alpha_j t_j (1 − p_j)^gamma log p_j: one-hot targets (n, c), predictions (n, c).

    ``alpha`` is one number for all classes or a list of one for each.
    A softmax right before this loss is merged with its logarithm in a model, so that nothing is
    clipped there. Defaults: alpha 0.25, gamma 2.0, from_logits False, label_smoothing 0.0,
    axis −1. Raises ParameterError for alpha < 0, gamma < 0 and smoothing outside [0, 1],
    ShapeError where the shapes differ, there are fewer than 2 classes or alpha has another number
    of them.

    Source: keras.losses.CategoricalFocalCrossentropy; Lin et al. 2017 (arXiv:1708.02002).

    >>> loss = CategoricalFocalCrossentropy(alpha=1.0, from_logits=True)
    >>> round(float(loss([[0.0, 1.0]], [[3.0, 3.0]])), 6)  # 0.25 log 2
    0.173287
    """

    fn = staticmethod(categorical_focal_crossentropy)

    def __init__(
        self,
        alpha: float | Sequence[float] = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        owner = type(self).__name__
        share = Interval(low=0.0, closed="left")
        self.alpha: float | list[float] = (
            check(owner, "alpha", alpha, share)
            if np.ndim(alpha) == 0
            else check(owner, "alpha", alpha, Several(share))
        )
        self.gamma = check(owner, "gamma", gamma, Interval(low=0.0, closed="left"))
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.label_smoothing = check(owner, "label_smoothing", label_smoothing, Interval(0.0, 1.0))
        self.axis = check(owner, "axis", axis, Integer())

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The focal cross-entropy of each row."""
        return categorical_focal_crossentropy(
            y_true,
            y_pred,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )
