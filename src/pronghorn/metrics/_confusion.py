"""Right and wrong, yes and no: the four counts behind precision, recall and the curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pronghorn import ops
from pronghorn._core.config import epsilon
from pronghorn._core.errors import ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Interval, Several, check
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Node
from pronghorn.losses._align import align, as_floats
from pronghorn.metrics._weighing import match_weights

__all__ = [
    "Confusion",
    "count_confusion",
    "enclose_thresholds",
    "join",
    "ratio",
    "read_thresholds",
    "spread_thresholds",
]

# Below every threshold: what the predictions outside of the top k count as (Keras's number).
LOWEST = -1e10


@dataclass(frozen=True)
class Confusion:
    """For each row: (n, T) counts above T thresholds, (n, 1) counts of both kinds of targets.

    By label they are (n, T · L) and (n, L).
    """

    true_above: Any
    false_above: Any
    true: Any
    false: Any


def count_confusion(
    what: str,
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    *,
    top_k: int | None = None,
    class_id: int | None = None,
    label_weights: Any = None,
    by_label: bool = False,
    weights: Any = None,
) -> Confusion:
    """How many elements of each row are above each threshold, apart for targets ≠ 0 and = 0.

    Above means p > threshold. ``top_k``: only the k largest predictions of a row can be above.
    ``class_id``: only this element of a row counts. ``label_weights`` (m,) multiply the elements.
    ``weights`` (), (n,), (n, t), … multiply the values (n, t, …). Thresholds that are evenly spread
    over [0, 1] count predictions outside of it as 0 or 1. Raises ShapeError where the shapes of
    targets and predictions differ, or weights do not fit them.
    """
    y_true, y_pred = align(what, y_true, y_pred)
    if top_k is not None:
        y_pred = ops.where(_mask_top_k(y_pred, top_k), y_pred, LOWEST)
    if class_id is not None:
        y_true, y_pred = (_pick(what, v, class_id) for v in (y_true, y_pred))
    if _is_even(thresholds):
        y_pred = ops.clip(y_pred, 0.0, 1.0)
    if by_label and len(y_pred.shape) != 2:
        raise ShapeError(
            compose(what, expected="predictions (n, labels)", received=str(tuple(y_pred.shape)))
        )
    is_true, p = as_floats(ops.not_equal(y_true, 0.0)), _flatten(y_pred)
    true, false = is_true, 1.0 - is_true
    if weights is not None:
        weights = match_weights(what, y_pred, weights)
        inner = (1 for _ in y_pred.shape[len(weights.shape) :])
        weights = ops.reshape(weights, (*weights.shape, *inner))
        true, false = ops.multiply(true, weights), ops.multiply(false, weights)
    if label_weights is not None:
        true, false = (ops.multiply(part, np.asarray(label_weights)) for part in (true, false))
    true, false = _flatten(true), _flatten(false)
    kind = p.dtype if isinstance(p, np.ndarray) and p.dtype.kind == "f" else np.float32
    bounds = np.asarray(thresholds, kind)
    if by_label:
        above = ops.greater(ops.expand_dims(p, 1), bounds[:, None])
        counts = [_flatten(above * ops.expand_dims(part, 1)) for part in (true, false)]
        return Confusion(counts[0], counts[1], true, false)
    if p.shape[1] == 1:
        above = ops.greater(p, bounds)
        return Confusion(above * true, above * false, true, false)
    above = ops.greater(ops.expand_dims(p, -1), bounds)
    counts = [ops.sum(above * ops.expand_dims(part, -1), axis=1) for part in (true, false)]
    sides = [ops.sum(part, axis=1, keepdims=True) for part in (true, false)]
    return Confusion(counts[0], counts[1], sides[0], sides[1])


def read_thresholds(owner: str, thresholds: Any, default: float) -> list[float]:
    """Thresholds from None (the default), a number or a list; each within [0, 1]."""
    if thresholds is None:
        return [default]
    several = isinstance(thresholds, list | tuple | np.ndarray)
    rule = Interval(0.0, 1.0)
    found = check(owner, "thresholds", thresholds if several else [thresholds], Several(rule))
    if not found:
        raise ParameterError(
            compose(f"{owner} thresholds", expected="one threshold or more", received="none")
        )
    return found


def spread_thresholds(count: int) -> list[float]:
    """1/(count − 1), …, (count − 2)/(count − 1): ``count`` even thresholds less 0 and 1.

    >>> spread_thresholds(5)
    [0.25, 0.5, 0.75]
    """
    return [(i + 1) / (count - 1) for i in range(count - 2)]


def enclose_thresholds(inner: Sequence[float]) -> list[float]:
    """Thresholds and two more, just beyond 0 and 1: above all predictions and below them."""
    return [-epsilon(), *inner, 1.0 + epsilon()]


def join(*columns: Any) -> Any:
    """Values (n, k) side by side."""
    return ops.concatenate(list(columns), axis=-1)


def ratio(a: Any, b: Any) -> Any:
    """a / b, 0 where b is 0."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    with np.errstate(all="ignore"):
        return np.where(b == 0, 0.0, a / b)


def _flatten(x: Any) -> Any:
    """(n, …) → (n, m)."""
    if isinstance(x, Node):
        width = int(np.prod([size or 1 for size in x.shape[1:]], dtype=np.int64))
        return g.reshape(x, (None, width))
    return np.reshape(x, (len(x), -1))


def _mask_top_k(x: Any, k: int) -> Any:
    if isinstance(x, Node):
        return g.top_k_mask(x, k)
    mask = np.zeros(x.shape)
    order = np.argsort(-np.asarray(x), axis=-1, kind="stable")[..., :k]
    np.put_along_axis(mask, order, 1.0, axis=-1)
    return mask


def _pick(what: str, x: Any, class_id: int) -> Any:
    classes = int(x.shape[-1] or 0) if len(x.shape) > 1 else 0
    if not 0 <= class_id < classes:
        raise ParameterError(
            compose(
                f"{what} class_id",
                expected=f"a class within [0, {classes})" if classes else "rows of classes",
                received=describe(class_id) if classes else f"shape {tuple(x.shape)}",
            )
        )
    return x[..., class_id : class_id + 1]


def _is_even(thresholds: Sequence[float]) -> bool:
    """Whether they are 0, 1/(T − 1), …, 1, up to Keras's epsilon."""
    count = len(thresholds)
    even = np.arange(count) / max(count - 1, 1)
    return count > 2 and bool(np.allclose(thresholds, even, atol=1e-7))
