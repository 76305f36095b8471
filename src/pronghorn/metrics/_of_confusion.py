"""What counts and curves have in common: columns of a confusion matrix, each value weighed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from pronghorn.losses._align import as_floats
from pronghorn.metrics._base import Metric
from pronghorn.metrics._held import Peek
from pronghorn.metrics._weighing import weighs_rows


class OfConfusion(Metric):
    """finish(Σ over rows of ``columns(y_true, y_pred, weights)``): the base of such metrics.

    ``sample_weight`` is one for all, one a row, (n,), or one a value, (n, t) for values (n, t, …).
    Raises ShapeError or DataError for others.
    """

    #: Keras's names of the variables, each a column a threshold.
    _names: ClassVar[tuple[str, ...]]

    true_positives = Peek("true_positives")
    false_positives = Peek("false_positives")
    true_negatives = Peek("true_negatives")
    false_negatives = Peek("false_negatives")

    _bounds: list[float]

    def columns(self, y_true: Any, y_pred: Any, weights: Any = None) -> Any:
        """What to add up for each row, (n, k), the values weighed; defined by each metric."""
        raise NotImplementedError(f"{type(self).__name__} must define columns(y_true, y_pred)")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The columns of each row, without weights."""
        return self.columns(y_true, y_pred)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each or each of their values with its weight (1 by default)."""
        weights = None if sample_weight is None else as_floats(sample_weight)
        if weights is None or weighs_rows(weights):
            super().update_state(y_true, y_pred, weights)
        else:
            self._add_rows(self.columns(y_true, y_pred, weights), None)

    def _unfold(self) -> dict[str, Any]:
        size = len(self._bounds)
        columns = np.broadcast_to(self._total, (len(self._names) * size,))
        return dict(zip(self._names, columns.reshape(-1, size), strict=True))

    def _fold(self, parts: Mapping[str, Any]) -> None:
        self._total = np.concatenate([parts[name] for name in self._names])


class OfSides(OfConfusion):
    """Of tp and fp above T thresholds and both kinds of targets in all, (2 T + 2) L columns.

    L is the number of labels, 1 unless each has a curve of its own; None before it is known.
    """

    _names = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    _labels: int | None = 1
    _is_by_label = False

    def counts(self, total: Any) -> tuple[Any, Any, Any, Any]:
        """tp, fp, tn, fn: (T, L) each."""
        size = len(self._bounds)
        labels = np.size(total) // (2 * size + 2) or self._labels or 1
        columns = np.broadcast_to(total, ((2 * size + 2) * labels,))
        tp, fp = columns[: -2 * labels].reshape(2, size, labels)
        true, false = columns[-2 * labels :].reshape(2, 1, labels)
        return tp, fp, false - fp, true - tp

    def _unfold(self) -> dict[str, Any]:
        if self._labels is None:
            return {}
        counts = self.counts(self._total)
        if not self._is_by_label:
            return {name: c[:, 0] for name, c in zip(self._names, counts, strict=True)}
        return dict(zip(self._names, counts, strict=True))

    def _fold(self, parts: Mapping[str, Any]) -> None:
        # tn + fp and fn + tp are the same at all thresholds.
        tp, fp, tn, fn = (np.reshape(parts[name], (len(self._bounds), -1)) for name in self._names)
        self._total = np.concatenate([tp, fp, (tp + fn)[:1], (fp + tn)[:1]]).ravel()
