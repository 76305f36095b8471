"""The sum of given values."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import as_floats
from pronghorn.metrics._base import Metric
from pronghorn.metrics._weighing import add_values


@register("metric", "sum")
class Sum(Metric):
    """Σ_i w_i x_i over all elements given to ``update_state(values, sample_weight)``.

    Weights are one for all, one a row or one a value. 0 before any. Raises ShapeError or DataError
    for others.

    Source: keras.metrics.Sum.

    >>> total = Sum()
    >>> total.update_state([1.0, 3.0], sample_weight=[1.0, 2.0])
    >>> total.result()
    7.0
    """

    def __init__(self, name: str = "sum", dtype: str | None = None) -> None:
        super().__init__(dtype, name)

    def update_state(  # type: ignore[override]  # Keras's signature: values, not pairs
        self, values: Any, sample_weight: Any = None
    ) -> None:
        """Add values, each or each row with its weight (1 by default)."""
        add_values(self, as_floats(values), sample_weight, ops.sum)

    def finish(self, total: Any, count: float) -> Any:
        """The sum itself."""
        return total

    def _unfold(self) -> dict[str, Any]:
        return {"total": self._total}
