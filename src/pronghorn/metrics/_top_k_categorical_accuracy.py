"""How often the target is among the k largest predictions, for one-hot targets."""

from __future__ import annotations

from typing import Any

from pronghorn import ops
from pronghorn._core.params import Integer, check
from pronghorn._core.registry import register
from pronghorn.losses._align import align, as_floats
from pronghorn.metrics._mean_of_elements import MeanOfElements


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """[fewer than k classes have p_j > p_t], t = argmax_j t_j: (…, c) each → (…).

    Classes that tie with the target do not push it out. Raises ShapeError where the shapes
    differ.

    Source: keras.metrics.top_k_categorical_accuracy.

    >>> p = [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]
    >>> top_k_categorical_accuracy([[0, 0, 1], [1, 0, 0]], p, k=2).tolist()
    [1.0, 0.0]
    """
    y_true, y_pred = align("top_k_categorical_accuracy", y_true, y_pred)
    return as_floats(ops.in_top_k(ops.argmax(y_true, axis=-1), y_pred, k))


@register("metric", "top_k_categorical_accuracy")
class TopKCategoricalAccuracy(MeanOfElements):
    """Mean over rows of [target among the k largest predictions]: one-hot targets (n, c).

    Default: k 5. Raises ShapeError where the shapes differ, ParameterError for k below 1.

    Source: keras.metrics.TopKCategoricalAccuracy.

    >>> TopKCategoricalAccuracy(k=2)([[0, 0, 1], [1, 0, 0]], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]])
    0.5
    """

    fn = staticmethod(top_k_categorical_accuracy)
    _direction = "up"

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: str | None = None
    ) -> None:
        self.k = check("TopKCategoricalAccuracy", "k", k, Integer(low=1))
        super().__init__(dtype, name)

    def elements(self, y_true: Any, y_pred: Any) -> Any:
        """1 for each row whose target is among the k, else 0."""
        return top_k_categorical_accuracy(y_true, y_pred, self.k)
