"""MLPRegressor: scikit-learn's, on Pronghorn's engine, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn import neural_network
from sklearn.utils._param_validation import Interval, Real
from sklearn.utils.validation import check_is_fitted

from pronghorn.errors import DataError, ParameterError, ShapeError, compose, describe
from pronghorn.sklearn._base import EngineMixin
from pronghorn.sklearn._constraints import EXTRA_CONSTRAINTS
from pronghorn.sklearn._outcome import Outcome, outcome_of
from pronghorn.sklearn._rows import is_sparse

__all__ = ["MLPRegressor"]


class MLPRegressor(EngineMixin, neural_network.MLPRegressor):  # type: ignore[misc]
    """ŷ = W_L a_{L−1} + b_L, a_l = activation(W_l a_{l−1} + b_l); e to that power for "poisson".

    A drop-in for ``sklearn.neural_network.MLPRegressor``, of which it is a subclass: the same
    parameters with the same defaults and meanings, the same fitted attributes, the same objective,
    updates, order of the rows and end of training. Where the results differ, it is by rounding.
    What computes in float32, and what in the dtype of X: see ``MLPClassifier``.

    Parameters that scikit-learn does not have are those of ``MLPClassifier`` (but for
    ``class_weight`` and ``label_smoothing``) and:

    Args:
        loss: Beside "squared_error" (default) and "poisson":

            - "absolute_error": |t − p|, whose best constant is the median.
            - "huber": squares up to an error of ``delta``, then lines.
            - "quantile": the pinball loss of ``quantile``.
            - "gamma", "tweedie": deviances of positive amounts, and of amounts that may be 0, with
              the variance ∝ mean^``power``; the output is e to the power z, as for "poisson".
            - "gaussian": the likelihood of a normal distribution whose mean and variance are both
              predicted; twice as many outputs.
            - any other name, object or function that ``compile(loss=…)`` takes.
        quantile: One number in (0, 1), or several, each with an output of its own. Default 0.5.
        power: Of the Tweedie deviance, in (1, 2). Default 1.5.
        delta: Of the Huber loss. Default 1.0.

    ``predict`` gives the mean, or the quantile nearest to 0.5. ``predict_quantiles`` and
    ``predict_interval`` follow from "gaussian", "poisson", and "quantile" with several values.

    Source: sklearn.neural_network.MLPRegressor; Kingma and Ba 2015, "Adam"; Koenker and Bassett
    1978, "Regression quantiles"; Nix and Weigend 1994 (predicted variance).

    >>> from sklearn.datasets import make_regression
    >>> from pronghorn.sklearn import MLPRegressor
    >>> X, y = make_regression(n_samples=200, n_features=5, random_state=1)
    >>> mlp = MLPRegressor(
    ...     hidden_layer_sizes=(20,), learning_rate_init=0.05, tol=0.1, random_state=0, max_iter=500
    ... )
    >>> bool(mlp.fit(X, y).score(X, y) > 0.95)
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **neural_network.MLPRegressor._parameter_constraints,
        **EXTRA_CONSTRAINTS,
        "loss": [str, dict, callable],
        "quantile": [Interval(Real, 0, 1, closed="neither"), list, tuple, np.ndarray],
        "power": [Interval(Real, 1, 2, closed="neither")],
        "delta": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        loss: Any = "squared_error",
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
        quantile: float | Sequence[float] = 0.5,
        power: float = 1.5,
        delta: float = 1.0,
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

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> Any:
        if np.asarray(y).dtype.kind in "SU":
            raise DataError(
                compose(
                    f"{type(self).__name__} y",
                    expected="numbers",
                    received=describe(np.asarray(y)),
                    remedy="For classes use MLPClassifier",
                )
            )
        if is_sparse(y):
            raise DataError(
                compose(
                    f"{type(self).__name__} y",
                    expected="an array of numbers",
                    received="a sparse matrix",
                    remedy="Pass y.toarray()",
                )
            )
        X, y = super()._validate_input(X, y, incremental, reset)
        targets = 1 if y.ndim == 1 else y.shape[1]
        if not reset and targets != self.n_outputs_:
            raise ShapeError(
                compose(
                    f"{type(self).__name__} y",
                    expected=f"{self.n_outputs_} values a row, as in the fits before",
                    received=str(targets),
                    remedy="Call fit of a new estimator, or without warm_start",
                )
            )
        return X, y

    def _name_output(self) -> Any:
        assert self._outcome is not None
        return None if self._extras is None else self._outcome.activation

    def _loss_of_outputs(self) -> tuple[Any, tuple[tuple[str, Any], ...]]:
        assert self._outcome is not None
        return self._outcome.loss, self._outcome.arguments

    def _read_outcome(self) -> Outcome:
        return outcome_of(self)

    def _count_outputs(self, targets: int) -> int:
        assert self._outcome is not None
        return self._outcome.units(targets)

    def predict(self, X: Any, return_std: bool = False) -> Any:
        """The predicted values: (n,), or (n, outputs) for several.

        With ``return_std`` the pair of them and of the standard deviations, for loss="gaussian";
        otherwise that is a ParameterError.
        """
        if return_std:
            mean, deviation = self._both(X)
            return mean, deviation
        found = self._predict_plain(X)
        if found is None:
            return super().predict(X)
        return found.ravel() if found.shape[1] == 1 else found

    def _predict(self, X: Any, check_input: bool = True) -> Any:
        found = self._forward_pass_fast(X, check_input=check_input)
        if self._outcome is not None:
            found = self._outcome.choose(found)
        return found.ravel() if found.shape[1] == 1 else found

    def _both(self, X: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        outputs, outcome = self._outputs(X)
        mean, deviation = outcome.choose(outputs), outcome.deviations(outputs)
        return (mean.ravel(), deviation.ravel()) if mean.shape[1] == 1 else (mean, deviation)

    def _outputs(self, X: Any) -> tuple[NDArray[Any], Outcome]:
        check_is_fitted(self)
        assert self._outcome is not None
        return self._forward_pass_fast(X), self._outcome

    def predict_quantiles(self, X: Any, q: float | Sequence[float] | None = None) -> NDArray[Any]:
        """(n, len(q)): for each row the values below which the target is with probability q.

        Of several columns of y (n, outputs, len(q)); of a single number q the last axis is left
        out. loss="gaussian": μ + σ Φ⁻¹(q); "poisson": the least count k with P(count ≤ k) ≥ q;
        "quantile" with several values: those, put in order, and between them straight lines.

        Args:
            X: Rows as in ``predict``.
            q: Numbers in (0, 1). Default None: the quantiles that were trained.

        Errors: ParameterError for other losses, and for q outside the quantiles of the fit.
        """
        outputs, outcome = self._outputs(X)
        if q is None and not outcome.quantiles:
            raise ParameterError(compose("q", expected="numbers in (0, 1)", received="None"))
        given = np.asarray(sorted(outcome.quantiles) if q is None else q)
        is_number = given.dtype.kind in "fiu" and given.ndim <= 1
        if not is_number or not ((given > 0.0) & (given < 1.0)).all():
            raise ParameterError(compose("q", expected="numbers in (0, 1)", received=describe(q)))
        found = outcome.find_quantiles(outputs, np.atleast_1d(given).astype(np.float64))
        return found[..., 0] if given.ndim == 0 else found

    def predict_interval(self, X: Any, coverage: float = 0.9) -> NDArray[Any]:
        """(n, 2): between which values the target of each row is with this probability.

        The quantiles (1 − coverage) / 2 and (1 + coverage) / 2 of ``predict_quantiles``, with its
        errors; (n, outputs, 2) for several columns of y. Default: coverage 0.9.
        """
        if not (isinstance(coverage, Real) and 0.0 < coverage < 1.0):
            raise ParameterError(
                compose("coverage", expected="a number in (0, 1)", received=describe(coverage))
            )
        return self.predict_quantiles(X, [(1.0 - coverage) / 2.0, (1.0 + coverage) / 2.0])
