"""What the wrappers of Keras 3 share: a compiled model, its fit, and what it remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from pronghorn.callbacks import History
from pronghorn.errors import DataError, ParameterError, compose
from pronghorn.models import Model
from pronghorn.sklearn._callbacks import own_callbacks
from pronghorn.sklearn._parameters import route
from pronghorn.sklearn._validation import read_weights, validate_data
from pronghorn.sklearn._wrappers_model import model_like

__all__ = ["ModelWrapper"]

_DICTS = ("model_kwargs", "fit_kwargs")


class ModelWrapper(BaseEstimator):  # type: ignore[misc]
    """A compiled model as a scikit-learn estimator, as Keras 3 wraps it.

    Args:
        model: A compiled model, of which ``fit`` trains a copy with new weights; or a function
            that gives one, called with ``X`` and ``y`` as the model will be given them, and with
            ``model_kwargs``.
        warm_start: Whether ``fit`` goes on with the model that it trained before, and with the
            given model itself the first time. Default False.
        model_kwargs: Arguments of ``model`` where it is a function. Default None.
        fit_kwargs: Arguments of ``Model.fit``; those given to ``fit`` take their place. Default
            None.

    One argument alone is the parameter ``model_kwargs__name`` or ``fit_kwargs__name``, so that a
    grid search may go over it.

    Errors: ParameterError for a model that is not compiled, and for what is not a model.
    """

    model_: Model
    history_: History

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: Mapping[str, Any] | None = None,
        fit_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The four parameters, and with ``deep`` each argument in their dicts by its own name."""
        found: dict[str, Any] = super().get_params(deep=False)
        if deep:
            for name in _DICTS:
                if isinstance(found[name], Mapping):
                    found |= {f"{name}__{key}": value for key, value in found[name].items()}
        return found

    def set_params(self, **params: Any) -> Self:
        """Set parameters; raises as scikit-learn does for others, changing nothing."""
        dicts = {name: route(params, name) for name in _DICTS}
        plain = {
            n: v for n, v in params.items() if n.partition("__")[0] not in _DICTS or n in _DICTS
        }
        super().set_params(**plain)
        for name, given in dicts.items():
            if given:
                setattr(self, name, {**(getattr(self, name) or {}), **given})
        return self

    def set_fit_request(self, **requests: Any) -> Self:
        """Which metadata ``fit`` wants from a composite: name → True, False, None or an alias.

        Raises RuntimeError where metadata routing of scikit-learn is not enabled.
        """
        if not sklearn.get_config().get("enable_metadata_routing"):
            raise RuntimeError(
                compose(
                    f"{type(self).__name__}.set_fit_request",
                    expected="metadata routing",
                    received="a configuration without",
                    remedy="Call sklearn.set_config(enable_metadata_routing=True)",
                )
            )
        metadata = self._get_metadata_request()
        for name, alias in requests.items():
            metadata.fit.add_request(param=name, alias=alias)
        self._metadata_request = metadata
        return self

    @property
    def epoch_(self) -> int:
        """Epochs of the last fit; 0 before there was one."""
        history: History | None = vars(self).get("history_")
        return 0 if history is None else len(history.epoch)

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> Self:
        """Train a model on the rows.

        Args:
            X: (n, features).
            y: (n,) or (n, outputs).
            sample_weight: One weight a row. Default None.
            **kwargs: Further arguments of ``Model.fit``, in place of those of ``fit_kwargs``. The
                targets of ``validation_data`` are as y.
        """
        goes_on = self.warm_start and "model_" in vars(self)
        X, y = self._read(X, y)
        target = self._note_targets(y, reset=not goes_on)
        model = self.model_ if goes_on else self._make(X, target)
        given = {**(self.fit_kwargs or {}), **kwargs}
        given["callbacks"] = own_callbacks(given.get("callbacks"))
        if sample_weight is not None:
            given["sample_weight"] = read_weights(sample_weight, X)
        if isinstance(given.get("validation_data"), tuple | list):
            x_val, y_val, *weights = given["validation_data"]
            y_val = self._encode(self._note_targets(np.asarray(y_val), reset=False), model)
            given["validation_data"] = (x_val, y_val, *weights)
        self.history_ = model.fit(X, self._encode(target, model), **given)
        self.model_ = model
        return self

    def _make(self, X: NDArray[Any], y: NDArray[Any]) -> Model:
        """The model that is trained; raises ParameterError where there is no compiled one."""
        if isinstance(self.model, Model):
            found: Any = self.model if self.warm_start else model_like(self.model)
        elif callable(self.model):
            found = self.model(X=X, y=y, **(self.model_kwargs or {}))
        else:
            found = self.model
        is_compiled = isinstance(found, Model) and found.compiled and found.loss is not None
        if not is_compiled:
            raise ParameterError(
                compose(
                    f"{type(self).__name__}.model",
                    expected="a compiled model with a loss, or a function that gives one",
                    received="a model that is not compiled"
                    if isinstance(found, Model)
                    else repr(found),
                )
            )
        if not found.built:
            found.build((None, *X.shape[1:]))
        return found  # type: ignore[no-any-return]

    # What the kinds of targets answer.

    def _note_targets(self, y: NDArray[Any], *, reset: bool) -> NDArray[Any]:
        """y of two dimensions, noting what it is where ``reset``."""
        if type_of_target(y, input_name="y") == "unknown":
            raise DataError(
                compose("y", expected="numbers or classes", received="Unknown label type")
            )
        if reset:
            self._y_ndim, self._y_dtype = y.ndim, y.dtype
        return y[:, None] if y.ndim == 1 else y

    def _encode(self, y: NDArray[Any], model: Model) -> Any:
        """What ``_note_targets`` gave, as the model's loss takes it."""
        return y

    def _read(self, X: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        return validate_data(self, X, y, multi_output=True)  # type: ignore[no-any-return]

    def _outputs(self, X: Any) -> NDArray[Any]:
        """What the model predicts for the rows."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        found: NDArray[Any] = self._fitted_model.predict(X, verbose=0)
        return found

    @property
    def _fitted_model(self) -> Model:
        return self.model_

    def __sklearn_is_fitted__(self) -> bool:
        return "model_" in vars(self)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags
