"""The area under a curve of thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import ops
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Boolean, Integer, Interval, OneOf, Optional, Several, check
from pronghorn._core.registry import register
from pronghorn.losses._align import as_floats
from pronghorn.metrics._confusion import (
    count_confusion,
    enclose_thresholds,
    join,
    ratio,
    spread_thresholds,
)
from pronghorn.metrics._of_confusion import OfSides

Array = NDArray[np.float64]

_WEIGHTS = Optional(Several(Interval(closed="neither")))


@register("metric", "auc", "AUC")
class AUC(OfSides):
    """Σ_i (x_i − x_{i+1}) (y_i + y_{i+1}) / 2 along a curve of T thresholds: (n, m) each.

    From tp, fp, tn, fn, the weighted counts above and below each threshold, the curve "ROC" is
    x = fp / (fp + tn), y = tp / (tp + fn); "PR" is x = tp / (tp + fn), y = tp / (tp + fp);
    "PRGAIN" is x = 1 − r fn / tp, y = 1 − r fp / tp with r = positives / negatives.
    ``summation_method``: "interpolation" as above (for "PR" of tp and fp, after Davis and
    Goadrich), "minoring" and "majoring" take the lower and the higher y.

    Args:
        num_thresholds: T, evenly spread over [0, 1], the outermost just beyond. Default 200.
        curve: "ROC" (default), "PR" or "PRGAIN".
        summation_method: Default "interpolation".
        thresholds: Those between the outermost, in place of even ones.
        multi_label: One curve for each of the m labels; the result is their mean. Default False:
            one curve of all elements.
        num_labels: m, for multi_label; taken from the data where it is None.
        label_weights: m numbers: weights of the mean over labels, or of the elements.
        from_logits: Whether predictions go through a sigmoid first. Default False.

    Raises ParameterError for unknown curves and methods, ShapeError or DataError for weights that
    are neither one for all, one a row nor one a value.

    Source: keras.metrics.AUC; Davis and Goadrich 2006.

    >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        if thresholds is None:
            count = check("AUC", "num_thresholds", num_thresholds, Integer(low=2))
            inner = spread_thresholds(count)
        else:
            rule = Several(Interval(closed="neither"))
            inner = sorted(check("AUC", "thresholds", thresholds, rule))
        self._inner = None if thresholds is None else inner
        self._bounds = enclose_thresholds(inner)
        self.num_thresholds = len(self._bounds)
        self.curve = check("AUC", "curve", _upper(curve), OneOf("ROC", "PR", "PRGAIN"))
        methods = OneOf("interpolation", "minoring", "majoring")
        method = summation_method.lower() if isinstance(summation_method, str) else None
        self.summation_method = check("AUC", "summation_method", method, methods)
        self.multi_label = check("AUC", "multi_label", multi_label, Boolean())
        self.num_labels = check("AUC", "num_labels", num_labels, Optional(Integer(low=1)))
        if self.num_labels is not None and not self.multi_label:
            raise ParameterError(
                compose(
                    "AUC num_labels",
                    expected="None, since multi_label is False",
                    received=describe(num_labels),
                )
            )
        self.label_weights = check("AUC", "label_weights", label_weights, _WEIGHTS)
        self.from_logits = check("AUC", "from_logits", from_logits, Boolean())
        self._is_by_label = self.multi_label
        self._labels = self.num_labels if self.multi_label else 1
        super().__init__(dtype, name)

    @property
    def thresholds(self) -> list[float]:
        """All T thresholds, the outermost included."""
        return list(self._bounds)

    def get_config(self) -> dict[str, Any]:
        """The arguments; ``thresholds`` are the inner ones, or None where they are even."""
        return {**super().get_config(), "thresholds": self._inner}

    def columns(self, y_true: Any, y_pred: Any, weights: Any = None) -> Any:
        """Counts above the thresholds and in all, for both kinds of targets, of each row."""
        y_pred = as_floats(y_pred)
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred)
        counts = count_confusion(
            self.name,
            y_true,
            y_pred,
            self._bounds,
            label_weights=None if self.multi_label else self.label_weights,
            by_label=self.multi_label,
            weights=weights,
        )
        if self.multi_label:
            self._labels = int(y_pred.shape[1])
        return join(counts.true_above, counts.false_above, counts.true, counts.false)

    def finish(self, total: Any, count: float) -> Any:
        """The area, or the mean of the labels' areas."""
        areas = self._measure(*self.counts(total))
        if not self.multi_label or self.label_weights is None:
            return areas.mean()
        weights = np.asarray(self.label_weights, np.float64)
        return ratio((areas * weights).sum(), weights.sum())

    def _measure(self, tp: Array, fp: Array, tn: Array, fn: Array) -> Array:
        """The area of each column."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _interpolate_precision(tp, fp, fn)
        x, y = _CURVES[self.curve](tp, fp, fn, tn)
        low, high = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
        heights = {"interpolation": (low + high) / 2, "minoring": low, "majoring": high}
        return np.asarray(((x[:-1] - x[1:]) * heights[self.summation_method]).sum(axis=0))


def _trace_roc(tp: Array, fp: Array, fn: Array, tn: Array) -> tuple[Array, Array]:
    return ratio(fp, fp + tn), ratio(tp, tp + fn)


def _trace_pr(tp: Array, fp: Array, fn: Array, tn: Array) -> tuple[Array, Array]:
    return ratio(tp, tp + fn), ratio(tp, tp + fp)


def _trace_gain(tp: Array, fp: Array, fn: Array, tn: Array) -> tuple[Array, Array]:
    # Without hits the gains diverge: they are set to 0 and 1. Below chance x is held at 0.
    scale = ratio(tp + fn, tn + fp)
    x = np.where(tp == 0, 0.0, 1.0 - scale * ratio(fn, tp))
    y = np.where(tp == 0, 1.0, 1.0 - scale * ratio(fp, tp))
    return np.maximum(x, 0.0), y


_CURVES = {"ROC": _trace_roc, "PR": _trace_pr, "PRGAIN": _trace_gain}


def _interpolate_precision(tp: Array, fp: Array, fn: Array) -> Array:
    """∫ precision d recall where tp and P = tp + fp run straight from threshold to threshold.

    Between A and B precision is (tp_B + s (P − P_B)) / P with s = Δtp / ΔP; its integral over tp
    is s (Δtp + (tp_B − s P_B) log(P_A / P_B)).
    """
    positive = tp + fp
    gained = tp[:-1] - tp[1:]
    slope = ratio(gained, np.maximum(positive[:-1] - positive[1:], 0))
    intercept = tp[1:] - slope * positive[1:]
    both = (positive[:-1] > 0) & (positive[1:] > 0)
    growth = np.where(both, ratio(positive[:-1], np.maximum(positive[1:], 0)), 1.0)
    areas = ratio(slope * (gained + intercept * np.log(growth)), np.maximum((tp + fn)[1:], 0))
    return np.asarray(areas.sum(axis=0))


def _upper(curve: Any) -> Any:
    return curve.upper() if isinstance(curve, str) else curve
