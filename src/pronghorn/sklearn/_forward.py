"""Predictions of the drop-ins: small ones where the weights lie, large ones on the engine."""

from __future__ import annotations

from numbers import Integral
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.neural_network._base import ACTIVATIONS
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_is_fitted

from pronghorn.errors import DataError, ParameterError, compose, describe
from pronghorn.sklearn._design import design_of
from pronghorn.sklearn._extras import Extras, translate
from pronghorn.sklearn._frames import FrameEncoder
from pronghorn.sklearn._network import Network
from pronghorn.sklearn._rows import is_sparse
from pronghorn.sklearn._validation import refuse_too_large, validate_data
from pronghorn.utils import forward_pass

__all__ = ["ForwardMixin"]

# From so many rows on the engine predicts. Fewer are multiplied where the weights lie: an array
# that the user may have changed has to be read as a whole either way, and this reads it once.
_LARGE = 512
# So few take longer in NumPy's calls than in one of our own. More rows keep the very bits of
# scikit-learn, which is NumPy's order of sums.
_FEW_ROWS, _FEW_PRODUCTS = 8, 1 << 17
# Sparse rows that are made dense at once.
_ROWS = 8192


class _HiddenLayer(TransformerMixin):  # type: ignore[misc]
    """A hidden layer of a net as a transformer, whose output is put into the net's containers."""

    def __init__(self, net: Any, layer: int) -> None:
        self._net, self._layer = net, layer
        self._sklearn_output_config = vars(net).get("_sklearn_output_config", {})

    def transform(self, X: Any) -> Any:
        return self._net._hidden_outputs(X, self._layer)

    def get_feature_names_out(self) -> NDArray[Any]:
        """One name a unit, as ``ClassNamePrefixFeaturesOutMixin`` has them for the last layer."""
        prefix, units = type(self._net).__name__.lower(), len(self._net.intercepts_[self._layer])
        return np.array([f"{prefix}{unit}" for unit in range(units)], dtype=object)


class _HiddenLayersMixin:
    """``transform`` by layers. Its results have their containers already, with one name for each
    unit of that layer; scikit-learn would put what a ``TransformerMixin`` defines into its own.
    """

    def transform(self, X: Any, layer: int = -1) -> Any:
        """(n, units): what a hidden layer makes of the rows, after its activation.

        Args:
            X: Rows as in ``predict``.
            layer: Which hidden layer, counted from 0, or from the last one with −1 (default).

        Errors: ParameterError for a layer that there is not.
        """
        check_is_fitted(self)
        depth = len(cast(Any, self).coefs_) - 1
        if not isinstance(cast(Any, layer), Integral) or not -depth <= layer < depth:
            raise ParameterError(
                compose(
                    "layer",
                    expected=f"one of {depth} hidden layers, 0 to {depth - 1}"
                    if depth
                    else "a net with hidden layers",
                    received=describe(layer),
                )
            )
        return _HiddenLayer(self, layer % depth).transform(X)


class ForwardMixin(
    _HiddenLayersMixin,
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
):
    """Rows in, outputs and hidden activations out.

    What scikit-learn has no parameter for stands in ``_extras``: with extras the engine predicts
    any number of rows. ``_frames`` encodes data frames, where ``fit`` met one to encode.
    """

    _network: Network | None = None
    _extras: Extras | None = None
    _frames: FrameEncoder | None = None
    _is_scoring = False

    def _read_X(self, X: Any) -> Any:
        """X as the net takes it: checked, and encoded where fit met a frame to encode."""
        if self._frames is None:
            return validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        self._check_table(X, reset=False)
        found = self._frames.transform(X)
        assert_all_finite(found, estimator_name=type(self).__name__, input_name="X")
        return found

    def _forward_pass_fast(self, X: Any, check_input: bool = True) -> Any:
        if check_input and not self._is_scoring:
            X = self._read_X(X)
        if self._extras is not None:
            network = self._find_network(X)
            return self._run_engine(X, lambda rows: network.predictor.predict(rows, verbose=0))
        if isinstance(X, np.ndarray):
            found = self._predict_large(X) if X.shape[0] >= _LARGE else None
            return self._predict_small(X) if found is None else found
        return super()._forward_pass_fast(X, check_input=False)

    def _predict_small(self, X: NDArray[Any]) -> NDArray[Any]:
        X = self._pass_layers(X, len(self.coefs_))
        ACTIVATIONS[self.out_activation_](X)
        return X

    def _pass_layers(self, X: Any, depth: int) -> Any:
        """z of the last of so many layers, or what its activation makes of it, if it is hidden."""
        mlp: Any = self
        hidden, last = ACTIVATIONS[mlp.activation], len(mlp.coefs_) - 1
        for i in range(depth):
            X = X @ mlp.coefs_[i]
            X += mlp.intercepts_[i]
            if i < last:
                hidden(X)
        return X

    def _find_network(self, X: Any) -> Network:
        """The network that predicts; what it was trained with does not matter to it.

        scikit-learn's formulas take the activation that the estimator has now, not that of fit.
        """
        network, activation = self._network, cast(Any, self).activation
        if network is not None and self._extras is None:
            is_other = any(name != activation for name in network.design.activations)
            network = None if is_other else network
        if network is None:
            network = self._network = Network(design_of(self, X, is_weighted=False))
        return network

    def _predict_large(self, X: NDArray[Any]) -> NDArray[Any] | None:
        """The outputs from the engine; None where another thread uses it or it refuses X."""
        mlp: Any = self
        network = self._find_network(X)
        if not network.lock.acquire(blocking=False):
            return None
        try:
            network.write(mlp.coefs_, mlp.intercepts_)
            found = network.predictor.predict(X, verbose=0)
        except DataError:  # beyond float32, and not beyond the float64 of NumPy's products
            return None
        finally:
            network.lock.release()
        return np.asarray(found, np.result_type(X, mlp.coefs_[-1]))

    def _run_engine(self, X: Any, run: Any) -> NDArray[Any]:
        """What ``run`` gives for rows X, with the weights as they are now."""
        mlp: Any = self
        network = self._find_network(X)
        with network.lock:
            network.write(mlp.coefs_, mlp.intercepts_, vars(self).get("norms_"))
            try:
                if is_sparse(X):
                    rows = X.tocsr()
                    starts = range(0, rows.shape[0], _ROWS)
                    found = np.concatenate([run(rows[i : i + _ROWS].toarray()) for i in starts])
                else:
                    found = run(X)
            except DataError:
                refuse_too_large(X=X)
                raise
        return np.asarray(found, np.result_type(X.dtype, mlp.coefs_[-1]))

    def _hidden_outputs(self, X: Any, layer: int) -> NDArray[Any]:
        """(n, units): what the hidden layer of this number makes of rows that are not checked."""
        X = self._read_X(X)
        if self._extras is not None:
            network = self._find_network(X)
            return self._run_engine(X, lambda rows: network.hidden(layer).predict(rows, verbose=0))
        found: NDArray[Any] = self._pass_layers(X, layer + 1)
        return found

    @property
    def _n_features_out(self) -> int:
        return len(self.intercepts_[-2])

    @property
    def encoded_names_(self) -> list[str]:
        """What the rows of ``coefs_[0]`` belong to, where fit met a data frame to encode."""
        check_is_fitted(self)
        if self._frames is None:
            return [str(name) for name in self.__dict__.get("feature_names_in_", [])]
        return self._frames.feature_names

    def _predict_plain(self, X: Any) -> NDArray[Any] | None:
        """The outputs of rows that validation would give back as they are; None of others."""
        if not self._is_plain(X):
            return None
        mlp: Any = self
        coefs = mlp.coefs_
        is_few = len(X) <= _FEW_ROWS and len(X) * sum(w.size for w in coefs) <= _FEW_PRODUCTS
        if is_few and X.dtype == coefs[0].dtype:
            hidden, last = translate(mlp.activation), translate(mlp.out_activation_)
            try:
                return forward_pass(X, coefs, mlp.intercepts_, [*[hidden] * (len(coefs) - 1), last])
            except ValueError:  # whoever reads X otherwise says what is wrong, if anything is
                return None
        return self._predict_small(X) if np.isfinite(X).all() else None

    def _is_plain(self, X: Any) -> bool:
        """Whether X is an array of floats of the right width."""
        return (
            type(X) is np.ndarray
            and X.ndim == 2
            and X.dtype.kind == "f"
            and X.dtype.itemsize in (4, 8)
            and 0 < X.shape[0] < _LARGE
            and "coefs_" in self.__dict__
            and self._extras is None
            and self._frames is None
            and X.shape[1] == self.__dict__.get("n_features_in_")
            and "feature_names_in_" not in self.__dict__
        )

    def _check_table(self, X: Any, *, reset: bool) -> None:
        if not hasattr(X, "columns"):
            raise DataError(
                compose(
                    "X",
                    expected="a data frame with the columns of fit",
                    received=f"a {type(X).__name__}",
                )
            )
        validate_data(self, X, reset=reset, skip_check_array=True)
