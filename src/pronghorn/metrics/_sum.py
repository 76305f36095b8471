"""The sum of given values."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.registry import register
from pronghorn.losses._align import as_tensor
from pronghorn.metrics._base import Metric


@register("metric", "sum")
class Sum(Metric):
    """Σ_i w_i x_i over all elements given to ``update_state(values, sample_weight)``.

    0 before any.

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
        """Add rows of values, each with its weight (1 by default)."""
        values = as_tensor(values)
        inner = tuple(range(1, len(values.shape)))
        self._add_rows(ops.sum(values, axis=inner) if inner else values, sample_weight)

    def finish(self, total: Any, count: float) -> Any:
        """The sum itself."""
        return total
