"""Pickles of fitted estimators: small, with a version and a checksum; and plain scikit-learn."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NoReturn

import sklearn
from sklearn import neural_network

from pronghorn.errors import FileError, ParameterError, compose, describe
from pronghorn.sklearn._checksum import check_sum, checksum
from pronghorn.sklearn._extras import name_output

__all__ = ["pack", "to_sklearn", "unpack"]

_FORMAT, _SUM = "_pronghorn_format", "_pronghorn_checksum"
_VERSION = 2
_MADE_AGAIN = ("_network", "_lease", "_random_state")
# What an estimator of ours has and scikit-learn's does not; nothing stands for nothing.
_OWN = (
    *("_network", "_lease", "_extras", "_outcome", "_frames", "_curves"),
    *("_noise_seed", "_optimizer_arrays", "_method"),
)


def pack(state: dict[str, Any], estimator: Any) -> dict[str, Any]:
    """The state of an estimator without what can be made again, with format and checksum.

    The engine's models stay behind. So do the copies of the weights that only a stop by the
    validation score has use for, and the random numbers, which every fit begins anew from
    ``random_state``.
    """
    kept = {
        n: v
        for n, v in state.items()
        if n not in _MADE_AGAIN and not (n in _OWN and _is_nothing(v))
    }
    if not estimator.early_stopping:
        kept.pop("_best_coefs", None)
        kept.pop("_best_intercepts", None)
        kept.pop("_best_norms", None)
    marks = {_SUM: checksum(kept), _FORMAT: _VERSION, "_sklearn_version": sklearn.__version__}
    return {**kept, **marks}


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, dict | tuple) and not value)


def unpack(state: dict[str, Any], name: str) -> dict[str, Any]:
    """The state that ``pack`` was given.

    Raises FileError for a format that is not known here, and for contents that are not those that
    were packed.
    """
    state = dict(state)
    version = state.pop(_FORMAT, None)
    state.pop("_sklearn_version", None)
    if version != _VERSION:
        raise FileError(
            compose(
                f"pickle of {name}",
                expected=f"format {_VERSION}",
                received="none" if version is None else repr(version),
                remedy="Install the version of Pronghorn that wrote it, or fit again",
            )
        )
    check_sum(state, state.pop(_SUM, None), name)
    return state


# Bound here once: a program may put other classes under these names.
_PLAIN = (neural_network.MLPClassifier, neural_network.MLPRegressor)


def to_sklearn(estimator: Any) -> Any:
    """An object of the scikit-learn class that ``estimator`` derives from, equal to it.

    Raises ParameterError where that class cannot compute what the estimator predicts.
    """
    target: Any = next(base for base in type(estimator).__mro__ if base in _PLAIN)
    replaced = {} if estimator._extras is None else _translate(estimator)
    if estimator._frames is not None:
        _refuse("the encoding of data frames")
    plain: Any = object.__new__(target)
    left = {*_OWN, *estimator._get_param_names()} - {*target._get_param_names(), "loss"}
    if replaced:
        left.add("_optimizer")
    attributes = {name: value for name, value in vars(estimator).items() if name not in left}
    vars(plain).update(deepcopy({**attributes, **replaced}))
    return plain


def _translate(estimator: Any) -> dict[str, Any]:
    """The parameters with which scikit-learn's code predicts what this estimator does."""
    extras, outcome = estimator._extras, estimator._outcome
    if extras.norm:
        _refuse(f"{extras.norm}_norm")
    names = {name_output(activation) for activation in extras.activations}
    hidden = names.pop() if len(names) == 1 else "relu" if not names else None
    if not isinstance(hidden, str) or hidden not in ("identity", "logistic", "tanh", "relu"):
        _refuse(f"activation {describe(estimator.activation)}")
    if outcome is not None and (outcome.is_normal or len(outcome.quantiles) > 1):
        _refuse(f"loss {describe(estimator.loss)}")
    plain = estimator.out_activation_
    usual = ("softmax", "logistic") if outcome is None else ("identity", "exp")
    if plain not in usual or (outcome is None and estimator.out_activation is not None):
        _refuse(f"out_activation {describe(plain)}")
    rate = estimator.learning_rate
    loss = "log_loss" if outcome is None else "poisson" if plain == "exp" else "squared_error"
    return {
        "activation": hidden,
        "loss": loss,
        "learning_rate": rate if isinstance(rate, str) else "constant",
    }


def _refuse(what: str) -> NoReturn:
    raise ParameterError(
        compose(
            "to_sklearn",
            expected="a net that sklearn.neural_network computes",
            received=what,
            remedy="Keep the estimator as it is, or pickle it",
        )
    )
