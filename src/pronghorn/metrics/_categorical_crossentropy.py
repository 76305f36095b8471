"""Cross-entropy of one-hot targets, as a metric."""

from __future__ import annotations

from typing import Any

from pronghorn._core.params import Boolean, Integer, Interval, check
from pronghorn._core.registry import register
from pronghorn.losses import categorical_crossentropy
from pronghorn.metrics._mean_of_elements import MeanOfElements


@register("metric", "categorical_crossentropy")
class CategoricalCrossentropy(MeanOfElements):
    """Mean over rows of −Σ_j t_j log p_j: one-hot targets (n, c), predictions (n, c).

    Defaults: from_logits False, label_smoothing 0, axis -1. See
    losses.CategoricalCrossentropy.

    Source: keras.metrics.CategoricalCrossentropy.

    >>> round(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]), 6)  # log 2
    0.693147
    """

    fn = staticmethod(categorical_crossentropy)
    _direction = "down"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        owner = type(self).__name__
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.label_smoothing = check(owner, "label_smoothing", label_smoothing, Interval(0.0, 1.0))
        self.axis = check(owner, "axis", axis, Integer())
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The cross-entropy of each row."""
        return categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )
