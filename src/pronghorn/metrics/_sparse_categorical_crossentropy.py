"""Cross-entropy of class numbers, as a metric."""

from __future__ import annotations

from typing import Any

from pronghorn import losses
from pronghorn._core.params import Boolean, Integer, Optional, check
from pronghorn._core.registry import register
from pronghorn.losses import sparse_categorical_crossentropy
from pronghorn.losses._align import as_floats, expand_last
from pronghorn.metrics._mean_of_elements import MeanOfElements
from pronghorn.metrics._weighing import weighs_rows


@register("metric", "sparse_categorical_crossentropy")
class SparseCategoricalCrossentropy(MeanOfElements):
    """Mean over rows of −log p_t: labels (n,) or (n, 1), predictions (n, c).

    Labels equal to ``ignore_class`` count as rows of value 0, and with ``sample_weight`` not at
    all. Defaults: from_logits False,
    ignore_class None, axis -1. See losses.SparseCategoricalCrossentropy.

    Source: keras.metrics.SparseCategoricalCrossentropy.

    >>> round(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]), 6)  # log 2
    0.693147
    """

    fn = staticmethod(sparse_categorical_crossentropy)
    _direction = "down"

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        owner = type(self).__name__
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.ignore_class = check(owner, "ignore_class", ignore_class, Optional(Integer()))
        self.axis = check(owner, "axis", axis, Integer())
        super().__init__(dtype, name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows, each or each of their values with its weight (1 by default)."""
        if sample_weight is not None and self.ignore_class is not None:
            weights = as_floats(sample_weight)
            if weighs_rows(weights) and len(y_pred.shape) > 2:
                weights = expand_last(weights)
            loss = losses.SparseCategoricalCrossentropy(
                ignore_class=self.ignore_class, reduction="sum"
            )
            sample_weight = loss.weigh(y_true, weights)
        super().update_state(y_true, y_pred, sample_weight)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The cross-entropy of each row."""
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )
