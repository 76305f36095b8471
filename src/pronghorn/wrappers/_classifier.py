"""SKLearnClassifier: a compiled model as a scikit-learn classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import type_of_target

from pronghorn.errors import DataError, compose
from pronghorn.models import Model
from pronghorn.sklearn._targets import Column, Head
from pronghorn.sklearn._validation import validate_data
from pronghorn.sklearn._wrappers_model import heads_of
from pronghorn.wrappers._base import ModelWrapper

__all__ = ["SKLearnClassifier"]


class SKLearnClassifier(ClassifierMixin, ModelWrapper):  # type: ignore[misc]
    """P(class | x) = model(x), for classes of any dtype; ``score`` is the accuracy.

    Args: those of ``ModelWrapper``. A function as ``model`` is called with one-hot y of shape
    (n, classes). The loss is given these too; one named "sparse" is given class numbers, and so
    is that of a single unit, which is the probability of the second of two classes.

    Attributes: ``classes_``; ``model_``; ``history_``, the History of the last fit;
    ``n_features_in_``.

    Errors: those of ``ModelWrapper``; DataError for targets that are not classes (n,), and for
    fewer than two of these; ShapeError for an output that does not fit the classes.

    Source: keras.wrappers.SKLearnClassifier, which has no ``predict_proba``.

    >>> from sklearn.datasets import load_iris
    >>> from pronghorn import Input, Sequential, layers
    >>> def build(X, y, units=8):
    ...     model = Sequential([Input(X.shape[1:]), layers.Dense(units, "relu"),
    ...                         layers.Dense(y.shape[1], "softmax")])
    ...     model.compile("adam", "categorical_crossentropy")
    ...     return model
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = SKLearnClassifier(build, model_kwargs={"units": 16})
    >>> classifier.fit(X, y, epochs=2, verbose=0).predict_proba(X).shape
    (150, 3)
    """

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of each row, in the dtype of y."""
        found = self._probabilities(X)
        return Column(self.classes_).decode(found)

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """P(class | x): (n, classes), in the order of ``classes_``, also for a single unit."""
        found = self._probabilities(X)
        return Column(self.classes_).probabilities(found)

    def decision_function(self, X: Any) -> NDArray[Any]:
        """The outputs of the model as they are, (n, units)."""
        return self._outputs(X)

    def _probabilities(self, X: Any) -> NDArray[Any]:
        outputs = self._outputs(X)
        return self._head_of(self.model_).probabilities(outputs)

    def _read(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        return validate_data(self, X, y)  # type: ignore[no-any-return]

    def _note_targets(self, y: NDArray[Any], *, reset: bool) -> NDArray[Any]:
        kind = type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass"):
            raise DataError(
                compose(
                    "y",
                    expected="classes (n,), binary or multiclass",
                    received=f"Unknown label type: {kind}",
                    remedy="pronghorn.sklearn.KerasClassifier takes several labels a row",
                )
            )
        if reset:
            classes = np.unique(y)
            if len(classes) == 1:
                raise DataError(
                    compose(
                        "y",
                        expected="two or more classes",
                        received=f"one class, {classes.tolist()[0]!r}",
                    )
                )
            self.classes_ = classes
        many = Head(max(2, len(self.classes_)), "categorical_crossentropy")
        return Column(self.classes_).encode(y.ravel(), many)

    def _encode(self, y: NDArray[Any], model: Model) -> Any:
        head = self._head_of(model)
        known = Column(np.arange(len(self.classes_)))
        found = known.encode(y.argmax(axis=1), head)
        return y if head.is_own and head.units > 1 else found

    @staticmethod
    def _head_of(model: Model) -> Head:
        return heads_of(model)[0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
