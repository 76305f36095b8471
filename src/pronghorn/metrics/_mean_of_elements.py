"""Means of values that a row may have several of, each with a weight of its own."""

from __future__ import annotations

from typing import Any

from pronghorn.losses._align import as_floats
from pronghorn.metrics._base import Metric
from pronghorn.metrics._weighing import add_values, reduce_rows, weighs_rows


class MeanOfElements(Metric):
    """Σ w · v / Σ w over the values v = ``elements(y_true, y_pred)``, (n, …): the base of such.

    ``sample_weight`` (n,) weighs rows, of which each counts with its mean; weights (n, t) weigh
    the values (n, t, …) of a row one by one; with one weight for all, a batch counts once. Raises
    ShapeError or DataError for weights of other shapes.
    """

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The values; defined by each metric."""
        raise NotImplementedError(f"{type(self).__name__} must define elements(y_true, y_pred)")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The mean of the values of each row."""
        return reduce_rows(as_floats(self.elements(y_true, y_pred)))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each or each of their values with its weight (1 by default)."""
        weights = None if sample_weight is None else as_floats(sample_weight)
        if weights is None or weighs_rows(weights):
            super().update_state(y_true, y_pred, weights)
        else:
            add_values(self, as_floats(self.elements(y_true, y_pred)), weights)

    def _unfold(self) -> dict[str, Any]:
        return {"total": self._total, "count": self._count}
