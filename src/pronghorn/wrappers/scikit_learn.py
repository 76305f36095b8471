"""The scikit-learn wrappers of Keras 2: ``KerasClassifier(build_fn, **sk_params)``.

For programs that were written for them; ``pronghorn.sklearn`` has the wrappers for new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from pronghorn.callbacks import History
from pronghorn.errors import DataError, NotBuiltError, ParameterError, compose, suggest
from pronghorn.models import Model
from pronghorn.sklearn._callbacks import own_callbacks
from pronghorn.sklearn._parameters import arguments_of, takes_any
from pronghorn.sklearn._targets import Classes, Column
from pronghorn.sklearn._wrappers_model import heads_of

__all__ = ["KerasClassifier", "KerasRegressor"]

_METHODS = (Model.fit, Model.predict, Model.evaluate)
_ACCURACIES = ("accuracy", "acc")


class BaseWrapper(BaseEstimator):  # type: ignore[misc]
    """What both wrappers share.

    Args:
        build_fn: A function that gives a compiled model, or an object that is called for it. A
            subclass may define ``__call__`` instead.
        **sk_params: Arguments of ``build_fn``, and of ``fit``, ``predict`` and ``evaluate`` of
            the model, by their own names.

    Errors: ParameterError for a name that none of them has.
    """

    def __init__(self, build_fn: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = self._rename(sk_params)
        self.check_params(self.sk_params)

    @property
    def _build(self) -> Any:
        build = self if self.build_fn is None else self.build_fn
        if not callable(build):
            raise ParameterError(
                compose(
                    type(self).__name__,
                    expected="a function that gives a compiled model as build_fn",
                    received=repr(self.build_fn),
                )
            )
        return build

    def _rename(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """``nb_epoch`` of Keras 1 as ``epochs``, unless build_fn has it for an argument."""
        older = {} if "nb_epoch" in arguments_of(self._build) else {"nb_epoch": "epochs"}
        return {older.get(name, name): value for name, value in params.items()}

    def check_params(self, params: Mapping[str, Any]) -> None:
        """Raise ParameterError for names that neither build_fn nor the model's methods have."""
        build = self._build
        legal = arguments_of(build).union(*map(arguments_of, _METHODS)) - {"self", "x", "y"}
        unknown = [] if takes_any(build) else [n for n in params if n not in legal]
        if unknown:
            raise ParameterError(
                compose(
                    f"{type(self).__name__}: {unknown[0]} is not a legal parameter",
                    expected=f"one of {', '.join(sorted(legal))}",
                    remedy=suggest(unknown[0], legal),
                )
            )

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """``sk_params`` and ``build_fn``; ``deep`` is accepted for scikit-learn's sake."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Self:
        """Set parameters; raises ParameterError as the constructor does, changing nothing."""
        others = {name: value for name, value in params.items() if name != "build_fn"}
        before, self.build_fn = self.build_fn, params.get("build_fn", self.build_fn)
        try:
            others = self._rename(others)
            self.check_params(others)
        except ParameterError:
            self.build_fn = before
            raise
        self.sk_params = {**self.sk_params, **others}
        return self

    def filter_sk_params(
        self, fn: Any, override: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The parameters that ``fn`` takes, with those of ``override`` in their place."""
        names = arguments_of(fn)
        return {**{n: v for n, v in self.sk_params.items() if n in names}, **(override or {})}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")

    def _fit(self, x: Any, y: Any, arguments: Mapping[str, Any]) -> History:
        build = self._build
        given = dict(self.sk_params) if takes_any(build) else self.filter_sk_params(build)
        self.model = build(**given)
        if not self.model.built:
            self.model.build((None, *np.shape(x)[1:]))
        options = self.filter_sk_params(Model.fit, arguments)
        options["callbacks"] = own_callbacks(options.get("callbacks"))
        validation = options.get("validation_data")
        if isinstance(validation, tuple | list):
            options["validation_data"] = (
                validation[0],
                self._encode(validation[1]),
                *validation[2:],
            )
        history: History = self.model.fit(x, self._encode(y), **options)
        return history

    def _encode(self, y: Any) -> Any:
        return y

    def _require_fitted(self) -> Any:
        if not self.__sklearn_is_fitted__():
            raise NotBuiltError(compose(type(self).__name__, expected="a call of fit first"))
        return self.model

    def _outputs(self, x: Any, arguments: Mapping[str, Any]) -> NDArray[Any]:
        options = {"verbose": 0, **self.filter_sk_params(Model.predict, arguments)}
        return np.asarray(self._require_fitted().predict(x, **options))

    def _evaluate(self, x: Any, y: Any, arguments: Mapping[str, Any]) -> dict[str, float]:
        options = {"verbose": 0, **self.filter_sk_params(Model.evaluate, arguments)}
        found: dict[str, float] = self._require_fitted().evaluate(
            x, self._encode(y), return_dict=True, **options
        )
        return found


class KerasClassifier(ClassifierMixin, BaseWrapper):  # type: ignore[misc]
    """P(class | x) = model(x), with the manners of Keras 2: ``fit`` returns a History.

    Args: those of ``BaseWrapper``. y holds class labels of any dtype (n,), or one-hot rows.

    Attributes: ``classes_``, ``n_classes_``, ``model``.

    Source: keras.wrappers.scikit_learn.KerasClassifier of Keras 2.

    >>> import numpy as np
    >>> from pronghorn import Sequential, layers
    >>> def build(units=4):
    ...     model = Sequential([layers.Dense(units, activation="relu"),
    ...                         layers.Dense(1, activation="sigmoid")])
    ...     model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    ...     return model
    >>> classifier = KerasClassifier(build, units=8, epochs=3, verbose=0)
    >>> history = classifier.fit(np.eye(4), np.array(["a", "b", "a", "b"]))
    >>> len(history.history["loss"]), classifier.predict_proba(np.eye(4)).shape
    (3, (4, 2))
    """

    def fit(self, x: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> History:
        """Build the model and train it; ``kwargs`` are further arguments of ``Model.fit``.

        Raises DataError for y of more than two dimensions.
        """
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or y.ndim == 2:
            self.classes_ = np.unique(y)
        else:
            raise DataError(
                compose("y", expected="(n,) or (n, classes)", received=f"shape {y.shape}")
            )
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return self._fit(x, y, kwargs)

    def _encode(self, y: Any) -> Any:
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            return y
        return Classes("multiclass", (Column(self.classes_),)).encode(y, heads_of(self.model))

    def predict(self, x: Any, **kwargs: Any) -> NDArray[Any]:
        """The class of each row, (n,)."""
        outputs = self._outputs(x, kwargs)
        return Column(self.classes_).decode(outputs)

    def predict_proba(self, x: Any, **kwargs: Any) -> NDArray[Any]:
        """P(class | x): (n, classes), two columns also for a single unit."""
        found = self._outputs(x, kwargs)
        return np.hstack([1.0 - found, found]) if found.shape[1] == 1 else found

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The accuracy that the model was compiled with; ParameterError where it has none."""
        found = self._evaluate(x, y, kwargs)
        for name in _ACCURACIES:
            if name in found:
                return found[name]
        raise ParameterError(
            compose(
                "score",
                expected="a model that computes accuracy",
                received=f"metrics {', '.join(found)}",
                remedy="Pass metrics=['accuracy'] to compile()",
            )
        )


class KerasRegressor(RegressorMixin, BaseWrapper):  # type: ignore[misc]
    """y = model(x), with the manners of Keras 2: ``score`` is −loss, not R².

    Args: those of ``BaseWrapper``. Attribute: ``model``.

    Source: keras.wrappers.scikit_learn.KerasRegressor of Keras 2.

    >>> import numpy as np
    >>> from pronghorn import Sequential, layers
    >>> def build(loss="mse"):
    ...     model = Sequential([layers.Dense(1, kernel_initializer="zeros")])
    ...     model.compile(loss=loss)
    ...     return model
    >>> regressor = KerasRegressor(build, loss="mae", verbose=0)
    >>> regressor.fit(np.eye(2), np.array([1.0, 3.0]), epochs=1).epoch
    [0]
    >>> round(regressor.score(np.eye(2), np.array([1.0, 3.0])), 1)
    -2.0
    """

    def fit(self, x: Any, y: Any, **kwargs: Any) -> History:
        """Build the model and train it; ``kwargs`` are further arguments of ``Model.fit``."""
        return self._fit(x, y, kwargs)

    def predict(self, x: Any, **kwargs: Any) -> NDArray[Any]:
        """The predicted values: (n,) of a single unit, else (n, units)."""
        found = self._outputs(x, kwargs)
        return found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """Minus the loss over the data: more is better, as scikit-learn wants it."""
        return -self._evaluate(x, y, kwargs)["loss"]
