"""MLPClassifier: scikit-learn's, on Pronghorn's engine."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn import neural_network
from sklearn.utils import compute_sample_weight
from sklearn.utils._param_validation import StrOptions

from pronghorn.sklearn._base import EngineMixin

__all__ = ["MLPClassifier"]


class MLPClassifier(EngineMixin, neural_network.MLPClassifier):  # type: ignore[misc]
    """P(class | x) = softmax(z), z = W_L a_{L−1} + b_L, a_l = activation(W_l a_{l−1} + b_l).

    A drop-in for ``sklearn.neural_network.MLPClassifier``, of which it is a subclass: the same
    parameters with the same defaults and meanings, the same fitted attributes, the same objective,
    updates, order of the rows and end of training; for two classes and for multilabel targets the
    logistic function in place of softmax. Where the results differ, it is by rounding.

    One parameter is more than scikit-learn has: ``class_weight``, default None. A dict from class
    to weight (for multilabel targets a list of them), or "balanced" for n / (classes · count of
    the class), multiplies the weights of the rows, in training and in the score of early stopping.
    partial_fit, which sees a part of the rows, refuses "balanced" with a ValueError.

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

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **neural_network.MLPClassifier._parameter_constraints,
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        class_weight: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes=hidden_layer_sizes,
            activation=activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
            max_fun=max_fun,
        )
        self.class_weight = class_weight

    def _fit(self, X: Any, y: Any, sample_weight: Any = None, incremental: bool = False) -> Any:
        if self.class_weight is None:
            weights = {} if sample_weight is None else {"sample_weight": sample_weight}
            return super()._fit(X, y, **weights, incremental=incremental)
        if incremental and self.class_weight == "balanced":
            raise ValueError(
                "class_weight 'balanced' is not known to partial_fit, which sees a part of y: "
                "expected a dict from class to weight. "
                "sklearn.utils.compute_class_weight('balanced', classes=…, y=…) computes it."
            )
        weights = compute_sample_weight(self.class_weight, y)
        if sample_weight is not None:
            weights = weights * np.asarray(sample_weight)
        return super()._fit(X, y, sample_weight=weights, incremental=incremental)

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
