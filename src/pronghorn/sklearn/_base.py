"""What both drop-ins share: scikit-learn's estimator with Pronghorn's engine below it."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Self

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.neural_network._multilayer_perceptron import BaseMultilayerPerceptron
from sklearn.utils.validation import check_is_fitted

from pronghorn.errors import DataError, NumericsError, ParameterError, compose
from pronghorn.sklearn import _state
from pronghorn.sklearn._design import design_of
from pronghorn.sklearn._extras import Extras, name_output, read_extras
from pronghorn.sklearn._forward import ForwardMixin
from pronghorn.sklearn._frames import FrameEncoder, is_mixed
from pronghorn.sklearn._held_out import HeldOut, encode_held_out, read_given, score
from pronghorn.sklearn._initial import take_weights
from pronghorn.sklearn._lbfgs import loss_and_gradients, parts_of
from pronghorn.sklearn._lease import Lease
from pronghorn.sklearn._network import Design, Network
from pronghorn.sklearn._outcome import Outcome
from pronghorn.sklearn._stochastic import fit_stochastic, note_method, smooth
from pronghorn.sklearn._validation import (
    NotFiniteError,
    TooLargeError,
    is_left_to_training,
    leave_to_training,
    refuse_too_large,
)

__all__ = ["EngineMixin"]

# Multiplications of an epoch (or of one look of "lbfgs" at all rows), one for each row and weight,
# from which the engine has a lead worth its making. Below, scikit-learn's own loop runs. The number
# of epochs does not count: as many calls of partial_fit give the same as the epochs of a fit.
_WORTH = 100_000
# float32 gradients lead L-BFGS to a largest element of its gradient of about 1e-6.
_LEAST_TOL = 1e-5


def _arguments_of(method: str) -> inspect.Signature:
    """The arguments of a method of scikit-learn's that is replaced here."""
    found = getattr(BaseMultilayerPerceptron, method, None)
    if found is None:
        warnings.warn(
            compose(
                f"scikit-learn {sklearn.__version__}",
                expected=f"multilayer perceptrons with a method {method}",
                received="none",
                remedy="Its own code computes, not Pronghorn's engine",
            ),
            stacklevel=2,
        )
        return inspect.Signature()
    return inspect.signature(found)


_FIT = _arguments_of("_fit_stochastic")
_BACKPROP = _arguments_of("_backprop")
_COUNT = _arguments_of("_update_no_improvement_count")


class EngineMixin(ForwardMixin):
    """Replaces what computes in scikit-learn's multilayer perceptrons, and adds to it.

    Validation of parameters and data, labels, attributes, tags and metadata routing are
    scikit-learn's own code. ``coefs_`` and ``intercepts_`` are the weights: ordinary arrays in the
    dtype of X that may be replaced or changed in place. The engine has them only while it works:
    it is given them before every fit and every large prediction, which costs one copy beside at
    least as many multiplications a row, and nothing can be out of step.

    What scikit-learn has no parameter for stands in ``_extras``, read when a fit begins; a fit
    with extras, and every prediction of it, runs on the engine.
    """

    _given: Any = None
    _lease: Lease | None = None
    # While scikit-learn's own loop takes the steps of a small fit.
    _is_small = False
    # While X is fitted whose numbers the training is to check.
    _is_unchecked = False
    _outcome: Outcome | None = None
    _val_loss = np.nan
    _scores_with_weights = "sample_weight" in _COUNT.parameters

    def _keep(self, parameters: Mapping[str, Any]) -> None:
        """Keep the arguments of ``__init__`` (its ``locals()``) as scikit-learn demands it.

        A class derived from these may take fewer, or others that it keeps itself.
        """
        for name, value in parameters.items():
            if name != "self":
                setattr(self, name, value)

    # What classifier and regressor answer.

    def _name_output(self) -> Any:
        """The activation of the outputs, where scikit-learn's is not it; else None."""
        raise NotImplementedError(type(self).__name__)

    def _loss_of_outputs(self) -> tuple[Any, tuple[tuple[str, Any], ...]]:
        """The loss that a net with extras is trained with, and its arguments."""
        raise NotImplementedError(type(self).__name__)

    def _count_outputs(self, targets: int) -> int:
        return targets

    def _read_outcome(self) -> Outcome | None:
        """What the outputs of a regression mean; raises ParameterError for losses there are not."""
        return None

    def _weighs_classes(self) -> bool:
        return False

    # Training.

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        eval_set: Any = None,
    ) -> Self:
        """Train on X (n, features) and y; returns the estimator.

        Args:
            X: Array, sparse matrix or data frame; of a frame with text, categories or missing
                values the encoding is part of the estimator.
            y: Classes (n,), labels (n, labels) of 0 and 1, or values (n,) or (n, outputs).
            sample_weight: One weight a row.
            X_val, y_val, sample_weight_val: Rows to validate with: their loss and score come into
                ``history_``, and ``early_stopping`` goes by them instead of a share of X.
            eval_set: Another spelling of them: (X, y), (X, y, weights) or a list of one such.

        Errors: those of scikit-learn's validation; ParameterError for parameters that do not go
        together and for halves of a validation set, DataError for classes that y does not have.
        """
        given = read_given(X_val, y_val, sample_weight_val, eval_set)
        mlp: Any = self
        if mlp.scoring is not None and not (mlp.early_stopping or given):
            raise ParameterError(
                compose(
                    "scoring",
                    expected="rows to score: early_stopping=True, or X_val and y_val",
                    received="neither",
                )
            )
        if given is not None and mlp.solver == "lbfgs":
            raise ParameterError(
                compose(
                    "solver 'lbfgs'",
                    expected="no X_val, as it has no epochs to measure",
                    received="X_val",
                    remedy="Use solver='adam' or solver='sgd'",
                )
            )
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self._given = given
        try:
            return super().fit(X, y, **weights)  # type: ignore[no-any-return]
        finally:
            self.__dict__.pop("_given", None)

    def _fit(self, X: Any, y: Any, sample_weight: Any = None, incremental: bool = False) -> Any:
        # Older releases do not know weights.
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        before = dict(self.__dict__)
        self._is_unchecked = is_left_to_training(self, X)
        try:
            return super()._fit(X, y, **weights, incremental=incremental)
        except DataError:
            self.__dict__ = before
            raise
        except NotFiniteError as error:
            self.__dict__ = before
            raise ValueError(*error.args) from None
        finally:
            self.__dict__.pop("_is_unchecked", None)

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> Any:
        extras, outcome = read_extras(self), self._read_outcome()
        frames = None if reset else self._frames
        if reset and is_mixed(X):
            frames = FrameEncoder().fit(X)
        if frames is None:
            with leave_to_training(self, y) if self._is_unchecked else nullcontext():
                X, y = super()._validate_input(X, y, incremental, reset)
        else:
            X, y = self._validate_table(X, y, incremental, reset, frames)
        if outcome is not None and self._is_beyond(extras):
            outcome.check_targets(y)
        note_method(self, extras, incremental=incremental)
        self._extras, self._outcome, self._frames = extras, outcome, frames
        if self._given is not None:
            columns = 1 if y.ndim == 1 else y.shape[1]
            self._given = encode_held_out(self, self._given, X.dtype, columns)
        return X, y

    def _validate_table(
        self, X: Any, y: Any, incremental: bool, reset: bool, frames: FrameEncoder
    ) -> Any:
        """The encoded rows; the features are the columns of the frame, not those of the rows."""
        self._check_table(X, reset=reset)
        names = ("n_features_in_", "feature_names_in_")
        noted = {name: vars(self)[name] for name in names if name in vars(self)}
        found = super()._validate_input(frames.transform(X), y, incremental, True)
        self.__dict__.update(noted)
        return found

    def _initialize(self, y: Any, layer_units: list[int], dtype: Any) -> None:
        targets = layer_units[-1]
        layer_units[-1] = self._count_outputs(targets)
        super()._initialize(y, layer_units, dtype)
        if self._extras is not None:
            self._scale_first_weights(self._extras)
        name = self._name_output()
        if name is not None:
            self.out_activation_ = name
        for attribute in ("norms_", "_best_norms"):
            self.__dict__.pop(attribute, None)
        self._curves: dict[str, list[Any]] = {}
        if self.__dict__["init"] is not None:
            take_weights(self.__dict__["init"], self)

    def _scale_first_weights(self, extras: Extras) -> None:
        """Glorot's bound for sigmoids, √(2 / (k + m)), which scikit-learn knows by their name.

        The last layer goes with the hidden one before it, as there.
        """
        if self.__dict__["activation"] == "logistic":
            return
        of_layers = [*extras.activations, *extras.activations[-1:]]
        weights = zip(self.__dict__["coefs_"], self.__dict__["intercepts_"], strict=True)
        for activation, (coef, intercept) in zip(of_layers, weights, strict=False):
            if name_output(activation) == "logistic":
                for array in (coef, intercept):
                    array *= math.sqrt(2.0 / 6.0)

    def _network_of(self, design: Design) -> Network:
        """The net of this design: the last one, where nothing changed."""
        # Some layers remember, and callbacks may keep the model: such a net has one owner.
        is_owned = self._extras is not None or self.__dict__["callbacks"] is not None
        known = self._network
        if known is None or known.design != design or (is_owned and self._lease is not None):
            self._lease = None if is_owned else Lease(design)
            self._network = Network(design) if self._lease is None else self._lease.network
        assert self._network is not None
        return self._network

    def _is_beyond(self, extras: Extras | None) -> bool:
        """Whether a fit with these extras asks for what scikit-learn's own loop does not do."""
        own = ("callbacks", "scoring")
        return (
            extras is not None
            or self._given is not None
            or any(self.__dict__[name] is not None for name in own)
        )

    def _is_worth(self, X: Any, y: Any) -> bool:
        weights = sum(coef.size for coef in self.__dict__["coefs_"])
        if X.shape[0] * weights < _WORTH:
            return False
        # Of targets that have no deviance scikit-learn's loss is no number, and the fit goes on.
        return self._outcome is None or self._outcome.suits(y)

    def _fit_stochastic(self, *args: Any, **kwargs: Any) -> None:
        given = _FIT.bind(self, *args, **kwargs).arguments
        is_beyond = self._is_beyond(self._extras)
        if is_beyond or self._is_worth(given["X"], given["y"]):
            state = self.__dict__["_random_state"].get_state()
            try:
                fit_stochastic(
                    self,
                    given["X"],
                    given["y"],
                    given.get("sample_weight"),
                    incremental=given["incremental"],
                    given=self._given,
                    measures=is_beyond,
                )
                return
            except TooLargeError:
                # From the beginning, in float64 and so by scikit-learn's own code.
                self.__dict__["_random_state"].set_state(state)
        self._is_small = True
        try:
            super()._fit_stochastic(*args, **kwargs)
        finally:
            del self._is_small

    def _backprop(self, *args: Any, **kwargs: Any) -> Any:
        if self._is_small:
            return super()._backprop(*args, **kwargs)
        given = _BACKPROP.bind(self, *args, **kwargs).arguments
        X, weights = given["X"], given.get("sample_weight")
        is_dense = isinstance(X, np.ndarray)
        is_fine = is_dense and (X.dtype == np.float32 or self.__dict__["tol"] >= _LEAST_TOL)
        if self._extras is not None or (is_fine and self._is_worth(X, given["y"])):
            design = design_of(self, X, is_weighted=weights is not None)
            parts = parts_of(X.shape[0], weights)
            share = replace(design, alpha=design.alpha / parts, l1=design.l1 / parts)
            network = self._network_of(share)
            with network.lock:
                network.write(self.__dict__["coefs_"], self.__dict__["intercepts_"])
                try:
                    return loss_and_gradients(network, X, smooth(self, given["y"]), weights)
                except (DataError, NumericsError):
                    if self._extras is not None:
                        refuse_too_large(X=X, y=given["y"], sample_weight=weights)
                        raise
                    # an overflow: scikit-learn's code tells scipy how it ends
        return super()._backprop(*args, **kwargs)

    def _update_no_improvement_count(self, *args: Any, **kwargs: Any) -> None:
        best = self.__dict__.get("best_validation_score_")
        super()._update_no_improvement_count(*args, **kwargs)
        norms = self.__dict__.get("norms_")
        if norms is not None and self.__dict__["best_validation_score_"] != best:
            self._best_norms = [[array.copy() for array in arrays] for arrays in norms]

    def _score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        scoring = self.__dict__["scoring"]
        if scoring is None:
            weights = (sample_weight,) if self._scores_with_weights else ()
            return super()._score(X, y, *weights)
        if scoring == "loss":
            return -self._val_loss
        self._is_scoring = True
        try:
            return score(self, HeldOut(X, y, y, sample_weight), scoring)
        finally:
            del self._is_scoring

    @property
    def history_(self) -> dict[str, list[Any]]:
        """Lists by name, one value an epoch: "loss", and of rows to validate "val_loss",
        "val_score" and what callbacks added to the logs."""
        check_is_fitted(self)
        found = {"loss": list(self.__dict__.get("loss_curve_", []))}
        scores = self.__dict__.get("validation_scores_")
        if scores:
            found["val_score"] = list(scores)
        return {**found, **{n: list(v) for n, v in self.__dict__.get("_curves", {}).items()}}

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return _state.pack(state, self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(_state.unpack(state, type(self).__name__))

    def to_sklearn(self) -> MLPClassifier | MLPRegressor:
        """The fitted estimator as an object of scikit-learn, for places without Pronghorn.

        It has the same parameters, attributes and weights, in arrays of its own. Raises
        ParameterError for a net that scikit-learn's code cannot compute.
        """
        return _state.to_sklearn(self)
