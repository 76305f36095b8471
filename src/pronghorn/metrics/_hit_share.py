"""What precision and recall have in common: hits as a share of hits and failures."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn._core.params import Integer, Optional, check
from pronghorn.metrics._confusion import (
    LOWEST,
    Confusion,
    count_confusion,
    ratio,
    read_thresholds,
)
from pronghorn.metrics._of_confusion import OfConfusion


class HitShare(OfConfusion):
    """tp / (tp + failures) for each threshold: the base of precision and recall."""

    _direction = "up"

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        owner = type(self).__name__
        self.init_thresholds = thresholds
        self.top_k = check(owner, "top_k", top_k, Optional(Integer(low=1)))
        self.class_id = check(owner, "class_id", class_id, Optional(Integer(low=0)))
        default = 0.5 if top_k is None else LOWEST
        self.thresholds = self._bounds = read_thresholds(owner, thresholds, default)
        super().__init__(dtype, name)

    def get_config(self) -> dict[str, Any]:
        """The arguments; ``thresholds`` as they were given."""
        return {**super().get_config(), "thresholds": self.init_thresholds}

    def columns(self, y_true: Any, y_pred: Any, weights: Any = None) -> Any:
        """Hits and failures of each row, (n, 2 T)."""
        return self.choose(
            count_confusion(
                self.name,
                y_true,
                y_pred,
                self._bounds,
                top_k=self.top_k,
                class_id=self.class_id,
                weights=weights,
            )
        )

    def choose(self, counts: Confusion) -> Any:
        """Hits, then the failures that this metric is about."""
        raise NotImplementedError

    def finish(self, total: Any, count: float) -> Any:
        """The share, or one for each threshold."""
        hits, failures = np.broadcast_to(total, (2 * len(self._bounds),)).reshape(2, -1)
        share = ratio(hits, hits + failures)
        return share[0] if len(self._bounds) == 1 else share
