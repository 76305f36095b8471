"""MLPClassifier: scikit-learn's, on Pronghorn's engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import neural_network

from pronghorn.sklearn._base import EngineMixin

__all__ = ["MLPClassifier"]


class MLPClassifier(EngineMixin, neural_network.MLPClassifier):  # type: ignore[misc]
    """P(class | x) = softmax(z), z = W_L a_{L−1} + b_L, a_l = activation(W_l a_{l−1} + b_l).

    A drop-in for ``sklearn.neural_network.MLPClassifier``, of which it is a subclass: the same
    parameters with the same defaults and meanings, the same fitted attributes, the same objective,
    updates, order of the rows and end of training; for two classes and for multilabel targets the
    logistic function in place of softmax. Where the results differ, it is by rounding.

    The engine computes in float32, whatever X is; ``coefs_``, ``intercepts_`` and predictions have
    the dtype of X. Small fits (fewer than 100,000 rows × weights) and predictions (fewer than 512
    rows) run scikit-learn's own code in the dtype of X, and so does "lbfgs" where ``tol`` asks for
    more than float32 holds (below 1e-5, with X of float64). Sparse X stays sparse: training makes
    one batch of it dense at a time.

    Several threads may predict with one estimator. ``to_sklearn()`` gives a plain scikit-learn
    object; pickles carry a version and a checksum, FileError is raised for those that are damaged.

    Source: sklearn.neural_network.MLPClassifier; Kingma and Ba 2015, "Adam".

    >>> from sklearn.datasets import load_iris
    >>> from pronghorn.sklearn import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((10,), learning_rate_init=0.02, max_iter=500, random_state=0)
    >>> bool(mlp.fit(X, y).score(X, y) > 0.95)
    True
    """

    def predict(self, X: Any) -> Any:
        """The class of each row, (n,); for multilabel targets 0 or 1 a label, (n, labels)."""
        if self._is_plain(X):
            kind = self._label_binarizer.y_type_
            if kind == "multiclass":
                return self.classes_.take(self._predict_small(X).argmax(axis=1))
            if kind == "binary" and len(self.classes_) == 2:
                return self.classes_.take(self._predict_small(X)[:, 0] > 0.5)
        return super().predict(X)

    def predict_proba(self, X: Any) -> Any:
        """P(class | x) for each row: (n, classes), in the order of ``classes_``."""
        if not self._is_plain(X):
            return super().predict_proba(X)
        found = self._predict_small(X)
        if self.n_outputs_ > 1:
            return found
        both = np.empty((len(found), 2), found.dtype)
        np.subtract(1.0, found[:, 0], out=both[:, 0])
        both[:, 1] = found[:, 0]
        return both
