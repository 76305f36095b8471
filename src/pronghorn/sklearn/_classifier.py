"""MLPClassifier: scikit-learn's, on Pronghorn's engine."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn import neural_network
from sklearn.utils import compute_sample_weight
from sklearn.utils._param_validation import Interval, Real, StrOptions
from sklearn.utils.validation import _check_sample_weight

from pronghorn.errors import ParameterError, compose
from pronghorn.sklearn._base import EngineMixin
from pronghorn.sklearn._constraints import EXTRA_CONSTRAINTS
from pronghorn.sklearn._extras import name_output

__all__ = ["MLPClassifier"]


class MLPClassifier(EngineMixin, neural_network.MLPClassifier):  # type: ignore[misc]
    """P(class | x) = softmax(z), z = W_L a_{L−1} + b_L, a_l = activation(W_l a_{l−1} + b_l).

    A drop-in for ``sklearn.neural_network.MLPClassifier``, of which it is a subclass: the same
    parameters with the same defaults and meanings, the same fitted attributes, the same objective,
    updates, order of the rows and end of training; for two classes and for multilabel targets the
    logistic function in place of softmax. Where the results differ, it is by rounding.

    Parameters that scikit-learn does not have; their defaults change nothing:

    Args:
        activation: Also any name of ``pronghorn.activations``, a function, or a list with one for
            each hidden layer.
        learning_rate: Also a schedule of ``pronghorn.optimizers.schedules``, or a function from
            the step to the rate, for any solver.
        class_weight: A dict from class to weight (for multilabel targets a list of them), or
            "balanced" for n / (classes · count of the class): multiplies the weights of the rows,
            in training and validation. partial_fit, which sees a part of the rows, refuses
            "balanced" with a ValueError.
        loss: "log_loss" (default), "focal", or a name, object or function that ``compile(loss=…)``
            takes and that compares one-hot rows with probabilities.
        label_smoothing: s: targets become y (1 − s) + s / classes. Default 0.0.
        out_activation: In place of softmax or the logistic function: a name or a function. Rows
            of ``predict_proba`` are divided by their sums. Default None.
        dropout: The share of hidden units left out in training: one for all hidden layers, or a
            list. Default 0.0.
        batch_norm, layer_norm: Normalize each hidden layer between product and activation, over
            the batch or over the layer. ``norms_`` holds their arrays. Default False.
        l1: Adds l1 Σ|W| / Σ s_i to the objective, as alpha does with squares. Default 0.0.
        optimizer: A name, a class or an object of ``pronghorn.optimizers``, in place of the
            solver's; a name or a class takes ``learning_rate_init`` (or the schedule). Default
            None.
        callbacks: Callbacks of Keras's kind; their model is the one that is trained, whose
            output is z. Its logs have "loss" and, where rows validate, "val_loss" and "val_score".
        scoring: What ``early_stopping`` goes by: a scorer's name, a scorer, or "loss". Default
            None: accuracy, or R² of a regression.
        init: A fitted estimator (in a search: inside ``sklearn.frozen.FrozenEstimator``) or a
            model, whose weights are the first ones, layer by layer for as long as shapes fit.

    ``fit`` takes X_val, y_val and sample_weight_val; ``history_`` has the curves; ``transform``
    gives the activations of a hidden layer.

    Data frames may hold categories, text and missing values: a number that is missing becomes the
    median, with one more column that says so; a category becomes a column that is 1 in its rows.
    Missing or unseen categories that ``fit`` did not meet are zeros in all of them. Numbers are
    not scaled. ``encoded_names_`` names the columns. The encoding is part of the estimator and of
    its pickle; frames of finite numbers are taken as scikit-learn takes them.

    The engine computes in float32, whatever X is; ``coefs_``, ``intercepts_`` and predictions have
    the dtype of X. Small fits (fewer than 100,000 rows × weights) and predictions (fewer than 512
    rows) run scikit-learn's own code in the dtype of X, and so does "lbfgs" where ``tol`` asks for
    more than float32 holds (below 1e-5, with X of float64), and any fit that numbers too large for
    float32, or for their squares in it, would end; with any of the parameters above but
    ``class_weight`` and ``init`` everything runs on the engine, which refuses such numbers. Sparse
    X stays sparse: training makes one batch of it dense at a time.

    Several threads may predict with one estimator. ``to_sklearn()`` gives a plain scikit-learn
    object; pickles carry a version and a checksum, FileError is raised for those that are damaged.

    Errors: scikit-learn's; ParameterError for parameters that do not go together.

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
        **EXTRA_CONSTRAINTS,
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
        "loss": [str, dict, callable],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: Any = "constant",
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
        loss: Any = "log_loss",
        label_smoothing: float = 0.0,
        out_activation: Any = None,
        dropout: Any = 0.0,
        batch_norm: bool = False,
        layer_norm: bool = False,
        l1: float = 0.0,
        optimizer: Any = None,
        callbacks: Any = None,
        scoring: Any = None,
        init: Any = None,
    ) -> None:
        self._keep(locals())

    def _name_output(self) -> Any:
        given = name_output(self.out_activation)
        if given == "softmax" and self._label_binarizer.y_type_ != "multiclass":
            raise ParameterError(
                compose(
                    "out_activation",
                    expected="'logistic', as each output stands for a class or label of its own",
                    received="'softmax'",
                )
            )
        return given

    def _loss_of_outputs(self) -> tuple[Any, tuple[tuple[str, Any], ...]]:
        kind = "Categorical" if self._label_binarizer.y_type_ == "multiclass" else "Binary"
        if self.loss == "focal":
            return f"{kind}FocalCrossentropy", ()
        if self.loss == "log_loss" and self.out_activation_ not in ("softmax", "logistic"):
            return f"{kind}Crossentropy", ()
        return self.loss, ()

    def _weighs_classes(self) -> bool:
        return self.class_weight is not None

    def _weigh_classes(self, y: Any, sample_weight: Any, *, is_part: bool) -> Any:
        """The weights of the rows, times those of their classes.

        Rows of a part, to go on with or to validate by, need not have every class.
        """
        y = np.asarray(y)
        known = self.__dict__.get("classes_") if is_part else None
        if isinstance(self.class_weight, dict) and known is not None and y.ndim == 1:
            weights = np.ones(len(y))
            for name, weight in self._weights_of_classes(known).items():
                weights[y == name] = weight
        else:
            weights = compute_sample_weight(self.class_weight, y)
        if sample_weight is None:
            return weights
        return weights * _check_sample_weight(sample_weight, y)

    def _weights_of_classes(self, known: Any) -> Any:
        missing = [name for name in self.class_weight if name not in known]
        if missing:
            raise ParameterError(
                compose(
                    "class_weight",
                    expected=f"classes of y ({', '.join(map(repr, known.tolist()))})",
                    received=", ".join(map(repr, missing)),
                )
            )
        return self.class_weight

    def _fit(self, X: Any, y: Any, sample_weight: Any = None, incremental: bool = False) -> Any:
        if self.class_weight is None:
            return super()._fit(X, y, sample_weight, incremental)
        if incremental and self.class_weight == "balanced":
            raise ParameterError(
                compose(
                    "class_weight of partial_fit",
                    expected="a dict from class to weight",
                    received="'balanced', which a part of y does not tell",
                    remedy="sklearn.utils.compute_class_weight('balanced', classes=…, y=…) "
                    "computes it",
                )
            )
        weights = self._weigh_classes(y, sample_weight, is_part=incremental)
        return super()._fit(X, y, weights, incremental)

    def predict(self, X: Any) -> Any:
        """The class of each row, (n,); for multilabel targets 0 or 1 a label, (n, labels)."""
        binarizer = self.__dict__.get("_label_binarizer")
        kind = None if binarizer is None else binarizer.y_type_
        if kind == "multiclass" or (kind == "binary" and len(self.classes_) == 2):
            found = self._predict_plain(X)
            if found is not None:
                choice = found.argmax(axis=1) if kind == "multiclass" else found[:, 0] > 0.5
                return self.classes_.take(choice)
        return super().predict(X)

    def predict_proba(self, X: Any) -> Any:
        """P(class | x) for each row: (n, classes), in the order of ``classes_``."""
        found = self._predict_plain(X)
        if found is None:
            return self._share(super().predict_proba(X))
        if self.n_outputs_ > 1:
            return found
        both = np.empty((len(found), 2), found.dtype)
        np.subtract(1.0, found[:, 0], out=both[:, 0])
        both[:, 1] = found[:, 0]
        return both

    def _share(self, found: Any) -> Any:
        """Rows of classes that exclude each other, divided by their sums.

        Those of softmax sum to 1 in float32; scikit-learn's metrics want it in the dtype of X.
        """
        if self._label_binarizer.y_type_ != "multiclass":
            return found
        total = found.sum(axis=1, keepdims=True)
        equal = np.full_like(found, 1.0 / found.shape[1])
        return np.divide(found, total, out=equal, where=total > 0)
