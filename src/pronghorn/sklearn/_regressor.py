"""MLPRegressor: scikit-learn's, on Pronghorn's engine."""

from __future__ import annotations

from typing import Any

from sklearn import neural_network

from pronghorn.sklearn._base import EngineMixin

__all__ = ["MLPRegressor"]


class MLPRegressor(EngineMixin, neural_network.MLPRegressor):  # type: ignore[misc]
    """ŷ = W_L a_{L−1} + b_L, a_l = activation(W_l a_{l−1} + b_l); e to that power for "poisson".

    A drop-in for ``sklearn.neural_network.MLPRegressor``, of which it is a subclass: the same
    parameters with the same defaults and meanings, the same fitted attributes, the same objective,
    updates, order of the rows and end of training. Where the results differ, it is by rounding.
    What computes in float32, and what in the dtype of X: see ``MLPClassifier``.

    Source: sklearn.neural_network.MLPRegressor; Kingma and Ba 2015, "Adam".

    >>> from sklearn.datasets import make_regression
    >>> from pronghorn.sklearn import MLPRegressor
    >>> X, y = make_regression(n_samples=200, n_features=5, random_state=1)
    >>> mlp = MLPRegressor(
    ...     hidden_layer_sizes=(20,), learning_rate_init=0.05, tol=0.1, random_state=0, max_iter=500
    ... )
    >>> bool(mlp.fit(X, y).score(X, y) > 0.95)
    True
    """

    def predict(self, X: Any) -> Any:
        """The predicted values: (n,), or (n, outputs) for several."""
        if not self._is_plain(X):
            return super().predict(X)
        found = self._predict_small(X)
        return found.ravel() if found.shape[1] == 1 else found
