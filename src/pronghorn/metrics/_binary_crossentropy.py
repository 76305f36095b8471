"""Cross-entropy of yes-or-no targets, as a metric."""

from __future__ import annotations

from typing import Any

from pronghorn._core.params import Boolean, Interval, check
from pronghorn._core.registry import register
from pronghorn.losses import binary_crossentropy
from pronghorn.metrics._mean_of_elements import MeanOfElements


@register("metric", "binary_crossentropy", "bce", "BCE")
class BinaryCrossentropy(MeanOfElements):
    """Mean over rows of mean_j −(t_j log p_j + (1 − t_j) log(1 − p_j)): (n, m) each.

    Defaults: from_logits False, label_smoothing 0. See losses.BinaryCrossentropy.

    Source: keras.metrics.BinaryCrossentropy.

    >>> round(BinaryCrossentropy()([[1.0]], [[0.5]]), 6)  # log 2
    0.693147
    """

    fn = staticmethod(binary_crossentropy)
    _direction = "down"

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        owner = type(self).__name__
        self.from_logits = check(owner, "from_logits", from_logits, Boolean())
        self.label_smoothing = check(owner, "label_smoothing", label_smoothing, Interval(0.0, 1.0))
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """The cross-entropy of each row."""
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing)
