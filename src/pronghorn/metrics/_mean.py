"""The mean of given values."""

from __future__ import annotations

from typing import Any

from pronghorn._core.registry import register
from pronghorn.losses._align import as_floats
from pronghorn.metrics._base import Metric
from pronghorn.metrics._weighing import add_values


@register("metric", "mean")
class Mean(Metric):
    """Σ_i w_i x_i / Σ_i w_i over all rows given to ``update_state(values, sample_weight)``.

    A row of several numbers counts with their mean, weighted where the weights are (n, t) too;
    with one weight for all, a batch counts once. 0 before any row. Raises ShapeError or DataError
    for weights that fit neither rows nor values.

    Source: keras.metrics.Mean.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 3.0], sample_weight=[1.0, 3.0])
    >>> mean.result()
    2.5
    """

    def __init__(self, name: str | None = "mean", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def update_state(  # type: ignore[override]  # Keras's signature: values, not pairs
        self, values: Any, sample_weight: Any = None
    ) -> None:
        """Add rows of values, each row or each value with its weight (1 by default)."""
        add_values(self, as_floats(values), sample_weight)

    def _unfold(self) -> dict[str, Any]:
        return {"total": self._total, "count": self._count}
