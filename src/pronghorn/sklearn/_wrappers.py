"""KerasClassifier and KerasRegressor: a model of your own as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from pronghorn.sklearn._targets import Head, find_classes
from pronghorn.sklearn._wrappers_base import Wrapper
from pronghorn.sklearn._wrappers_model import heads_of

__all__ = ["KerasClassifier", "KerasRegressor"]


class KerasClassifier(ClassifierMixin, Wrapper):  # type: ignore[misc]
    """P(class | x) = model(x): classifies with a model that a function of yours builds.

    Args:
        model: A function that gives a model, compiled or not; or a model, of which each fit trains
            a copy with new weights. Default: one hidden layer of 100 relu units.
        build_fn: Another name for ``model``.
        warm_start: Whether ``fit`` goes on with the model there is. Default False.
        random_state: A number, or a RandomState, that decides initial weights, order of rows and
            dropout. Default None: another result each time.
        optimizer, loss, metrics: For a model that comes uncompiled: names, classes or objects.
            Defaults: "rmsprop"; the cross-entropy that fits targets and output, divided by the
            sum of the rows' weights; none.
        batch_size, validation_batch_size, verbose, callbacks, validation_split, shuffle, epochs:
            Those of ``Model.fit``, with its defaults. Callbacks may be objects, classes or names.
            A batch size of −1 is all rows; ``predict`` goes by ``batch_size`` too.
        class_weight: Class → weight of its rows (1 for a class that is left out), or "balanced";
            a list of these for several columns. Default None.
        **kwargs: Arguments of the build function, by their own names or as ``model__name``; further
            arguments of ``compile``, ``fit`` and ``predict`` by theirs (``weighted_metrics``);
            ``optimizer__``, ``loss__``, ``metrics__`` and ``callbacks__`` followed by an argument
            of what was given there (of one of several: ``callbacks__0__patience``); ``compile__``,
            ``fit__`` and ``predict__`` followed by an argument of that method.

    A build function with an argument ``meta`` is given the attributes below that are known before
    the model is, as a dict; one with ``compile_kwargs`` the arguments for ``compile``; one with
    ``params`` all parameters, which may then have any name. Its arguments named as a parameter
    here (``optimizer``, ``loss``) are given what was set here.

    Labels may be of any dtype. One unit is the probability of the second of two classes. Otherwise
    unit c belongs to ``classes_[c]``: a loss named "sparse", and a function of your own, compares
    class numbers, every other loss one-hot rows. Zeros and ones of shape (n, labels) are
    multilabel targets, unless each row has a single one: one-hot rows are classes, the largest
    output decides, and ``predict`` gives one-hot rows. Several columns of classes go to a model
    with as many outputs.

    Attributes: ``classes_``, ``n_classes_`` (lists for several columns), ``n_features_in_``,
    ``feature_names_in_`` (of a data frame with text as names), ``n_outputs_`` (columns of y),
    ``n_outputs_expected_`` (outputs of the model), ``target_type_`` (by scikit-learn's
    ``type_of_target``; one-hot rows are "multilabel-indicator"), ``X_shape_``, ``X_dtype_``,
    ``y_ndim_``, ``y_dtype_``, ``model_``, ``history_`` (lists by name, over all epochs).

    Pickles hold the model as a file of Pronghorn, and the build function by name. In worker
    threads of joblib every fit uses one thread and the rows where they lie.

    Errors: ParameterError for names that belong nowhere, for compile arguments of a model that
    comes compiled, and for weights of classes that there are not; ShapeError for an output that
    does not fit the classes; DataError for classes that the first fit did not see.

    Source: scikeras.wrappers.KerasClassifier.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from pronghorn import Input, Sequential, layers
    >>> def build(n_hidden=1, n_neurons=30):
    ...     hidden = [layers.Dense(n_neurons, activation="relu") for _ in range(n_hidden)]
    ...     return Sequential([Input((4,)), *hidden, layers.Dense(3, activation="softmax")])
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = KerasClassifier(
    ...     build, optimizer="adam", optimizer__learning_rate=0.02, epochs=20, verbose=0,
    ...     random_state=0)
    >>> search = GridSearchCV(classifier, {"n_hidden": [0, 1]}, cv=3).fit(X, y)
    >>> search.best_params_, bool(search.best_score_ > 0.9)
    ({'n_hidden': 1}, True)
    """

    _made_for_fit = frozenset({"sample_weight", "class_weight"})

    def __init__(
        self,
        model: Any = None,
        *,
        build_fn: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        optimizer: Any = None,
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: Any = True,
        epochs: int = 1,
        class_weight: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            model,
            build_fn=build_fn,
            warm_start=warm_start,
            random_state=random_state,
            optimizer=optimizer,
            loss=loss,
            metrics=metrics,
            batch_size=batch_size,
            validation_batch_size=validation_batch_size,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            shuffle=shuffle,
            epochs=epochs,
            **kwargs,
        )
        self.class_weight = class_weight

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None, **kwargs: Any
    ) -> Self:
        """One more epoch over these rows.

        Args:
            X, y, sample_weight: Those of ``fit``.
            classes: All classes there are, where the first call does not see them all; for several
                columns of y a list of those of each. ``[[0, 1]] * labels`` says that rows with a
                single one are multilabel targets.

        Raises ParameterError, which is a TypeError, for a number of epochs.
        """
        self._train_on(X, y, sample_weight, kwargs, classes)
        return self

    def predict(self, X: Any, **kwargs: Any) -> NDArray[Any]:
        """The class of each row, in the shape and dtype of y."""
        outputs = self._outputs(X, kwargs)
        found = self._classes.decode(self._as_probabilities(outputs))
        is_rows = self.target_type_ == "multilabel-indicator"
        return found.astype(self.y_dtype_, copy=False) if is_rows else found

    def predict_proba(self, X: Any, **kwargs: Any) -> Any:
        """P(class | x): (n, classes), in the order of ``classes_``, also for a single unit.

        (n, labels) for multilabel targets; for several columns of classes a list, one each.
        """
        outputs = self._outputs(X, kwargs)
        return self._classes.probabilities(self._as_probabilities(outputs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.classifier_tags.multi_label = True
        return tags

    def _as_probabilities(self, outputs: list[NDArray[Any]]) -> list[NDArray[Any]]:
        pairs = zip(heads_of(self.model_), outputs, strict=True)
        is_multilabel = self._classes.is_multilabel
        return [head.probabilities(o, is_multilabel=is_multilabel) for head, o in pairs]

    def _note_targets(self, y: NDArray[Any], classes: Any) -> None:
        check_classification_targets(y)
        self._classes = find_classes(y, classes)
        self.target_type_ = self._classes.target_type
        found = [column.classes for column in self._classes.columns]
        self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]
        self.n_outputs_expected_ = max(1, len(found))
        self.classes_: Any
        self.n_classes_: Any
        if len(found) == 1:
            self.classes_, self.n_classes_ = found[0], len(found[0])
        elif found:
            self.classes_, self.n_classes_ = found, [len(c) for c in found]
        else:
            self.classes_, self.n_classes_ = np.arange(y.shape[1]), y.shape[1]

    def _encode(self, y: NDArray[Any], heads: Sequence[Head]) -> Any:
        return self._classes.encode(y, heads)

    def _weigh(self, y: NDArray[Any], weights: NDArray[Any] | None) -> NDArray[Any] | None:
        if self.class_weight is None:
            return weights
        by_class = self._classes.weigh(y, self.class_weight)
        return by_class if weights is None else weights * by_class

    def _choose_loss(self, units: int | None, *, is_sigmoid: bool = False) -> str:
        is_binary = units == 1 or (units is None and self.target_type_ == "binary")
        if is_binary or self._classes.is_multilabel:
            return "binary_crossentropy"
        if self._classes.is_one_hot:
            return "binary_crossentropy" if is_sigmoid else "categorical_crossentropy"
        return "sparse_categorical_crossentropy"

    def _default_head(self) -> tuple[int, str]:
        if self._classes.is_multilabel:
            return self.n_outputs_, "sigmoid"
        return (1, "sigmoid") if self.n_classes_ == 2 else (self.n_classes_, "softmax")


class KerasRegressor(RegressorMixin, Wrapper):  # type: ignore[misc]
    """y = model(x): regression with a model that a function of yours builds.

    Args: those of ``KerasClassifier``, though ``class_weight`` is that of ``Model.fit`` (a whole
    number in y → weight); the default ``loss`` is "mean_squared_error". y has the shape (n,) or
    (n, outputs), for a model with one output of as many units, or with as many outputs. ``score``
    is R².

    Attributes: those of ``KerasClassifier`` (``n_features_in_``, ``feature_names_in_``,
    ``model_``, ``history_`` …) that do not speak of classes.

    Source: scikeras.wrappers.KerasRegressor.

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> def build(units=10):
    ...     return Sequential([Input((1,)), layers.Dense(units, "tanh"), layers.Dense(1)])
    >>> X = np.linspace(-2, 2, 200)[:, None]
    >>> regressor = KerasRegressor(build, units=20, optimizer="adam", epochs=60, verbose=0,
    ...                            optimizer__learning_rate=0.02, random_state=0)
    >>> bool(regressor.fit(X, np.sin(X[:, 0])).score(X, np.sin(X[:, 0])) > 0.9)
    True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Self:
        """One more epoch over these rows; the first call makes the model.

        Raises ParameterError, which is a TypeError, for a number of epochs.
        """
        self._train_on(X, y, sample_weight, kwargs)
        return self

    def predict(self, X: Any, **kwargs: Any) -> NDArray[Any]:
        """The predicted values, in the shape of y; float64 where y was."""
        outputs = self._outputs(X, kwargs)
        found = outputs[0] if len(outputs) == 1 else np.column_stack(outputs)
        if self.y_ndim_ == 1 and found.ndim == 2 and found.shape[1] == 1:
            found = found[:, 0]
        return np.asarray(found, np.result_type(self.y_dtype_, np.float32))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _read(self, X: Any, y: Any, *, reset: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        X, y = super()._read(X, y, reset=reset)
        # Numbers that came as objects.
        return X, y.astype(np.float64) if y.dtype.kind == "O" else y

    def _note_targets(self, y: NDArray[Any], classes: Any) -> None:
        self.target_type_ = type_of_target(y, input_name="y")
        self.n_outputs_ = 1 if y.ndim == 1 else y.shape[1]
        self.n_outputs_expected_ = 1

    def _encode(self, y: NDArray[Any], heads: Sequence[Head]) -> Any:
        return list(y.T) if len(heads) > 1 else y

    def _choose_loss(self, units: int | None, *, is_sigmoid: bool = False) -> str:
        return "mean_squared_error"

    def _default_head(self) -> tuple[int, str]:
        return self.n_outputs_, "linear"
