"""How often the target is among the k largest predictions, for class numbers."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Boolean, Integer, check
from pronghorn._core.registry import register
from pronghorn.losses._align import align_labels, as_floats
from pronghorn.metrics._mean_of_elements import MeanOfElements


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """[fewer than k classes have p_j > p_t]: labels (…) or (…, 1), predictions (…, c) → (…).

    With ``from_sorted_ids`` predictions are class numbers, the best first, and the label has to be
    one of the first k. Raises ShapeError for one-hot targets.

    Source: keras.metrics.sparse_top_k_categorical_accuracy.

    >>> p = [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]
    >>> sparse_top_k_categorical_accuracy([2, 0], p, k=2).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = align_labels("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        found = ops.equal(ops.expand_dims(y_true, -1), y_pred[..., :k])
        return ops.max(as_floats(found), axis=-1)
    return as_floats(ops.in_top_k(y_true, y_pred, k))


@register("metric", "sparse_top_k_categorical_accuracy")
class SparseTopKCategoricalAccuracy(MeanOfElements):
    """Mean over rows of [target among the k largest predictions]: labels (n,) or (n, 1).

    ``from_sorted_ids``: predictions (n, c) are class numbers, the best first. Defaults: k 5,
    from_sorted_ids False. Raises ShapeError for one-hot targets, ParameterError for k below 1.

    Source: keras.metrics.SparseTopKCategoricalAccuracy.

    >>> SparseTopKCategoricalAccuracy(k=2)([2, 0], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]])
    0.5
    """

    fn = staticmethod(sparse_top_k_categorical_accuracy)
    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: str | None = None,
        from_sorted_ids: bool = False,
    ) -> None:
        owner = "SparseTopKCategoricalAccuracy"
        self.k = check(owner, "k", k, Integer(low=1))
        self.from_sorted_ids = check(owner, "from_sorted_ids", from_sorted_ids, Boolean())
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """1 for each row whose label is among the k, else 0."""
        return sparse_top_k_categorical_accuracy(y_true, y_pred, self.k, self.from_sorted_ids)
