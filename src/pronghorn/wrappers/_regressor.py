"""SKLearnRegressor: a compiled model as a scikit-learn regressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from pronghorn.wrappers._base import ModelWrapper

__all__ = ["SKLearnRegressor"]


class SKLearnRegressor(RegressorMixin, ModelWrapper):  # type: ignore[misc]
    """y = model(x): ``score`` is R².

    Args: those of ``ModelWrapper``. A function as ``model`` is called with y of shape
    (n, outputs), also where ``fit`` was given (n,).

    Attributes: ``model_``; ``history_``, the History of the last fit; ``n_features_in_``.

    Source: keras.wrappers.SKLearnRegressor.

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> def build(X, y, units=8):
    ...     model = Sequential([Input(X.shape[1:]), layers.Dense(units, "tanh"),
    ...                         layers.Dense(y.shape[1])])
    ...     model.compile("adam", "mse")
    ...     return model
    >>> X = np.linspace(-1, 1, 64)[:, None]
    >>> regressor = SKLearnRegressor(build, model_kwargs={"units": 16},
    ...                              fit_kwargs={"epochs": 3, "verbose": 0})
    >>> regressor.fit(X, X[:, 0]).predict(X).shape, regressor.epoch_
    ((64,), 3)
    """

    def predict(self, X: Any) -> NDArray[Any]:
        """The predicted values, in the dimensions of y; float64 where y was."""
        found = self._outputs(X)
        is_column = self._y_ndim == 1 and found.ndim == 2 and found.shape[1] == 1
        dtype = np.result_type(self._y_dtype, np.float32)
        return np.asarray(found[:, 0] if is_column else found, dtype)

    def _read(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        X, y = super()._read(X, y)
        # Numbers that came as objects.
        return X, y.astype(np.float64) if y.dtype.kind == "O" else y

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags
