"""What both drop-ins share: scikit-learn's estimator with Pronghorn's engine below it."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.neural_network._base import ACTIVATIONS
from sklearn.neural_network._multilayer_perceptron import BaseMultilayerPerceptron

from pronghorn import config
from pronghorn.errors import DataError, NumericsError
from pronghorn.sklearn import _state
from pronghorn.sklearn._lbfgs import loss_and_gradients, parts_of
from pronghorn.sklearn._network import Design, Network
from pronghorn.sklearn._stochastic import design_of, fit_stochastic
from pronghorn.sklearn._validation import validate_data
from pronghorn.training import recorded_fit, tell_engine

__all__ = ["EngineMixin"]

# From so many rows on the engine predicts. Fewer are multiplied where the weights lie: an array
# that the user may have changed has to be read as a whole either way, and this reads it once.
_LARGE = 512

# Multiplications of an epoch (or of one look of "lbfgs" at all rows), one for each row and weight,
# from which the engine has a lead worth its making. Below, scikit-learn's own loop runs.
_WORTH = 100_000
_SMALL = f"fewer than {_WORTH:,} rows x weights"
# float32 gradients lead L-BFGS to a largest element of its gradient of about 1e-6.
_LEAST_TOL = 1e-5


def _arguments_of(method: str) -> inspect.Signature:
    """The arguments of a method of scikit-learn's that is replaced here."""
    found = getattr(BaseMultilayerPerceptron, method, None)
    if found is None:
        warnings.warn(
            f"scikit-learn {sklearn.__version__} has no {method} in its multilayer perceptrons: "
            "its own code computes, not Pronghorn's engine.",
            stacklevel=2,
        )
        return inspect.Signature()
    return inspect.signature(found)


_FIT = _arguments_of("_fit_stochastic")
_BACKPROP = _arguments_of("_backprop")
_COUNT = _arguments_of("_update_no_improvement_count")


class EngineMixin:
    """Replaces what computes in scikit-learn's multilayer perceptrons, and nothing else.

    Validation of parameters and data, labels, attributes, tags and metadata routing are
    scikit-learn's own code. ``coefs_`` and ``intercepts_`` are the weights: ordinary arrays in the
    dtype of X that may be replaced or changed in place. The engine has them only while it works:
    it is given them before every fit and every large prediction, which costs one copy beside at
    least as many multiplications a row, and nothing can be out of step.
    """

    _network: Network | None = None
    _scores_with_weights = "sample_weight" in _COUNT.parameters

    def _network_of(self, design: Design) -> Network:
        """The net of this design: the last one, where nothing changed."""
        if self._network is None or self._network.design != design:
            self._network = Network(design)
        return self._network

    def _is_worth(self, X: Any) -> bool:
        weights = sum(coef.size for coef in self.__dict__["coefs_"])
        return bool(X.shape[0] * weights >= _WORTH)

    def _fit(self, X: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        with recorded_fit(self, (X, y), epochs=self.__dict__.get("max_iter")):
            return super()._fit(X, y, *args, **kwargs)  # type: ignore[misc]

    def _fit_stochastic(self, *args: Any, **kwargs: Any) -> None:
        given = _FIT.bind(self, *args, **kwargs).arguments
        if not self._is_worth(given["X"]):
            tell_engine(None, _SMALL)
            super()._fit_stochastic(*args, **kwargs)  # type: ignore[misc]
            return
        fit_stochastic(
            self,
            given["X"],
            given["y"],
            given.get("sample_weight"),
            incremental=given["incremental"],
        )

    def _backprop(self, *args: Any, **kwargs: Any) -> Any:
        given = _BACKPROP.bind(self, *args, **kwargs).arguments
        X, weights = given["X"], given.get("sample_weight")
        is_dense = isinstance(X, np.ndarray)
        is_fine = is_dense and (X.dtype == np.float32 or self.__dict__["tol"] >= _LEAST_TOL)
        if not is_fine:
            tell_engine(None, "lbfgs on sparse rows" if not is_dense else "lbfgs with tol < 1e-5")
        elif not self._is_worth(X):
            tell_engine(None, _SMALL)
        else:
            design = design_of(self, X, is_weighted=weights is not None)
            share = replace(design, alpha=design.alpha / parts_of(X.shape[0]))
            network = self._network_of(share)
            with network.lock:
                network.write(self.__dict__["coefs_"], self.__dict__["intercepts_"])
                try:
                    found = loss_and_gradients(network, X, given["y"], weights)
                    tell_engine(config.engine())
                    return found
                except (DataError, NumericsError):
                    pass  # an overflow: scikit-learn's code tells scipy how it ends
        return super()._backprop(*args, **kwargs)  # type: ignore[misc]

    def _forward_pass_fast(self, X: Any, check_input: bool = True) -> Any:
        if check_input:
            X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        if isinstance(X, np.ndarray):
            found = self._predict_large(X) if X.shape[0] >= _LARGE else None
            return self._predict_small(X) if found is None else found
        return super()._forward_pass_fast(X, check_input=False)  # type: ignore[misc]

    def _predict_small(self, X: NDArray[Any]) -> NDArray[Any]:
        mlp: Any = self
        hidden, last = ACTIVATIONS[mlp.activation], len(mlp.coefs_) - 1
        for i, (coef, intercept) in enumerate(zip(mlp.coefs_, mlp.intercepts_, strict=True)):
            X = X @ coef
            X += intercept
            if i < last:
                hidden(X)
        ACTIVATIONS[mlp.out_activation_](X)
        return X

    def _predict_large(self, X: NDArray[Any]) -> NDArray[Any] | None:
        """The outputs from the engine; None while another thread uses it."""
        mlp: Any = self
        if self._network is None:
            self._network = Network(design_of(self, X, is_weighted=False))
        network = self._network
        if not network.lock.acquire(blocking=False):
            return None
        try:
            network.write(mlp.coefs_, mlp.intercepts_)
            found = network.predictor.predict(X, verbose=0)
        finally:
            network.lock.release()
        return np.asarray(found, np.result_type(X, mlp.coefs_[-1]))

    def _is_plain(self, X: Any) -> bool:
        """Whether X is what validation would give back: finite floats of the right width."""
        return (
            type(X) is np.ndarray
            and X.ndim == 2
            and X.dtype.kind == "f"
            and X.dtype.itemsize in (4, 8)
            and 0 < X.shape[0] < _LARGE
            and "coefs_" in self.__dict__
            and X.shape[1] == self.__dict__.get("n_features_in_")
            and "feature_names_in_" not in self.__dict__
            and bool(np.isfinite(X).all())
        )

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return _state.pack(state, self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(_state.unpack(state, type(self).__name__))  # type: ignore[misc]

    def to_sklearn(self) -> MLPClassifier | MLPRegressor:
        """The fitted estimator as an object of scikit-learn, for places without Pronghorn.

        It has the same parameters, attributes and weights, in arrays of its own.
        """
        return _state.to_sklearn(self)
