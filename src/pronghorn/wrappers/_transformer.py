"""SKLearnTransformer: a compiled model as a step that makes features."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from pronghorn.models import Model
from pronghorn.wrappers._base import ModelWrapper

__all__ = ["SKLearnTransformer"]


class SKLearnTransformer(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
    ModelWrapper,
):
    """The outputs of a model, (n, units), as the features of the next step.

    Args: those of ``ModelWrapper``. A model that is handed in with weights serves without ``fit``,
    as in ``sklearn.frozen.FrozenEstimator``.

    Attributes: ``model_``; ``history_``, the History of the last fit; ``n_features_in_``.

    Source: keras.wrappers.SKLearnTransformer.

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> trained = Sequential([Input((4,)), layers.Dense(2, "tanh")])
    >>> SKLearnTransformer(trained).transform(np.eye(4)).shape
    (4, 2)
    """

    def transform(self, X: Any) -> NDArray[Any]:
        """The outputs of the model for these rows."""
        return self._outputs(X)

    @property
    def _fitted_model(self) -> Model:
        found: Model = vars(self).get("model_", self.model)
        return found

    @property
    def _n_features_out(self) -> int:
        return int(self._fitted_model.output_shape[-1])

    def __sklearn_is_fitted__(self) -> bool:
        given = self.model
        return super().__sklearn_is_fitted__() or (isinstance(given, Model) and given.built)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.target_tags.required = True
        return tags
